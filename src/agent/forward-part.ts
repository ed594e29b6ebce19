import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { every } from '../base/clock.ts';
import { Disposal } from '../base/disposal.ts';
import { messageOf } from '../base/errors.ts';
import type { AgentConfig } from '../config/agent-schema.ts';
import type { Forwarding } from '../export/forwarding.ts';
import type { Family } from '../http/exposition.ts';
import type { MetricStore } from '../metrics/metric-store.ts';
import type { World } from './world.ts';

type Settings = Pick<AgentConfig['graphite'], 'forward' | 'spool_max'>;

const PART = 'graphite';
const LOOK_MS = 10_000;

/** Sends the points of this node on while that is wanted; nothing of it is loaded before. */
export class ForwardPart implements AsyncDisposable {
  readonly #world: World;
  readonly #series: Pick<MetricStore, 'onPoint'>;
  #settings: Settings | undefined;
  #forwarding: Forwarding | undefined;
  #opened = new Disposal();
  #change: Promise<void> = Promise.resolve();

  constructor(world: World, series: Pick<MetricStore, 'onPoint'>) {
    this.#world = world;
    this.#series = series;
  }

  /** Sends to these targets from now on; with the same settings as before nothing changes. */
  async serve({ forward, spool_max }: Settings): Promise<void> {
    const settings = { forward, spool_max };
    this.#change = this.#change.then(async () => {
      if (isDeepStrictEqual(settings, this.#settings)) return;
      await this.#close();
      this.#settings = settings;
      if (forward.length > 0) await this.#open(settings);
    });
    await this.#change;
  }

  /** What waits and what was sent, for `/metrics`. */
  families(): Family[] {
    const stats = [...(this.#forwarding?.stats() ?? [])];
    if (stats.length === 0) return [];
    const samples = (of: (one: (typeof stats)[number][1]) => number) =>
      stats.map(([target, one]) => ({ labels: { target }, value: of(one) }));
    const family = (type: Family['type'], name: string, help: string, values: Family['samples']): Family => ({
      ...{ name, help, type, samples: values },
    });
    return [
      family(
        'gauge',
        'opsbro_forward_queue',
        'Points for others that only memory has.',
        samples(({ queue }) => queue),
      ),
      family(
        'gauge',
        'opsbro_forward_spool_bytes',
        'Bytes of points for others that wait on disk.',
        samples(({ spoolBytes }) => spoolBytes),
      ),
      family(
        'counter',
        'opsbro_forward_sent_total',
        'Points sent to others.',
        samples(({ sent }) => sent),
      ),
      family(
        'counter',
        'opsbro_forward_dropped_total',
        'Points given up.',
        samples(({ dropped }) => dropped),
      ),
    ];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#change = this.#change.then(() => this.#close());
    await this.#change;
  }

  async #open({ forward, spool_max: most }: Settings): Promise<void> {
    const { home, clock, random, log, health } = this.#world;
    const logger = log.logger.child({ part: PART });
    try {
      const { openForwarding } = await import('../export/forwarding.ts');
      const directory = join(home.data, 'spool');
      const forwarding = this.#opened.use(
        await openForwarding({ targets: forward, directory, most, clock, random, log: logger }),
      );
      this.#forwarding = forwarding;
      this.#opened.use(this.#series.onPoint((point) => forwarding.take(point)));
      this.#opened.use(every(clock, LOOK_MS, () => this.#look(forwarding)));
      health.clear(PART, 'forward');
    } catch (error) {
      logger.error({ reason: messageOf(error) }, 'points are not forwarded');
      health.raise(PART, 'forward', `points are not forwarded: ${messageOf(error)}`);
    }
  }

  #look(forwarding: Forwarding): void {
    const { health } = this.#world;
    const failing = [...forwarding.stats()].filter(([, { failure }]) => failure !== '');
    if (failing.length === 0) health.clear(PART, 'forward');
    else {
      const texts = failing.map(
        ([target, { failure, spoolBytes }]) => `${target}: ${failure} (${spoolBytes} bytes wait)`,
      );
      health.raise(PART, 'forward', `points cannot be forwarded to ${texts.join('; ')}`);
    }
  }

  async #close(): Promise<void> {
    const opened = this.#opened;
    this.#opened = new Disposal();
    this.#forwarding = undefined;
    this.#settings = undefined;
    this.#world.health.clear(PART, 'forward');
    await opened[Symbol.asyncDispose]();
  }
}
