import type { AggregationMethod, SeriesValues } from '../model/series.ts';
import { aggregate } from './aggregate.ts';

const ANY = 0;
/** Steps that have no common multiple below this are not brought together. */
const MOST_STEP = 31_536_000;

/** One series of several, slot by slot; empty slots do not count. Series of different steps are brought to the least common one first. */
export function mergeSeries(name: string, all: readonly SeriesValues[], method: AggregationMethod): SeriesValues {
  const step = all.reduce((common, series) => leastCommon(common, series.step), 1);
  const same = all.map((series) => (series.step === step ? series : widened(series, step, method)));
  const first = Math.min(...same.map((series) => series.first));
  const end = Math.max(...same.map((series) => series.first + series.values.length * step));
  const length = same.length === 0 ? 0 : (end - first) / step;
  if (method === 'average' || method === 'sum')
    return { name, first, step, values: added(same, { first, length }, method) };
  const values = new Float64Array(length);
  const slot = new Float64Array(same.length);
  for (let at = 0; at < length; at++) {
    same.forEach((series, index) => {
      slot[index] = series.values[at - (series.first - first) / step] ?? Number.NaN;
    });
    values[at] = aggregate(slot, { method, xFilesFactor: ANY });
  }
  return { name, first, step, values };
}

/** Sums or averages in one pass over each series. */
function added(
  all: readonly SeriesValues[],
  { first, length }: { readonly first: number; readonly length: number },
  method: 'average' | 'sum',
): Float64Array {
  const sums = new Float64Array(length);
  const counts = new Uint32Array(length);
  for (const { values, first: own, step } of all) {
    const offset = (own - first) / step;
    for (let at = 0; at < values.length; at++) {
      const value = values[at] as number;
      if (Number.isNaN(value)) continue;
      sums[offset + at] = (sums[offset + at] as number) + value;
      counts[offset + at] = (counts[offset + at] as number) + 1;
    }
  }
  for (let at = 0; at < length; at++) {
    const count = counts[at] as number;
    if (count === 0) sums[at] = Number.NaN;
    else if (method === 'average') sums[at] = (sums[at] as number) / count;
  }
  return sums;
}

/** The same series in wider slots; `step` is a multiple of its own. */
export function widened(
  { name, first, step: own, values }: SeriesValues,
  step: number,
  method: AggregationMethod,
): SeriesValues {
  const start = first - (first % step);
  const end = first + values.length * own;
  const wide = new Float64Array(Math.ceil((end - start) / step));
  for (let at = 0; at < wide.length; at++) {
    const from = (start + at * step - first) / own;
    const parts = values.subarray(Math.max(0, from), Math.max(0, from + step / own));
    wide[at] = aggregate(parts, { method, xFilesFactor: ANY });
  }
  return { name, first: start, step, values: wide };
}

function leastCommon(a: number, b: number): number {
  let [divisor, rest] = [a, b];
  while (rest > 0) [divisor, rest] = [rest, divisor % rest];
  return Math.min(MOST_STEP, (a / divisor) * b);
}
