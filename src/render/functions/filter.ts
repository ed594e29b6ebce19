import { rowFunction } from '../combining.ts';
import { define, type FunctionTable } from '../function.ts';
import { optional, p, preset } from '../params.ts';
import { descendingBy, ranked } from '../ranking.ts';
import { percentile, rows } from '../rows.ts';
import type { RenderSeries } from '../series.ts';

const OPERATORS = ['=', '!=', '>', '>=', '<', '<='] as const;
type Operator = (typeof OPERATORS)[number];

/** A value that is not there is below every number, and equal to none. */
function holds(value: number, operator: Operator, bound: number): boolean {
  if (Number.isNaN(value)) return operator === '!=' || operator.startsWith('<');
  switch (operator) {
    case '=':
      return value === bound;
    case '!=':
      return value !== bound;
    case '>':
      return value > bound;
    case '>=':
      return value >= bound;
    case '<':
      return value < bound;
    case '<=':
      return value <= bound;
  }
}

const filtered = (
  all: readonly RenderSeries[],
  func: string,
  { operator, bound }: { readonly operator: Operator; readonly bound: number },
): readonly RenderSeries[] => {
  const measure = rowFunction(func);
  return all.filter(({ values }) => holds(measure(values), operator, bound));
};

const keeping = (func: string, operator: Operator, description: string) =>
  define('Filter Series', description, {
    params: { seriesList: p.series(), n: p.number() },
    run: ({ seriesList, n }) => filtered(seriesList, func, { operator, bound: n }),
  });

const first = (func: string, order: 'highest' | 'lowest', description: string) =>
  define('Filter Series', description, {
    params: { seriesList: p.series(), n: preset(p.integer(), 1) },
    run: ({ seriesList, n }) => ranked(seriesList, func, order).slice(0, n),
  });

const firstBy = (order: 'highest' | 'lowest', description: string) =>
  define('Filter Series', description, {
    params: { seriesList: p.series(), n: preset(p.integer(), 1), func: preset(p.aggregation(), 'average') },
    run: ({ seriesList, n, func }) => ranked(seriesList, func, order).slice(0, n),
  });

const byName = (description: string, isKept: (found: boolean) => boolean) =>
  define('Filter Series', description, {
    params: { seriesList: p.series(), pattern: p.text() },
    async run({ seriesList, pattern }, { patterns }) {
      const compiled = await patterns(pattern);
      return seriesList.filter(({ name }) => isKept(compiled.find(name)));
    },
  });

const upperHalf = (n: number): number => (n < 50 ? 100 - n : n);

function variance({ values }: RenderSeries): number {
  const mean = rows.average(values);
  let squares = 0;
  for (const value of values) if (!Number.isNaN(value)) squares += (value - mean) ** 2;
  return squares / rows.count(values);
}

/** The series that have a value outside the band of percentiles of all at its time. */
function outside(all: readonly RenderSeries[], percent: number): readonly RenderSeries[] {
  const length = Math.min(...all.map(({ values }) => values.length));
  const kept = new Set<RenderSeries>();
  for (let at = 0; at < length; at++) {
    const row = Float64Array.from(all, ({ values }) => values[at] as number);
    const [low, high] = [percentile(row, 100 - percent), percentile(row, percent)];
    for (const series of all) {
      const value = series.values[at] as number;
      if (!Number.isNaN(value) && !(low < value && value < high)) kept.add(series);
    }
  }
  return all.filter((series) => kept.has(series));
}

