import { aligned, rowsOf } from '../combining.ts';
import { define, type FunctionTable } from '../function.ts';
import { shortText } from '../number-text.ts';
import { optional, p, preset } from '../params.ts';
import { percentile, rows } from '../rows.ts';
import { eachValue, type RenderSeries, remade } from '../series.ts';

/** A run of values that are not there, from one place up to another. */
interface Gap {
  readonly from: number;
  readonly until: number;
}

function* gapsOf(values: Float64Array): Generator<Gap> {
  for (let from = 0; from < values.length; from++) {
    if (!Number.isNaN(values[from])) continue;
    let until = from;
    while (until < values.length && Number.isNaN(values[until])) until += 1;
    yield { from, until };
    from = until;
  }
}

/** Fills the gaps that are not longer than `limit`, by the values before and behind; NaN is one that is not there. */
function filled(
  { values }: RenderSeries,
  limit: number,
  fill: (before: number, behind: number, part: number) => number,
): Float64Array<ArrayBuffer> {
  const full = Float64Array.from(values);
  for (const { from, until } of gapsOf(values)) {
    const length = until - from;
    if (length > limit) continue;
    const [before, behind] = [values[from - 1] ?? Number.NaN, values[until] ?? Number.NaN];
    for (let at = 0; at < length; at++) full[from + at] = fill(before, behind, (at + 1) / (length + 1));
  }
  return full;
}

const filling = (name: string, description: string, fill: (before: number, behind: number, part: number) => number) =>
  define('Transform', description, {
    params: { seriesList: p.series(), limit: preset(p.limit(), Number.POSITIVE_INFINITY) },
    run: ({ seriesList, limit }) =>
      seriesList.map((series) => remade(series, `${name}(${series.name})`, filled(series, limit, fill))),
  });

/** Values on the wrong side of a bound are taken away. */
const removing = (
  name: string,
  description: string,
  { bound, isKept }: { bound(values: Float64Array, n: number): number; isKept(value: number, bound: number): boolean },
) =>
  define('Filter Data', description, {
    params: { seriesList: p.series(), n: p.number() },
    run: ({ seriesList, n }) =>
      seriesList.map((series) => {
        const at = bound(series.values, n);
        const values = eachValue(series, (value) => (isKept(value, at) ? value : Number.NaN));
        return remade(series, `${name}(${series.name}, ${shortText(n)})`, values);
      }),
  });

const plain = (_: Float64Array, n: number): number => n;
const isNotAbove = (value: number, bound: number): boolean => !(value > bound);
const isNotBelow = (value: number, bound: number): boolean => !(value < bound);

/** Leaves out the slots between values that come regularly, each so many slots; the step becomes that long. */
function compressed(series: RenderSeries): RenderSeries {
  const { values, start, step } = series;
  const places: number[] = [];
  for (let at = 0; at < values.length; at++) if (!Number.isNaN(values[at])) places.push(at);
  const [first, second] = places;
  if (first === undefined || second === undefined || second - first < 2) return series;
  const period = second - first;
  // One that comes at another time shows that the gaps are no rhythm.
  if (places.some((at) => (at - first) % period !== 0)) return series;
  const kept = Float64Array.from(
    { length: Math.ceil((values.length - first) / period) },
    (_, at) => values[first + at * period] ?? Number.NaN,
  );
  const begin = start + first * step;
  return { ...series, start: begin, step: step * period, end: begin + kept.length * step * period, values: kept };
}

/** What is done about values that are not there, or should not be. */
export const gapFunctions: FunctionTable = {
  keepLastValue: filling('keepLastValue', 'Fills gaps with the value before them.', (before) => before),
  interpolate: filling(
    'interpolate',
    'Fills gaps with a line between the values around them.',
    (before, behind, part) => before + (behind - before) * part,
  ),
  transformNull: define('Transform', 'A number where there is no value.', {
    params: { seriesList: p.series(), default: preset(p.number(), 0), referenceSeries: optional(p.series()) },
    run({ seriesList, default: number, referenceSeries: reference = [] }) {
      const together = aligned(reference);
      const isWanted = together && Array.from(rowsOf(together), ([, row]) => rows.count(row) > 0);
      return seriesList.map((series) => {
        const values = eachValue(series, (value, at) =>
          Number.isNaN(value) && isWanted?.[at] !== false ? number : value,
        );
        const name = `transformNull(${series.name},${shortText(number)}${isWanted ? ',referenceSeries' : ''})`;
        return remade(series, name, values);
      });
    },
  }),
  isNonNull: define('Combine', '1 where there is a value, else 0.', {
    params: { seriesList: p.series() },
    run: ({ seriesList }) =>
      seriesList.map((series) => {
        const values = eachValue(series, (value) => Number(!Number.isNaN(value)));
        return remade(series, `isNonNull(${series.name})`, values);
      }),
  }),
  removeAboveValue: removing('removeAboveValue', 'Takes away the values above a number.', {
    bound: plain,
    isKept: isNotAbove,
  }),
  removeBelowValue: removing('removeBelowValue', 'Takes away the values below a number.', {
    bound: plain,
    isKept: isNotBelow,
  }),
  removeAbovePercentile: removing(
    'removeAbovePercentile',
    'Takes away the values above a percentile of their series.',
    {
      bound: (values, n) => percentile(values, n),
      isKept: isNotAbove,
    },
  ),
  removeBelowPercentile: removing(
    'removeBelowPercentile',
    'Takes away the values below a percentile of their series.',
    {
      bound: (values, n) => percentile(values, n),
      isKept: isNotBelow,
    },
  ),
  compressPeriodicGaps: define(
    'Transform',
    'Leaves out the slots between values that come less often than there are slots.',
    {
      params: { seriesList: p.series() },
      run: ({ seriesList }) => seriesList.map(compressed),
    },
  ),
};
