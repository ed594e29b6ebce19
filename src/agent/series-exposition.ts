import type { Family, Sample } from '../http/exposition.ts';
import { endsLikeSums, passedName, snaked } from '../http/passed-name.ts';
import type { Point } from '../metrics/metric-store.ts';
import { prometheusName } from '../model/prometheus-name.ts';
import type { StatsdForm, StatsdSums } from './statsd-sums.ts';

/** Seconds after which the last value of a series is shown no more. */
const FRESH = 300;
type Label = readonly [name: string, value: string];

interface Kept {
  readonly type: Family['type'];
  readonly samples: Sample[];
  readonly seen: Set<string>;
}

const HELP: ReadonlyMap<Family['type'], string> = new Map([
  ['counter', 'the sum of what was sent to statsd since the start'],
  ['summary', 'sums since the start, and quantiles of the last window'],
]);
/** Series that are shown. */
const MOST = 50_000;

/** Series and what is known of those that came by statsd. */
interface Shown {
  readonly series: { latest(since: number): Iterable<Point> };
  /** How the names begin of what the agent counts, which is shown as it counts it. */
  readonly counts?: string | undefined;
  readonly statsd?: Pick<StatsdSums, 'formOf' | 'forgetBefore'> | undefined;
}

/** The last value of every series that is not older than five minutes, for `/metrics`; of two of the same name and labels the first by name. */
export function* latestFamilies({ series, counts, statsd }: Shown, now: number): Generator<Family> {
  statsd?.forgetBefore(now - FRESH);
  const latest = [...series.latest(now - FRESH)];
  const foreign = counts === undefined ? latest : latest.filter(({ name }) => !name.startsWith(counts));
  const points = foreign.sort((a, b) => (a.name < b.name ? -1 : Number(a.name > b.name)));
  const families = new Map<string, Kept>();
  let doubles = 0;
  for (const { name: written, value } of points.slice(0, MOST)) {
    const { name, type, sample } = shownPoint(written, value, statsd);
    const family = families.get(name) ?? { type, samples: [], seen: new Set() };
    families.set(name, family);
    const key = `${sample.suffix ?? ''}${JSON.stringify(sample.labels)}`;
    if (family.seen.has(key)) doubles += 1;
    else family.samples.push(sample);
    family.seen.add(key);
  }
  for (const [name, { type, samples }] of families)
    yield { name, help: `The series ${name}, ${HELP.get(type) ?? 'as it was sent'}.`, type, samples };
  yield one('opsbro_exposition_doubles', 'Series left out because another has the same name and labels.', doubles);
  yield one(
    'opsbro_exposition_left_out',
    'Series left out because there are too many.',
    Math.max(0, points.length - MOST),
  );
}

/** A point as a sample of its family, its tags as labels in order. */
function shownPoint(written: string, value: number, statsd: Shown['statsd']) {
  const form = statsd?.formOf(written, value);
  const { name: plain, labels } = prometheusName(written);
  if (form?.quantile !== undefined) return shownForm(form, [...labels, ['quantile', form.quantile]]);
  if (form) return shownForm(form, [...labels]);
  const sample: Sample = { labels: ordered([...labels]), value };
  const name = passedName(plain);
  // The name must not promise what nobody knows of the values.
  return { name, type: endsLikeSums(name) ? ('untyped' as const) : ('gauge' as const), sample };
}

function shownForm({ path, type, suffix, value }: StatsdForm, labels: readonly Label[]) {
  const sample: Sample = { labels: ordered(labels), ...(suffix && { suffix }), value };
  return { name: passedName(prometheusName(path).name), type, sample };
}

const ordered = (labels: readonly Label[]): Record<string, string> =>
  Object.fromEntries(
    labels.map(([name, value]): Label => [snaked(name), value]).sort(([a], [b]) => (a < b ? -1 : Number(a > b))),
  );

const one = (name: string, help: string, value: number): Family => ({
  name,
  help,
  type: 'gauge',
  samples: [{ value }],
});
