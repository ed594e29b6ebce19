import { createHash } from 'node:crypto';
import { z } from 'zod';
import { parseDuration } from '../base/duration.ts';
import type { Metrics, Value } from '../model/metrics.ts';
import type { PackObject, PackSet } from '../model/pack.ts';
import type { Host } from '../net/host.ts';
import { type ForeignProgram, runForeignProgram } from '../openstack/foreign.ts';
import type { Reading } from '../openstack/line-reader.ts';
import { leafOf, put, safe } from '../openstack/tree.ts';
import { type Collector, defineCollector, type KeyDoc } from '../plugins/kinds.ts';
import { CollectError } from '../plugins/outcomes.ts';
import type { Registry } from '../plugins/registry.ts';
import { objectsOf } from './configuration.ts';
import type { Polling } from './polling.ts';

/** Of the time of a run, what is kept for telling that the program took too long. */
const SPARE_MS = 2_000;
const PLAIN_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
/** What the zone says comes from other machines: programs do not. */
const UNTRUSTED = 'zone';

const KEYS: readonly KeyDoc[] = [
  { key: '_status', kind: 'info', unit: '', meaning: 'Is `okay`, or `error` when the program failed or said so.' },
  {
    key: '_message',
    kind: 'info',
    unit: '',
    meaning: 'What the program said of its status, or what is wrong with it.',
  },
  { key: '_up', kind: 'gauge', unit: '', meaning: 'Is 1 while the program calls what it looks at available, else 0.' },
  {
    key: '**',
    kind: 'gauge',
    unit: '',
    meaning: 'The metrics that the program prints, below their dimension if they have one.',
  },
];

/**
 * All that is run: the collectors and pollsters that there is code for, and the collectors that packs write down instead: programs of others
 * that print lines of status and metrics.
 */
export function withWritten(
  polling: Pick<Polling, 'among'>,
  collectors: Registry<Collector>,
  packs: () => PackSet,
): Iterable<Collector> {
  const written = new WrittenCollectors(packs);
  return { [Symbol.iterator]: () => written.beside(polling.among(collectors)) };
}

class WrittenCollectors {
  readonly #packs: () => PackSet;
  /** What is written the same way is always the same collector, so that a reload does not touch it. */
  readonly #made = new Map<string, Collector>();

  constructor(packs: () => PackSet) {
    this.#packs = packs;
  }

  /** All of `others`, and those written ones whose name none of them has. */
  *beside(others: Iterable<Collector>): Generator<Collector> {
    const names = new Set<string>();
    for (const collector of others) {
      names.add(collector.name);
      yield collector;
    }
    for (const object of objectsOf(this.#packs(), 'collector').values()) {
      const collector = object.packLevel === UNTRUSTED ? undefined : this.#collectorOf(object);
      if (collector === undefined || names.has(collector.name)) continue;
      names.add(collector.name);
      yield collector;
    }
  }

  #collectorOf(object: PackObject): Collector | undefined {
    const written = JSON.stringify([object.id, object.definition]);
    const known = this.#made.get(written);
    if (known) return known;
    const made = toCollector(object, createHash('sha256').update(written).digest('hex').slice(0, 16));
    if (made) this.#made.set(written, made);
    return made;
  }
}

const definition = z.object({
  maas: z.object({
    command: z.union([z.string(), z.array(z.string())]),
    shell: z.boolean().default(false),
    timeout: z.union([z.string(), z.number()]).default('60s'),
    interval: z.union([z.string(), z.number()]).default('60s'),
    env: z.record(z.string(), z.string()).default({}),
    user: z.string().optional(),
    max_metrics: z.int().default(10_000),
  }),
  group: z.string().optional(),
});

/** Under which name a collector runs that a pack wrote down, by the id of its object. */
export const nameOfWritten = (id: string): string =>
  safe(id.split('/').slice(1).join('_')).toLowerCase().replaceAll('-', '_');

function toCollector({ id, definition: written, packName }: PackObject, revision: string): Collector | undefined {
  const checked = definition.safeParse(written);
  if (!checked.success) return undefined;
  const { maas, group } = checked.data;
  const name = nameOfWritten(id);
  const [timeoutMs, intervalMs] = [parseDuration(maas.timeout), parseDuration(maas.interval)];
  const program = programOf(maas, { name, timeoutMs, intervalMs });
  if (program === undefined) return undefined;
  const collector = defineCollector({
    name,
    description: `What the program ${name} of the pack ${packName} prints.`,
    options: z.object({}),
    ...{ intervalMs, keys: KEYS, timeoutMs: timeoutMs + SPARE_MS, pack: packName },
    ...(group !== undefined && { group }),
    configure: () => (host, signal) => collected(host, program, signal),
  });
  return { ...collector, revision };
}

interface Times {
  readonly name: string;
  readonly timeoutMs: number;
  readonly intervalMs: number;
}

type Written = z.output<typeof definition>['maas'];

function programOf(
  { command, shell, env, user, max_metrics }: Written,
  { name, timeoutMs, intervalMs }: Times,
): ForeignProgram | undefined {
  const words = typeof command === 'string' ? command.split(/\s+/).filter((word) => word !== '') : command;
  const line = typeof command === 'string' ? command : command.join(' ');
  const [program, ...args] = shell ? ['/bin/sh', '-c', line] : words;
  if (program === undefined) return undefined;
  const argv = user === undefined ? [program, ...args] : ['runuser', '-u', user, '--', program, ...args];
  const [first = program, ...rest] = argv;
  const details = Object.entries(env).map(([key, value]) => [`RAX_DETAILS_${key.toUpperCase()}`, value]);
  const given = { RAX_CHECK_ID: name, RAX_CHECK_PERIOD: String(intervalMs / 1_000), RAX_CHECK_TYPE: 'agent.plugin' };
  return {
    argv: [first, ...rest],
    timeoutMs,
    mostMetrics: max_metrics,
    env: { PATH: PLAIN_PATH, LC_ALL: 'C.UTF-8', ...given, ...Object.fromEntries(details), ...env },
  };
}

async function collected(host: Host, program: ForeignProgram, signal: AbortSignal): Promise<Metrics> {
  signal.throwIfAborted();
  const reading = await runForeignProgram(host, program, signal);
  const tree = treeOf(reading);
  if (reading.isError) throw new CollectError(reading.status, tree);
  return tree;
}

function treeOf({ state, status, isError, metrics }: Reading): Metrics {
  const tree: Record<string, Value> = {
    ...{ _status: isError ? 'error' : 'okay', _message: status, _up: state === 'available' ? 1 : 0 },
  };
  for (const { name, dimension, value } of metrics) {
    const above = dimension === undefined ? [] : dimension.split('.').map(safe);
    put(tree, [...above, safe(name)], leafOf(value));
  }
  return tree;
}