/** Some of the series. */
export const filterFunctions: FunctionTable = {
  filterSeries: define('Filter Series', 'The series whose value by a function compares so to a number.', {
    params: { seriesList: p.series(), func: p.aggregation(), operator: p.choice(OPERATORS), threshold: p.number() },
    run: ({ seriesList, func, operator, threshold: bound }) => filtered(seriesList, func, { operator, bound }),
  }),
  maximumAbove: keeping('max', '>', 'The series whose highest value is above a number.'),
  maximumBelow: keeping('max', '<=', 'The series whose highest value is not above a number.'),
  minimumAbove: keeping('min', '>', 'The series whose lowest value is above a number.'),
  minimumBelow: keeping('min', '<=', 'The series whose lowest value is not above a number.'),
  averageAbove: keeping('average', '>', 'The series whose average is above a number.'),
  averageBelow: keeping('average', '<=', 'The series whose average is not above a number.'),
  currentAbove: keeping('last', '>', 'The series whose last value is above a number.'),
  currentBelow: keeping('last', '<=', 'The series whose last value is not above a number.'),
  highest: firstBy('highest', 'The series with the highest values by a function.'),
  lowest: firstBy('lowest', 'The series with the lowest values by a function.'),
  highestCurrent: first('current', 'highest', 'The series with the highest last values.'),
  highestAverage: first('average', 'highest', 'The series with the highest averages.'),
  highestMax: first('max', 'highest', 'The series with the highest values.'),
  lowestCurrent: first('current', 'lowest', 'The series with the lowest last values.'),
  lowestAverage: first('average', 'lowest', 'The series with the lowest averages.'),
  limit: define('Filter Series', 'The first so many series.', {
    params: { seriesList: p.series(), n: p.integer() },
    run: ({ seriesList, n }) => seriesList.slice(0, n),
  }),
  exclude: byName('The series whose names do not fit a regular expression.', (found) => !found),
  grep: byName('The series whose names fit a regular expression.', (found) => found),
  removeEmptySeries: define('Filter Series', 'The series that have values, or a part of them at least.', {
    params: { seriesList: p.series(), xFilesFactor: optional(p.number()) },
    run: ({ seriesList, xFilesFactor = 0 }) =>
      seriesList.filter(({ values }) => {
        const present = rows.count(values);
        return present > 0 && present / values.length >= xFilesFactor;
      }),
  }),
  fallbackSeries: define('Special', 'Other series when there are none.', {
    params: { seriesList: p.series(), fallback: p.series() },
    run: ({ seriesList, fallback }) => (seriesList.length > 0 ? seriesList : fallback),
  }),
  mostDeviant: define('Filter Series', 'The series that vary most.', {
    params: { seriesList: p.series(), n: p.integer() },
    run: ({ seriesList, n }) =>
      descendingBy(
        seriesList.filter(({ values }) => rows.count(values) > 0),
        variance,
      ).slice(0, n),
  }),
  averageOutsidePercentile: define('Filter Series', 'The series whose averages are far from the others.', {
    params: { seriesList: p.series(), n: p.number() },
    run({ seriesList, n }) {
      const percent = upperHalf(n);
      const averages = Float64Array.from(seriesList, ({ values }) => rows.average(values));
      const [low, high] = [percentile(averages, 100 - percent), percentile(averages, percent)];
      return seriesList.filter((_, at) => {
        const average = averages[at] as number;
        return !(low < average && average < high);
      });
    },
  }),
  removeBetweenPercentile: define('Filter Series', 'The series that at some time are far from the others.', {
    params: { seriesList: p.series(), n: p.number() },
    run: ({ seriesList, n }) => (seriesList.length === 0 ? [] : outside(seriesList, upperHalf(n))),
  }),
  useSeriesAbove: define('Filter Series', 'Other series, named after those that have a value above a number.', {
    params: { seriesList: p.series(), value: p.number(), search: p.text(), replace: p.text() },
    async run({ seriesList, value, search, replace }, call) {
      const pattern = await call.patterns(search);
      const wanted = seriesList.filter(({ values }) => rows.max(values) > value);
      const names = wanted.map(({ name }) => pattern.replace(name, replace));
      if (names.length === 0) return [];
      return (await call.evaluate(`group(${names.join(',')})`)).filter(({ values }) => values.length > 0);
    },
  }),
};
