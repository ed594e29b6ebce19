import { OpsbroError } from '../../base/errors.ts';
import { rowFunction } from '../combining.ts';
import { define, type FunctionTable, type RenderRange, type Surroundings } from '../function.ts';
import { shortText } from '../number-text.ts';
import { p, preset } from '../params.ts';
import { percentile } from '../rows.ts';
import { CONSOLIDATIONS, eachValue, type RenderSeries, remade, renamed } from '../series.ts';
import { constantLine } from './sources.ts';

const WAYS = [...CONSOLIDATIONS, 'avg'] as const;
const DEFAULT_STACK = '__DEFAULT__';

/** How a series is drawn is for others to know; its values stay. */
const drawn = (description: string, parameter: string) =>
  define('Graph', description, {
    params: { seriesList: p.series(), [parameter]: p.any() },
    run: ({ seriesList }) => seriesList as readonly RenderSeries[],
  });

const named = (name: string, description: string) =>
  define('Graph', description, {
    params: { seriesList: p.series() },
    run: ({ seriesList }) => seriesList.map((series) => ({ ...series, name: `${name}(${series.name})` })),
  });

function piled(series: RenderSeries, stack: string, { stacks }: Surroundings): RenderSeries {
  const totals = stacks.get(stack) ?? [];
  stacks.set(stack, totals);
  const values = eachValue(series, (value, at) => {
    const total = totals[at] ?? 0;
    totals[at] = Number.isNaN(value) ? total : total + value;
    return Number.isNaN(value) ? value : (totals[at] as number);
  });
  return remade(series, stack === DEFAULT_STACK ? `stacked(${series.name})` : series.name, values);
}

function flatLine(
  series: RenderSeries,
  { func, keepStep, range }: { readonly func: string; readonly keepStep: boolean; readonly range: RenderRange },
): RenderSeries {
  const value = rowFunction(func)(series.values);
  const name = `aggregateLine(${series.name}, ${Number.isNaN(value) ? 'None' : shortText(value)})`;
  if (keepStep)
    return remade(
      series,
      name,
      eachValue(series, () => value),
    );
  return { ...constantLine(value, range), name, pathExpression: name, tags: series.tags };
}

/** Lines, stacks and what is only for drawing. */
export const graphFunctions: FunctionTable = {
  color: drawn('The colour to draw with.', 'theColor'),
  alpha: drawn('How much can be seen through it.', 'alpha'),
  lineWidth: drawn('How wide the line is drawn.', 'width'),
  dashed: define('Graph', 'Draws a dashed line.', {
    params: { seriesList: p.series(), dashLength: preset(p.number(), 5) },
    run: ({ seriesList, dashLength }) =>
      seriesList.map((series) => ({ ...series, name: `dashed(${series.name}, ${shortText(dashLength)})` })),
  }),
  drawAsInfinite: named('drawAsInfinite', 'Draws a line from bottom to top at each value above 0.'),
  secondYAxis: named('secondYAxis', 'Draws by the scale on the other side.'),
  areaBetween: define('Graph', 'Draws the area between two series.', {
    params: { seriesList: p.series() },
    run({ seriesList }) {
      const upper = seriesList[1];
      if (seriesList.length !== 2 || !upper) {
        throw new OpsbroError('bad_request', `areaBetween: expected two series, not ${seriesList.length}`);
      }
      return seriesList.map((series) => ({ ...series, name: `areaBetween(${upper.pathExpression})` }));
    },
  }),
  stacked: define('Graph', 'Each series on top of those before it.', {
    params: { seriesLists: p.series(), stackName: preset(p.text(), DEFAULT_STACK) },
    run: ({ seriesLists, stackName }, call) => seriesLists.map((series) => piled(series, stackName, call)),
  }),
  aggregateLine: define('Calculate', 'A line at the value of the series by a function.', {
    params: { seriesList: p.series(), func: preset(p.aggregation(), 'average'), keepStep: preset(p.flag(), false) },
    run: ({ seriesList, func, keepStep }, { range }) =>
      seriesList.map((series) => flatLine(series, { func, keepStep, range })),
  }),
  nPercentile: define('Calculate', 'A line at a percentile of the values.', {
    params: { seriesList: p.series(), n: p.number() },
    run({ seriesList, n }) {
      if (n <= 0) throw new OpsbroError('bad_request', 'n: expected a number above 0');
      return seriesList.flatMap((series) => {
        const value = percentile(series.values, n);
        if (Number.isNaN(value)) return [];
        return [
          remade(
            series,
            `nPercentile(${series.name}, ${shortText(n)})`,
            eachValue(series, () => value),
          ),
        ];
      });
    },
  }),
  consolidateBy: define('Special', 'By which function several values become one where there is no room for all.', {
    params: { seriesList: p.series(), consolidationFunc: p.choice(WAYS) },
    run: ({ seriesList, consolidationFunc: func }) =>
      seriesList.map((series) => {
        const consolidation = func === 'avg' ? 'average' : func;
        return { ...renamed(series, `consolidateBy(${series.name},"${func}")`), consolidation };
      }),
  }),
  setXFilesFactor: xFilesFactor(),
  xFilesFactor: xFilesFactor(),
};

function xFilesFactor() {
  return define('Special', 'What part of the values must be there for several to become one.', {
    params: { seriesList: p.series(), xFilesFactor: p.number() },
    run({ seriesList, xFilesFactor: factor }, call) {
      if (factor < 0 || factor > 1) throw new OpsbroError('bad_request', 'xFilesFactor: expected a number from 0 to 1');
      call.setXFilesFactor(factor);
      return seriesList.map((series) => ({ ...series, xFilesFactor: factor }));
    },
  });
}
