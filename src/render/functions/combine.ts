import { OpsbroError } from '../../base/errors.ts';
import { aggregated, aligned, pathsOf, rowFunction, rowsOf } from '../combining.ts';
import { define, type FunctionTable, type Surroundings } from '../function.ts';
import { groupedBy, nodeKey } from '../nodes.ts';
import { shortText } from '../number-text.ts';
import { many, optional, p, preset } from '../params.ts';
import { percentile } from '../rows.ts';
import { madeUp, type RenderSeries } from '../series.ts';
import { constantLine } from './sources.ts';

const combining = (name: string, description: string) =>
  define('Combine', description, {
    params: { seriesLists: p.allSeries() },
    run: ({ seriesLists }, { xFilesFactor }) => aggregated(seriesLists.flat(), name, xFilesFactor),
  });

/** Groups by what is left of the names without the parts at these places. */
const withWildcards = (written: string | undefined, description: string) =>
  define('Combine', description, {
    params: {
      seriesList: p.series(),
      ...(written === undefined && { func: p.aggregation() }),
      position: many(p.node()),
    } as {
      seriesList: ReturnType<typeof p.series>;
      func: ReturnType<typeof p.aggregation>;
      position: ReturnType<typeof positions>;
    },
    run({ seriesList, func, position }, { xFilesFactor }) {
      const rest = ({ name }: RenderSeries) =>
        name
          .split('.')
          .filter((_, at) => !position.includes(at))
          .join('.');
      return [...groupedBy(seriesList, rest)].flatMap(([name, group]) =>
        aggregated(group, written ?? func, xFilesFactor).map((series) => ({ ...series, name })),
      );
    },
  });
const positions = () => many(p.node());

function pairwise(
  first: readonly RenderSeries[],
  second: readonly RenderSeries[],
  { func, xFilesFactor }: { readonly func: string; readonly xFilesFactor: number },
): readonly RenderSeries[] {
  if (first.length !== second.length) {
    throw new OpsbroError('bad_request', `the lists must be of equal length, not ${first.length} and ${second.length}`);
  }
  return first.flatMap((one, at) => {
    const other = second[at];
    const name = `${func.replace(/Series$/, '')}Series(${one.name},${other?.name ?? ''})`;
    return aggregated(other ? [one, other] : [], func, xFilesFactor).map((series) => ({ ...series, name }));
  });
}

const byPosition = (func: string, description: string) =>
  define('Combine', description, {
    params: { seriesListFirstPos: p.series(), seriesListSecondPos: p.series() },
    run: ({ seriesListFirstPos: first, seriesListSecondPos: second }, { xFilesFactor }) =>
      pairwise(first, second, { func, xFilesFactor }),
  });

function counted(all: readonly RenderSeries[], { range }: Surroundings): readonly RenderSeries[] {
  const together = aligned(all);
  if (!together) return [{ ...constantLine(0, range), pathExpression: 'countSeries()' }];
  const { start, end, step, length } = together;
  const values = new Float64Array(length).fill(all.length);
  return [madeUp(`countSeries(${pathsOf(all)})`, { start, end, step, values })];
}

function raised(all: readonly RenderSeries[]): readonly RenderSeries[] {
  const together = aligned(all);
  if (!together) return [];
  const { start, end, step, length } = together;
  const values = new Float64Array(length);
  for (const [at, row] of rowsOf(together)) {
    const [base = Number.NaN, ...exponents] = row;
    values[at] = exponents.reduce((power, exponent) => power ** exponent, base);
  }
  return [madeUp(`powSeries(${all.map(({ name }) => name).join(',')})`, { start, end, step, values })];
}

/** The sum of values times weights over the sum of the weights; values and weights belong together by parts of their names. */
function weighted(
  averages: readonly RenderSeries[],
  weights: readonly RenderSeries[],
  nodes: readonly (number | string)[],
): readonly RenderSeries[] {
  const weightOf = new Map(weights.map((series) => [nodeKey(series, nodes), series] as const));
  const averageOf = new Map(averages.map((series) => [nodeKey(series, nodes), series] as const));
  const products = [...averageOf].flatMap(([key, average]) => {
    const weight = weightOf.get(key);
    return weight ? aggregated([average, weight], 'multiply', 0) : [];
  });
  const [top] = aggregated(products, 'sum', 0);
  const [bottom] = aggregated(weights, 'sum', 0);
  if (!top || !bottom) return [];
  const together = aligned([top, bottom]);
  if (!together) return [];
  const { start, end, step, length } = together;
  const values = new Float64Array(length);
  for (const [at, [sum = Number.NaN, weight = Number.NaN]] of rowsOf(together)) {
    values[at] = weight === 0 ? Number.NaN : sum / weight;
  }
  const paths = (all: readonly RenderSeries[]) => pathsOf(all).split(',').sort().join(',');
  const name = `weightedAverage(${paths(averages)}, ${paths(weights)}, ${nodes.join(', ')})`;
  return [madeUp(name, { start, end, step, values })];
}

