import type { AggregationMethod, Layout } from '../model/series.ts';

type Combine = (values: Float64Array, present: number) => number;

// Loops go by index: stepping through an array with `for of` makes an object for every value until the code has been compiled for speed.

const fold =
  (better: (a: number, b: number) => boolean): Combine =>
  (values) => {
    let best = Number.NaN;
    for (let at = 0; at < values.length; at++) {
      const value = values[at] as number;
      if (!Number.isNaN(value) && (Number.isNaN(best) || better(value, best))) best = value;
    }
    return best;
  };

function sum(values: Float64Array): number {
  let total = 0;
  for (let at = 0; at < values.length; at++) {
    const value = values[at] as number;
    if (!Number.isNaN(value)) total += value;
  }
  return total;
}

/** What values of up to four decimals, and averages of up to an hour of them, are multiples of. */
const PARTS = [36_000_000, 3_600];
/** How far a sum may be from what it would be if decimals were exact, by what was added up. */
const NOISE = 2 ** -48;

/** The mean, as near as a double comes to that of the decimals: so it is a multiple of such parts too, which blocks make much of. */
function meanOf(values: Float64Array, present: number): number {
  let [total, size] = [0, 0];
  for (let at = 0; at < values.length; at++) {
    const value = values[at] as number;
    if (Number.isNaN(value)) continue;
    total += value;
    size += Math.abs(value);
  }
  const noise = size * NOISE;
  for (const parts of PARTS) {
    const whole = Math.round(total * parts);
    const isNear = Math.abs(whole / parts - total) <= noise;
    if (isNear && Number.isSafeInteger(whole)) return whole / (parts * present);
  }
  return total / present;
}

const METHODS: Readonly<Record<AggregationMethod, Combine>> = {
  average: meanOf,
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
  for (let at = 0; at < values.length; at++) if (!Number.isNaN(values[at])) present += 1;
  if (present === 0 || present / values.length < xFilesFactor) return Number.NaN;
  return METHODS[method](values, present);
}
