import type { AggregationMethod, Layout } from '../model/series.ts';

type Combine = (values: Float64Array, present: number) => number;

const fold =
  (better: (a: number, b: number) => boolean): Combine =>
  (values) => {
    let best = Number.NaN;
    for (const value of values) if (!Number.isNaN(value) && (Number.isNaN(best) || better(value, best))) best = value;
    return best;
  };

function sum(values: Float64Array): number {
  let total = 0;
  for (const value of values) if (!Number.isNaN(value)) total += value;
  return total;
}

const METHODS: Readonly<Record<AggregationMethod, Combine>> = {
  average: (values, present) => sum(values) / present,
  sum,
  last: (values) => values[values.findLastIndex((value) => !Number.isNaN(value))] ?? Number.NaN,
  max: fold((a, b) => a > b),
  min: fold((a, b) => a < b),
  avg_zero: (values) => sum(values) / values.length,
  absmax: fold((a, b) => Math.abs(a) > Math.abs(b)),
  absmin: fold((a, b) => Math.abs(a) < Math.abs(b)),
};

/** One value for several, NaN for none: when too few of them are there, as the layout has it, and always when none is. */
export function aggregate(
  values: Float64Array,
  { method, xFilesFactor }: Pick<Layout, 'method' | 'xFilesFactor'>,
): number {
  let present = 0;
  for (const value of values) if (!Number.isNaN(value)) present += 1;
  if (present === 0 || present / values.length < xFilesFactor) return Number.NaN;
  return METHODS[method](values, present);
}
