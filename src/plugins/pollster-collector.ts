/** Runs a pollster as a collector: under the same guard and schedule, with the same states, series and expressions. */
import { messageOf } from '../base/errors.ts';
import type { Resource, Sample } from '../model/sample.ts';
import type { Host } from '../net/host.ts';
import { discover } from './discovery.ts';
import type { Collect, Collector, KeyDoc, MeterDoc, Poll, Pollster } from './kinds.ts';
import { CollectError, NotEligible, PermanentError } from './outcomes.ts';
import { SampleTree } from './sample-tree.ts';
import { sampleOf } from './taken-sample.ts';

const INTERVAL_MS = 60_000;
const TIMEOUT_MS = 30_000;
const LOCAL_NODE = 'local_node';
/** Samples of one run; a pollster that gives more is broken. */
const MOST_SAMPLES = 10_000;

/** What became of a run of a pollster. */
export interface Polled {
  readonly samples: readonly Sample[];
  /** What was left out, in words for people. */
  readonly faults: readonly string[];
  /** Resources that are not asked for any more, with the reason. */
  readonly excluded: ReadonlyMap<string, string>;
}

/** The pollster as a collector of its name. `tell` hears of every run, also of one that failed in part. */
export function asCollector(pollster: Pollster, tell: (polled: Polled) => void): Collector {
  const { name, description, options, meters, revision, group, pack } = pollster;
  return {
    kind: 'collector',
    ...{ name, description, options },
    ...(revision !== undefined && { revision }),
    ...(group !== undefined && { group }),
    ...(pack !== undefined && { pack }),
    intervalMs: pollster.intervalMs ?? INTERVAL_MS,
    timeoutMs: pollster.timeoutMs ?? TIMEOUT_MS,
    keys: keysOfMeters(meters),
    configure: (written) => polling(pollster.configure(written), pollster, tell),
  };
}

/** The keys that meters have in the tree: of this node under their name, of another resource below the id of that. */
export const keysOfMeters = (meters: readonly MeterDoc[]): readonly KeyDoc[] =>
  meters.flatMap((meter) => ['', '*.'].flatMap((above) => keysOf(meter, above)));

function keysOf({ name, type, unit, meaning }: MeterDoc, above: string): KeyDoc[] {
  const key = `${above}${name}`;
  if (type === 'gauge') return [{ key, kind: 'gauge', unit, meaning }];
  const count: KeyDoc = { key, kind: 'cumulative', unit, meaning };
  if (type === 'delta') return [count];
  return [
    { ...count, stored: false },
    { key: `${key}/s`, kind: 'rate', unit: `${unit}/s`, meaning: `${meaning} This is how much it grows per second.` },
  ];
}

function polling(poll: Poll, { name, discovery = LOCAL_NODE }: Pollster, tell: (polled: Polled) => void): Collect {
  const excluded = new Map<string, string>();
  const tree = new SampleTree();
  return async (host, signal) => {
    signal.throwIfAborted();
    const resources = await discover(discovery, host);
    const wanted = resources.filter(({ id }) => !excluded.has(id));
    if (resources.length > 0 && wanted.length === 0) throw new NotEligible([...excluded.values()].join('; '));
    const run = new Run(poll, { host, signal });
    for (const resource of wanted) await run.ask(resource, excluded);
    tell({ ...run, excluded: new Map(excluded) });
    const own = resources.length === 1 ? resources[0]?.id : undefined;
    const results = tree.of(run.samples, own);
    const [fault] = run.faults;
    if (fault !== undefined) throw new CollectError(`Continuing after error from ${name}: ${fault}`, results);
    return results;
  };
}

/** One run over all resources: what fails for one of them does not keep the others. */
class Run {
  readonly samples: Sample[] = [];
  readonly faults: string[] = [];
  readonly #poll: Poll;
  readonly #context: { readonly host: Host; readonly signal: AbortSignal };

  constructor(poll: Poll, context: { readonly host: Host; readonly signal: AbortSignal }) {
    this.#poll = poll;
    this.#context = context;
  }

  async ask(resource: Resource, excluded: Map<string, string>): Promise<void> {
    const { signal } = this.#context;
    try {
      await this.#take(resource);
    } catch (error) {
      if (signal.aborted || error instanceof NotEligible) throw error;
      if (error instanceof PermanentError) {
        for (const id of error.resources ?? [resource.id]) excluded.set(id, messageOf(error));
      }
      this.faults.push(`${resource.id}: ${messageOf(error)}`);
    }
  }

  /** All samples of one run have one time unless they say another. */
  async #take(resource: Resource): Promise<void> {
    const { signal, host } = this.#context;
    const occasion = { resourceId: resource.id, at: host.clock.wall() };
    for await (const taken of this.#poll(this.#context, [resource])) {
      signal.throwIfAborted();
      if (this.samples.length >= MOST_SAMPLES) throw new Error(`gave more than ${MOST_SAMPLES} samples`);
      try {
        this.samples.push(sampleOf(taken, occasion));
      } catch (error) {
        this.faults.push(messageOf(error));
      }
    }
  }
}
