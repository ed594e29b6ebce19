import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Server, startServer } from './server.ts';

/** A real Prometheus that scrapes `/metrics` of this port each second, when one is given, and takes remote writes. */
export const startPrometheus = (program: string, scraped?: number): Promise<Server> =>
  startServer(({ folder, port }) => {
    const jobs =
      scraped === undefined ? '' : `[{job_name: agent, static_configs: [{targets: ['127.0.0.1:${scraped}']}]}]`;
    writeFileSync(join(folder, 'prometheus.yml'), `global: {scrape_interval: 1s}\nscrape_configs: ${jobs || '[]'}\n`);
    return {
      argv: [
        program,
        ...['--config.file=prometheus.yml', `--storage.tsdb.path=${join(folder, 'data')}`],
        ...[`--web.listen-address=127.0.0.1:${port}`, '--web.enable-remote-write-receiver', '--log.level=warn'],
      ],
      seconds: 30,
      answers: async () => (await fetch(`http://127.0.0.1:${port}/-/ready`)).ok,
    };
  });

/** A series with its last value, as a Prometheus answers. */
interface Found {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: readonly [number, string];
}

/** What a Prometheus answers to an expression; at a time in epoch seconds when one is given. */
export async function askPrometheus(port: number, query: string, time?: number): Promise<readonly Found[]> {
  const at = time === undefined ? '' : `&time=${time}`;
  const answer = await fetch(`http://127.0.0.1:${port}/api/v1/query?query=${encodeURIComponent(query)}${at}`);
  const { data } = (await answer.json()) as { readonly data: { readonly result: readonly Found[] } };
  return data.result;
}
