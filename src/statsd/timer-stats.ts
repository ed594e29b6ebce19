/** Takes one number of a timer, by the end of its name. */
export type Emit = (stat: string, value: number) => void;

/** A part of the values, from the least on or, when negative, from the greatest: as it was configured, and how names say it. */
export interface Percentile {
  readonly share: number;
  readonly suffix: string;
}

/** Bins of the timers in whose name `match` is: upper limits that do not belong to their bin, in order; the last may be infinite. */
export interface Histogram {
  readonly match: string;
  readonly bins: readonly number[];
}

/** What values a window had: as many as came, or those of a sample, sorted; and what is known of all of them. */
export interface Sorted {
  readonly values: Float64Array;
  readonly all: Moments;
}

/** What is exact however many values there were. */
export interface Moments {
  readonly lower: number;
  readonly upper: number;
  readonly sum: number;
  readonly sumSquares: number;
  readonly mean: number;
  /** The standard deviation of all of them, not an estimate from a sample. */
  readonly std: number;
}

/** How a percentile is written in names: 99.9 is `99_9`, and -10 is `top10`. */
export const percentileOf = (share: number): Percentile => ({
  share,
  suffix: `_${String(share).replace('.', '_').replace('-', 'top')}`,
});

/** The moments of some values, at least one, in any order. */
export function momentsOf(values: Float64Array): Moments {
  let [lower, upper, sum, sumSquares] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, 0];
  for (const value of values) {
    if (value < lower) lower = value;
    if (value > upper) upper = value;
    sum += value;
    sumSquares += value * value;
  }
  const mean = sum / values.length;
  let squares = 0;
  for (const value of values) squares += (value - mean) * (value - mean);
  return { lower, upper, sum, sumSquares, mean, std: Math.sqrt(squares / values.length) };
}

/** Everything that is told of a window with values but how many there were. */
export function emitTimer(
  { values, all }: Sorted,
  { percentiles, bins }: { readonly percentiles: readonly Percentile[]; readonly bins: readonly number[] | undefined },
  emit: Emit,
): void {
  emit('lower', all.lower);
  emit('upper', all.upper);
  emit('sum', all.sum);
  emit('sum_squares', all.sumSquares);
  emit('mean', all.mean);
  emit('median', medianOf(values));
  emit('std', all.std);
  for (const percentile of percentiles) emitPercentile(values, percentile, emit);
  if (bins) emitHistogram(values, bins, emit);
}

function medianOf(values: Float64Array): number {
  const middle = values.length >> 1;
  const upper = values[middle] as number;
  return values.length % 2 === 1 ? upper : ((values[middle - 1] as number) + upper) / 2;
}

function emitPercentile(values: Float64Array, { share, suffix }: Percentile, emit: Emit): void {
  const count = values.length === 1 ? 1 : Math.round((Math.abs(share) / 100) * values.length);
  if (count === 0) return;
  const [from, until] = share > 0 ? [0, count] : [values.length - count, values.length];
  let [sum, squares] = [0, 0];
  for (let at = from; at < until; at++) {
    const value = values[at] as number;
    sum += value;
    squares += value * value;
  }
  emit(`count${suffix}`, count);
  if (share > 0) emit(`upper${suffix}`, values[until - 1] as number);
  else emit(`lower${suffix}`, values[from] as number);
  emit(`sum${suffix}`, sum);
  emit(`sum_squares${suffix}`, squares);
  emit(`mean${suffix}`, sum / count);
}

function emitHistogram(values: Float64Array, bins: readonly number[], emit: Emit): void {
  let at = 0;
  for (const limit of bins) {
    const from = at;
    while (at < values.length && (values[at] as number) < limit) at++;
    emit(`histogram.bin_${limit === Number.POSITIVE_INFINITY ? 'inf' : String(limit).replace('.', '_')}`, at - from);
  }
}
