import type { z } from 'zod';
import type { ProbeTraits } from '../../openstack/command-line.ts';
import type { MetricDoc } from '../../openstack/metric.ts';
import type { Probing, Runnable } from '../../openstack/probing.ts';
import { isObject } from '../../plugins/json-trees.ts';
import { type Collector, defineCollector, type KeyDoc } from '../../plugins/kinds.ts';

/** A collector that is also a probe of the command line: one code for both. */
export type Probe = Collector & { readonly probe: ProbeTraits & { runnable(options: unknown): Runnable } };

interface ProbeSpec<Options extends z.ZodType> extends ProbeTraits {
  readonly name: string;
  readonly description: string;
  readonly options: Options;
  /** Keys of what is found beside the metrics. */
  readonly keys?: readonly KeyDoc[];
  /** The group of the nodes that it runs on. */
  readonly group: string;
  readonly intervalMs?: number;
  /** One call is one instance, which may remember what it saw. */
  configure(options: z.output<Options>): (probing: Probing) => Promise<void>;
}

const STATUS_MS = 60_000;
/** More than a run takes itself, so that it can tell what it has. */
const GUARD_MS = 12_000;

/** Makes a probe: a collector of the agent which `opsbro maas` runs as well. */
export function defineProbe<Options extends z.ZodType>(spec: ProbeSpec<Options>): Probe {
  const { name, description, options, metrics, positionals, measurement, short, downMetric } = spec;
  const runnable = (configured: z.output<Options>): Runnable => ({
    ...{ name, metrics, probe: spec.configure(configured) },
    ...(downMetric !== undefined && { downMetric }),
  });
  const collector = defineCollector({
    ...{ name, description, options, group: spec.group, pack: 'openstack' },
    intervalMs: spec.intervalMs ?? STATUS_MS,
    timeoutMs: GUARD_MS,
    keys: [...RUN_KEYS, ...metrics.flatMap(keysOf), ...(spec.keys ?? [])],
    configure(configured) {
      const probed = runnable(configured);
      return async (host, signal) => {
        signal.throwIfAborted();
        // Loaded by the first that runs.
        const { collectProbe } = await import('./maas-collecting.ts');
        return await collectProbe(probed, host, signal);
      };
    },
  });
  return {
    ...collector,
    // What stands below its own name among the parameters is for it alone.
    configure: (written) => collector.configure(ownOptions(written, name)),
    probe: {
      ...{ positionals, measurement, metrics },
      ...(short && { short }),
      ...(downMetric !== undefined && { downMetric }),
      runnable: (written) => runnable(options.parse(written) as z.output<Options>),
    },
  };
}

/** Whether a plugin is also a probe of the command line. */
export const isProbe = (plugin: unknown): plugin is Probe => isObject(plugin) && isObject(plugin['probe']);

function ownOptions(written: unknown, name: string): unknown {
  if (!isObject(written)) return written;
  const own = written[name];
  return isObject(own) ? { ...written, ...own } : written;
}

const key = (name: string, kind: KeyDoc['kind'], unit: string, meaning: string): KeyDoc => ({
  key: name,
  kind,
  unit,
  meaning,
});

const RUN_KEYS: readonly KeyDoc[] = [
  key('_status', 'info', '', 'Is `okay` when the probe could do its work, else `error`.'),
  key(
    '_message',
    'info',
    '',
    'Why it could not, or why the service counts as down; empty when there is nothing to say.',
  ),
  key(
    '_up',
    'gauge',
    '',
    'Is 1 while what is probed answers, else 0; absent when it was not reached because of something else.',
  ),
  key('_collect_ms', 'gauge', 'ms', 'How long the run took.'),
  key('client_success', 'gauge', '', 'The same as `_up`, under the name that others use.'),
  { ...key('missing.*', 'info', '', 'Why the counts of a group are missing.'), stored: false },
];

function keysOf({ name, type, unit = '', alias, meaning, isTotal }: MetricDoc): KeyDoc[] {
  const kind = type === 'string' ? 'info' : isTotal ? 'cumulative' : 'gauge';
  const doc = key(name, kind, unit, meaning);
  return alias === undefined
    ? [doc]
    : [doc, { ...key(alias, kind, unit, `The same as ${name}. ${meaning}`), stored: false }];
}
