import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { every } from '../base/clock.ts';
import { Disposal } from '../base/disposal.ts';
import { messageOf } from '../base/errors.ts';
import type { AgentConfig } from '../config/agent-schema.ts';
import type { RemoteWriteTarget } from '../config/prometheus-schema.ts';
import { withoutPassword } from '../config/secrets.ts';
import type { PostAnswer, RemoteWriter } from '../export/remote-writer.ts';
import type { Family } from '../http/exposition.ts';
import type { MetricStore } from '../metrics/metric-store.ts';
import type { World } from './world.ts';

type Settings = Pick<AgentConfig['prometheus'], 'remote_write' | 'spool_max'>;

const PART = 'prometheus';
const LOOK_MS = 10_000;
const TIMEOUT_MS = 30_000;
const MOST_ANSWER = 65_536;

/** Writes the points of this node to receivers of remote write while that is wanted; nothing of it is loaded before. */
export class RemoteWritePart implements AsyncDisposable {
  readonly #world: World;
  readonly #series: Pick<MetricStore, 'onPoint'>;
  readonly #node: () => string;
  #settings: Settings | undefined;
  #writers: ReadonlyMap<string, RemoteWriter> = new Map();
  #opened = new Disposal();
  #change: Promise<void> = Promise.resolve();

  constructor(world: World, series: Pick<MetricStore, 'onPoint'>, node: () => string) {
    this.#world = world;
    this.#series = series;
    this.#node = node;
  }

  /** Writes to these receivers from now on; with the same settings as before nothing changes. */
  async serve({ remote_write, spool_max }: Settings): Promise<void> {
    const settings = { remote_write, spool_max };
    this.#change = this.#change.then(async () => {
      if (isDeepStrictEqual(settings, this.#settings)) return;
      await this.#close();
      this.#settings = settings;
      if (remote_write.length > 0) await this.#open(settings);
    });
    await this.#change;
  }

  /** What waits and what was written, for `/metrics`. */
  families(): Family[] {
    const stats = Array.from(this.#writers, ([url, writer]) => ({ url: withoutPassword(url), ...writer.stats() }));
    if (stats.length === 0) return [];
    const samples = (of: (one: (typeof stats)[number]) => number) =>
      stats.map((one) => ({ labels: { target: one.url }, value: of(one) }));
    return [
      {
        ...{ name: 'opsbro_remote_write_spool_bytes', help: 'Bytes of points that wait on disk.', type: 'gauge' },
        samples: samples(({ spoolBytes }) => spoolBytes),
      },
      {
        ...{ name: 'opsbro_remote_write_sent_total', help: 'Points that were taken.', type: 'counter' },
        samples: samples(({ sent }) => sent),
      },
      {
        ...{ name: 'opsbro_remote_write_dropped_total', help: 'Points given up.', type: 'counter' },
        samples: samples(({ dropped }) => dropped),
      },
    ];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#change = this.#change.then(() => this.#close());
    await this.#change;
  }

  async #open({ remote_write, spool_max }: Settings): Promise<void> {
    const { clock, health, log } = this.#world;
    try {
      const { Routing } = await import('../export/routing.ts');
      const targets = [...new Map(remote_write.map((target) => [target.url, target])).values()];
      const wanted = targets.map(({ url: id, include, exclude }) => ({
        id,
        include,
        exclude,
        replication: 'all' as const,
      }));
      const routing = await Routing.make(wanted);
      const writers: RemoteWriter[] = [];
      for (const target of targets) writers.push(this.#opened.use(await this.#openOne(target, spool_max)));
      this.#writers = new Map(targets.flatMap(({ url }, at) => (writers[at] ? [[url, writers[at]] as const] : [])));
      const take = this.#series.onPoint((point) => {
        for (const at of routing.placesOf(point.name)) writers[at]?.add(point);
      });
      this.#opened.use(take);
      this.#opened.use(every(clock, LOOK_MS, () => this.#look()));
    } catch (error) {
      log.logger.error({ part: PART, reason: messageOf(error) }, 'points are not written to others');
      health.raise(PART, 'remote_write', `points are not written to others: ${messageOf(error)}`);
    }
  }

  async #openOne(target: RemoteWriteTarget, most: number): Promise<RemoteWriter> {
    const { openRemoteWriter } = await import('../export/remote-writer.ts');
    const { home, clock, random, log } = this.#world;
    const place = createHash('sha1').update(target.url).digest('hex').slice(0, 16);
    return await openRemoteWriter({
      ...{ name: withoutPassword(target.url), most, clock, random, log: log.logger.child({ part: PART }) },
      directory: join(home.data, 'spool', `remote-write-${place}`),
      labels: new Map([['node', this.#node()]]),
      post: (body, signal) => this.#post(target, body, signal),
    });
  }

  async #post(target: RemoteWriteTarget, body: Buffer, signal: AbortSignal): Promise<PostAnswer> {
    const { host } = this.#world;
    const headers = {
      ...target.headers,
      ...(await this.#authorization(target)),
      'content-type': 'application/x-protobuf',
      'content-encoding': 'snappy',
      'x-prometheus-remote-write-version': '0.1.0',
    };
    const request = { url: target.url, method: 'POST', headers, body, timeoutMs: TIMEOUT_MS, maxBytes: MOST_ANSWER };
    const answer = await host.fetch({ ...request, isCutting: true }, signal);
    const retryAfter = Number(answer.headers['retry-after'] ?? Number.NaN);
    const [text = ''] = Buffer.from(answer.body).toString().split('\n', 1);
    return { status: answer.status, text: text.slice(0, 300), retryAfter: retryAfter >= 0 ? retryAfter : undefined };
  }

  async #authorization({
    basic_auth: basic,
    bearer_file,
  }: RemoteWriteTarget): Promise<Readonly<Record<string, string>>> {
    if (basic) {
      const login = Buffer.from(`${basic.username}:${basic.password}`).toString('base64');
      return { authorization: `Basic ${login}` };
    }
    if (bearer_file === undefined) return {};
    return { authorization: `Bearer ${(await this.#world.host.readFile(bearer_file)).trim()}` };
  }

  #look(): void {
    const { health } = this.#world;
    const failing = Array.from(this.#writers, ([url, writer]) => ({
      url: withoutPassword(url),
      ...writer.stats(),
    })).filter(({ failure }) => failure !== '');
    if (failing.length === 0) health.clear(PART, 'remote_write');
    else {
      const texts = failing.map(({ url, failure, spoolBytes }) => `${url}: ${failure} (${spoolBytes} bytes wait)`);
      health.raise(PART, 'remote_write', `points cannot be written to ${texts.join('; ')}`);
    }
  }

  async #close(): Promise<void> {
    const opened = this.#opened;
    this.#opened = new Disposal();
    this.#writers = new Map();
    this.#settings = undefined;
    this.#world.health.clear(PART, 'remote_write');
    await opened[Symbol.asyncDispose]();
  }
}
