import type { Metrics, Value } from '../../model/metrics.ts';
import { type TaggedNumber, tagNumbers } from '../../model/tagged.ts';
import type { Host } from '../../net/host.ts';
import { familyOf, type Metric, NoCredentials, NotHere, type ProbeRun } from '../../openstack/metric.ts';
import { type Runnable, runProbe } from '../../openstack/probing.ts';
import { leafOf, put, safe } from '../../openstack/tree.ts';
import { CollectError, NotAnswering, NotEligible } from '../../plugins/outcomes.ts';

/** Milliseconds that a run may take. */
const LIMIT_MS = 10_000;

const HELP = "write credentials into /root/openrc-maas, or name their file as openrc, and let the agent's user read it";

/** Only what collectors of the agent have, which reads its variables from files. */
const NO_VARIABLES = new Map<string, string>();

/**
 * Runs a probe as a collector. An endpoint that is down is what was seen, an error keeps what was seen before it; a service that is in no
 * catalog, and a node without credentials, are not eligible.
 */
export async function collectProbe(runnable: Runnable, host: Host, signal: AbortSignal): Promise<Metrics> {
  const situation = {
    host,
    signal,
    profile: 'full',
    limitMs: LIMIT_MS,
    environment: NO_VARIABLES,
    agent: 'opsbro',
  } as const;
  const run = await runProbe(runnable, situation);
  const { thrown } = run;
  if (thrown instanceof NoCredentials) throw new NotEligible(`${thrown.message}; ${HELP}`, { cause: thrown });
  if (thrown instanceof NotHere) throw new NotEligible(thrown.message, { cause: thrown });
  const tree = treeOf(run);
  if (run.isUp === false) throw new NotAnswering(run.message, tree);
  if (run.status === 'error') throw new CollectError(run.message, tree);
  return tree;
}

function treeOf({ status, message, isUp, timings, metrics, missing }: ProbeRun): Metrics {
  const up = isUp === undefined ? {} : { _up: isUp ? 1 : 0, client_success: isUp ? 1 : 0 };
  const tree: Record<string, Value> = {
    _status: status,
    _message: message,
    _collect_ms: Math.round(timings.totalMs),
    ...up,
  };
  for (const metric of metrics) for (const place of placesOf(metric)) put(tree, place, leafOf(metric.value));
  if (missing.size > 0) tree['missing'] = Object.fromEntries(Array.from(missing, ([group, why]) => [safe(group), why]));
  tagNumbers(tree, metrics.flatMap(taggedOf));
  return tree;
}

/** What has tags makes a series with them, in which names of hosts are as they are. */
function taggedOf(metric: Metric): readonly TaggedNumber[] {
  const { tags, value } = metric;
  if (tags === undefined || typeof value !== 'number') return [];
  const plain = Object.entries(tags).map(([name, text]) => [name, tagValue(text)] as const);
  return [{ path: familyOf(metric).map(safe), tags: Object.fromEntries(plain), value }];
}

const MOST_IN_TAG = 200;

/** What may not stand in a tag of a series becomes a stroke. */
const tagValue = (text: string): string => text.replace(/;|^~/g, '_').slice(0, MOST_IN_TAG) || '_';

/** A metric that has a place of its own stands there alone; any other under its name, and its second one. */
function placesOf({ name, alias, place }: Metric): readonly (readonly string[])[] {
  if (place !== undefined) return [place.map(safe)];
  return [name, ...(alias === undefined ? [] : [alias])].map((each) => [safe(each)]);
}
