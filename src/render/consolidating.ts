import { rows } from './rows.ts';
import type { Consolidation, RenderSeries } from './series.ts';

const FUNCTIONS: Readonly<Record<Consolidation, (row: Float64Array) => number>> = {
  average: rows.average,
  sum: rows.sum,
  min: rows.min,
  max: rows.max,
  first: (row) => row.find((value) => !Number.isNaN(value)) ?? Number.NaN,
  last: rows.last,
  avg_zero: (row) => rows.sum(row) / row.length,
};

/** Makes one value of each so many by the series' own function; the last one may stand for fewer. */
export function consolidated(series: RenderSeries, valuesPerPoint: number): RenderSeries {
  if (valuesPerPoint <= 1) return series;
  const { values, consolidation, xFilesFactor, step, start } = series;
  const combine = FUNCTIONS[consolidation];
  const fewer = new Float64Array(Math.ceil(values.length / valuesPerPoint));
  for (let at = 0; at < fewer.length; at++) {
    const part = values.subarray(at * valuesPerPoint, (at + 1) * valuesPerPoint);
    const present = rows.count(part);
    const isEnough = present > 0 && present / valuesPerPoint >= xFilesFactor;
    fewer[at] = isEnough ? combine(part) : Number.NaN;
  }
  const wide = step * valuesPerPoint;
  return { ...series, step: wide, end: start + fewer.length * wide, values: fewer };
}

/** So that each series has at most `most` values, and those of two requests a little apart stand for the same times. */
export function fitted(all: readonly RenderSeries[], most: number): readonly RenderSeries[] {
  if (most === 1) return all.map((series) => consolidated(series, series.values.length));
  const start = Math.min(...all.map((series) => series.start));
  const end = Math.max(...all.map((series) => series.end));
  return all.map((series) => {
    const points = (end - start) / series.step;
    return points > most ? nudged(series, Math.ceil(points / most)) : series;
  });
}

/** Leaves out the first values, so that the bands that follow begin at multiples of their length. */
function nudged(series: RenderSeries, valuesPerPoint: number): RenderSeries {
  const { start, step, values } = series;
  const band = valuesPerPoint * step;
  const nudge = band + (start % step) - (start % band);
  const dropped = Math.max(0, nudge / step - 1);
  const rest = values.subarray(Math.min(dropped, values.length));
  const moved = { ...series, start: start + nudge, values: rest };
  return rest.length === 0 ? { ...moved, step: band, end: moved.start } : consolidated(moved, valuesPerPoint);
}
