import type { Family, Sample } from '../http/exposition.ts';
import type { Point } from '../metrics/metric-store.ts';
import { prometheusName } from '../model/prometheus-name.ts';

/** Seconds after which the last value of a series is shown no more. */
const FRESH = 300;
/** Series that are shown. */
const MOST = 50_000;

/** The last value of every series that is not older than five minutes, for `/metrics`; of two of the same name and labels the first by name. */
export function* latestFamilies(series: { latest(since: number): Iterable<Point> }, now: number): Generator<Family> {
  const points = [...series.latest(now - FRESH)].sort((a, b) => (a.name < b.name ? -1 : Number(a.name > b.name)));
  const families = new Map<string, { readonly samples: Sample[]; readonly seen: Set<string> }>();
  let doubles = 0;
  for (const { name: written, value } of points.slice(0, MOST)) {
    const { name, labels } = prometheusName(written);
    const family = families.get(name) ?? { samples: [], seen: new Set() };
    families.set(name, family);
    const sorted = [...labels].sort(([a], [b]) => (a < b ? -1 : Number(a > b)));
    const key = JSON.stringify(sorted);
    if (family.seen.has(key)) doubles += 1;
    else family.samples.push({ labels: Object.fromEntries(sorted), value });
    family.seen.add(key);
  }
  for (const [name, { samples }] of families)
    yield { name, help: `The series ${name}, as it was sent.`, type: 'gauge', samples };
  yield one('opsbro_exposition_doubles', 'Series left out because another has the same name and labels.', doubles);
  yield one(
    'opsbro_exposition_left_out',
    'Series left out because there are too many.',
    Math.max(0, points.length - MOST),
  );
}

const one = (name: string, help: string, value: number): Family => ({
  name,
  help,
  type: 'gauge',
  samples: [{ value }],
});
