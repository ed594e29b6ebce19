import { OpsbroError } from '../base/errors.ts';
import { matchesGlob } from '../base/glob.ts';
import type { Logger } from '../base/log.ts';
import { didYouMean } from '../base/nearest.ts';
import type { CollectorRecord } from '../model/collector.ts';
import type { PollsterRecord, Sample } from '../model/sample.ts';
import type { Collector, Pollster } from '../plugins/kinds.ts';
import { asCollector, type Polled } from '../plugins/pollster-collector.ts';
import type { Registry } from '../plugins/registry.ts';

interface PollingOptions {
  readonly pollsters?: Registry<Pollster>;
  readonly log: Logger;
  /** The pollster of that name as it is run. */
  record(name: string): CollectorRecord;
}

/** What a pollster did so far. */
interface Seen extends Polled {
  readonly errors: number;
}

const NOTHING: Seen = { samples: [], faults: [], excluded: new Map(), errors: 0 };

/** The pollsters of this node, which are run as collectors, and the samples that each took last. */
export class Polling {
  readonly #options: PollingOptions;
  /** The same pollster is always the same collector, so that a reload does not touch it. */
  readonly #collectors = new WeakMap<Pollster, Collector>();
  readonly #seen = new Map<string, Seen>();
  readonly #warned = new Set<string>();

  constructor(options: PollingOptions) {
    this.#options = options;
  }

  /** All that is run: these collectors, and the pollsters whose name none of them has. */
  *among(collectors: Registry<Collector>): Generator<Collector> {
    yield* collectors;
    for (const pollster of this.#options.pollsters ?? []) {
      if (!collectors.has(pollster.name)) yield this.#collectorOf(pollster);
      else this.#warnOf(pollster.name);
    }
  }

  /** All of them, by name. */
  records(): PollsterRecord[] {
    const all = [...(this.#options.pollsters ?? [])].map((pollster) => this.#recordOf(pollster));
    return all.sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** Throws `not_found` with a suggestion. */
  record(name: string): PollsterRecord {
    const records = this.records();
    const found = records.find((record) => record.name === name);
    if (found) return found;
    const known = records.map((record) => record.name);
    throw new OpsbroError('not_found', `no pollster is named "${name}"${didYouMean(name, known)}`);
  }

  /** What was sampled last of meters that fit the pattern (`*` and `?`), by meter and resource. */
  samples(meter = '*'): Sample[] {
    const all = [...this.#seen.values()].flatMap(({ samples }) => samples);
    const order = ({ name, resourceId }: Sample) => `${name}\n${resourceId}`;
    return all.filter(({ name }) => matchesGlob(meter, name)).sort((a, b) => (order(a) < order(b) ? -1 : 1));
  }

  #collectorOf(pollster: Pollster): Collector {
    const known = this.#collectors.get(pollster);
    if (known) return known;
    const made = asCollector(pollster, (polled) => {
      const errors = (this.#seen.get(pollster.name)?.errors ?? 0) + polled.faults.length;
      this.#seen.set(pollster.name, { ...polled, errors });
    });
    this.#collectors.set(pollster, made);
    return made;
  }

  #recordOf({ name, description, namespace, meters }: Pollster): PollsterRecord {
    const { state, log, intervalMs, lastRun } = this.#options.record(name);
    const { samples, errors, excluded } = this.#seen.get(name) ?? NOTHING;
    return {
      ...{ name, description, namespace, state, log, intervalMs, errors, excluded },
      meters: meters.map((meter) => meter.name),
      lastRun,
      samples: samples.length,
    };
  }

  #warnOf(name: string): void {
    if (this.#warned.has(name)) return;
    this.#warned.add(name);
    this.#options.log.warn({ pollster: name }, 'a collector has the name of this pollster, which therefore is not run');
  }
}