function percentiles(
  all: readonly RenderSeries[],
  {
    percent,
    how,
    xFilesFactor,
  }: { readonly percent: number; readonly how: 'rank' | 'interpolated'; readonly xFilesFactor: number },
): readonly RenderSeries[] {
  if (percent <= 0) throw new OpsbroError('bad_request', 'n: expected a number above 0');
  const together = aligned(all);
  if (!together) return [];
  const { start, end, step, length } = together;
  const values = new Float64Array(length);
  for (const [at, row] of rowsOf(together)) values[at] = percentile(row, percent, how);
  const name = `percentileOfSeries(${all[0]?.pathExpression ?? ''},${shortText(percent)})`;
  return [madeUp(name, { start, end, step, values }, { xFilesFactor })];
}

const sumSeries = combining('sum', 'The sum of all series.');
const averageSeries = combining('average', 'The average of all series.');
const stddevSeries = combining('stddev', 'The standard deviation of all series, as of a whole population.');

/** One series of several. */
export const combineFunctions: FunctionTable = {
  sumSeries,
  sum: sumSeries,
  averageSeries,
  avg: averageSeries,
  minSeries: combining('min', 'The lowest of all series.'),
  maxSeries: combining('max', 'The highest of all series.'),
  diffSeries: combining('diff', 'The first series minus the others.'),
  stddevSeries,
  rangeOfSeries: combining('rangeOf', 'The highest minus the lowest of all series.'),
  medianSeries: combining('median', 'The middle of all series.'),
  multiplySeries: define('Combine', 'The product of all series.', {
    params: { seriesLists: p.allSeries() },
    run({ seriesLists }, { xFilesFactor }) {
      const all = seriesLists.flat();
      return seriesLists.length === 1 && all.length === 1 ? all : aggregated(all, 'multiply', xFilesFactor);
    },
  }),
  powSeries: define('Combine', 'The first series to the power of the next, and so on.', {
    params: { seriesLists: p.allSeries() },
    run: ({ seriesLists }) => raised(seriesLists.flat()),
  }),
  countSeries: define('Combine', 'How many series there are.', {
    params: { seriesLists: optional(p.allSeries()) },
    run: ({ seriesLists = [] }, call) => counted(seriesLists.flat(), call),
  }),
  aggregate: define('Combine', 'One series of all by a function.', {
    params: { seriesList: p.series(), func: p.aggregation(), xFilesFactor: optional(p.number()) },
    run: ({ seriesList, func, xFilesFactor }, call) => aggregated(seriesList, func, xFilesFactor ?? call.xFilesFactor),
  }),
  percentileOfSeries: define('Combine', 'A percentile of all series.', {
    params: { seriesList: p.series(), n: p.number(), interpolate: preset(p.flag(), false) },
    run: ({ seriesList, n: percent, interpolate }, { xFilesFactor }) =>
      percentiles(seriesList, { percent, how: interpolate ? 'interpolated' : 'rank', xFilesFactor }),
  }),
  weightedAverage: define('Combine', 'The average of series, each with its weight.', {
    params: { seriesListAvg: p.series(), seriesListWeight: p.series(), nodes: many(p.nodeOrTag()) },
    run: ({ seriesListAvg, seriesListWeight, nodes }) => weighted(seriesListAvg, seriesListWeight, nodes),
  }),
  sumSeriesWithWildcards: withWildcards('sum', 'Sums of the series whose names are the same without some parts.'),
  averageSeriesWithWildcards: withWildcards(
    'average',
    'Averages of the series whose names are the same without some parts.',
  ),
  multiplySeriesWithWildcards: withWildcards(
    'multiply',
    'Products of the series whose names are the same without some parts.',
  ),
  aggregateWithWildcards: withWildcards(undefined, 'One series of those whose names are the same without some parts.'),
  sumSeriesLists: byPosition('sum', 'The sums of the series at the same places of two lists.'),
  diffSeriesLists: byPosition('diff', 'The differences of the series at the same places of two lists.'),
  multiplySeriesLists: byPosition('multiply', 'The products of the series at the same places of two lists.'),
  aggregateSeriesLists: define('Combine', 'One series of the two at the same places of two lists.', {
    params: {
      seriesListFirstPos: p.series(),
      seriesListSecondPos: p.series(),
      func: p.aggregation(),
      xFilesFactor: optional(p.number()),
    },
    run({ seriesListFirstPos: first, seriesListSecondPos: second, func, xFilesFactor }, call) {
      rowFunction(func);
      return pairwise(first, second, { func, xFilesFactor: xFilesFactor ?? call.xFilesFactor });
    },
  }),
  group: define('Combine', 'The series of all lists in one.', {
    params: { seriesLists: optional(p.allSeries()) },
    run: ({ seriesLists = [] }) => seriesLists.flat(),
  }),
  unique: define('Filter Series', 'The series of all lists, of each name the first.', {
    params: { seriesLists: optional(p.allSeries()) },
    run: ({ seriesLists = [] }) =>
      [...new Map([...seriesLists.flat()].reverse().map((series) => [series.name, series])).values()].reverse(),
  }),
};
