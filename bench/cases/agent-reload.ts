import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { type IncomingMessage, request } from 'node:http';
import { join } from 'node:path';
import { ensureBuilt, soon, startAgent } from '../agents.ts';
import { type BenchCase, median, type Row } from '../case.ts';
import { Workplace } from '../workplace.ts';

const FILES = 20;
const CHECKS_A_FILE = 100;
const ROUNDS = 5;

interface Reloaded {
  readonly changed: number;
  readonly unchanged: number;
}

/** A file of checks; `first` is the threshold of the first of them. */
function checksFile(file: number, first: number): string {
  const checks = Array.from({ length: CHECKS_A_FILE }, (_, at) =>
    [
      `- id: check-${file}-${at}`,
      '  if_group: "*"',
      '  interval: 10m',
      `  critical_if: "{{collector.memory.available}} < ${at === 0 ? first : at}"`,
      '',
    ].join('\n'),
  );
  return `check:\n${checks.join('')}`;
}

/** Asks for a reload at the unix socket; the answer, and the milliseconds it took. */
async function reload(socketPath: string): Promise<Reloaded & { readonly ms: number }> {
  const start = performance.now();
  const headers = { host: 'localhost', 'content-type': 'application/json' };
  const asking = request({ socketPath, method: 'POST', path: '/agent/reload', headers });
  asking.end('{}');
  const [response] = (await once(asking, 'response')) as [IncomingMessage];
  let text = '';
  for await (const chunk of response) text += String(chunk);
  return { ...(JSON.parse(text) as Reloaded), ms: performance.now() - start };
}

const bench: BenchCase = {
  name: 'agent-reload: 2,000 checks are read again',
  async run() {
    ensureBuilt();
    await using place = await Workplace.make('reload');
    const etc = await place.directory('home/etc');
    const write = (file: number, first: number) => writeFile(join(etc, `checks-${file}.yml`), checksFile(file, first));
    for (let file = 0; file < FILES; file++) await write(file, 0);
    const agent = await startAgent(place, 'home', [], { OPSBRO_WATCH: 'false', OPSBRO_CHECKS__MAX_PARALLEL: '4' });
    await soon(agent, async () => (agent.printed().includes('runs as node') ? true : undefined));
    const socket = join(agent.home, 'data', 'opsbro.sock');
    const [same, one]: [number[], number[]] = [[], []];
    for (let round = 1; round <= ROUNDS; round++) {
      const unchanged = await reload(socket);
      await write(0, round);
      const changed = await reload(socket);
      if (unchanged.changed !== 0 || changed.changed !== 1 || changed.unchanged < FILES * CHECKS_A_FILE - 1)
        throw new Error(`the agent did not read what it should: ${JSON.stringify({ unchanged, changed })}`);
      same.push(unchanged.ms);
      one.push(changed.ms);
    }
    await place.stop(agent);
    return [rowOf('nothing changed', same), rowOf('one changed', one)];
  },
};

const rowOf = (what: string, times: readonly number[]): Row => ({
  case: `reload of 2,000 checks, ${what} (goal 1000)`,
  value: median(times),
  unit: 'ms',
});

export default bench;
