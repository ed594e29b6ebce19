import { OpsbroError } from '../../base/errors.ts';
import { aggregated, aligned, pathsOf, rowsOf } from '../combining.ts';
import { define, type FunctionTable } from '../function.ts';
import { groupedBy, nodeKey } from '../nodes.ts';
import { flat, isList, many, type Node, optional, p, type Value } from '../params.ts';
import { eachValue, madeUp, type RenderSeries, remade } from '../series.ts';

const MISSING = 'MISSING';
const PERCENT = 100;

/** One series over another, times a factor; nothing where the divisor is 0. */
function quotient(
  over: RenderSeries,
  under: RenderSeries,
  { name, factor }: { readonly name: string; readonly factor: number },
): RenderSeries {
  const together = aligned([over, under]);
  if (!together) return over;
  const { start, end, step, length } = together;
  const values = new Float64Array(length);
  for (const [at, [top = Number.NaN, bottom = Number.NaN]] of rowsOf(together)) {
    values[at] = bottom === 0 ? Number.NaN : (top / bottom) * factor;
  }
  return madeUp(name, { start, end, step, values });
}

const divided = (over: RenderSeries, under: RenderSeries): RenderSeries =>
  quotient(over, under, { name: `divideSeries(${over.name},${under.name})`, factor: 1 });

const percentOf = (over: RenderSeries, under: RenderSeries): RenderSeries =>
  quotient(over, under, { name: `asPercent(${over.name},${under.name})`, factor: PERCENT });

const nothing = (series: RenderSeries, name: string): RenderSeries =>
  remade(series, name, new Float64Array(series.values.length).fill(Number.NaN));

const summed = (all: readonly RenderSeries[]): RenderSeries | undefined =>
  all.length === 1
    ? all[0]
    : aggregated(all, 'sum', 0).map((sum) => ({ ...sum, name: `sumSeries(${pathsOf(all)})` }))[0];

const byName = (all: readonly RenderSeries[]): readonly RenderSeries[] =>
  [...all].sort((a, b) => (a.name < b.name ? -1 : Number(a.name > b.name)));

/** Percents of the totals of groups; without totals, of the sums of the groups themselves. */
function groupPercents(
  all: readonly RenderSeries[],
  totals: readonly RenderSeries[] | undefined,
  nodes: readonly Node[],
): readonly RenderSeries[] {
  const key = (series: RenderSeries) => nodeKey(series, nodes);
  const parts = groupedBy(all, key);
  const wholes = groupedBy(totals ?? all, key);
  return [...new Set([...parts.keys(), ...wholes.keys()])].flatMap((each) => {
    const whole = summed(wholes.get(each) ?? []);
    const group = parts.get(each);
    if (group) {
      return group.map((part) =>
        whole ? percentOf(part, whole) : nothing(part, `asPercent(${part.name},${MISSING})`),
      );
    }
    return whole ? [nothing(whole, `asPercent(${MISSING},${whole.name})`)] : [];
  });
}

function percents(all: readonly RenderSeries[], total: Value): readonly RenderSeries[] {
  if (typeof total === 'number') {
    return all.map((series) => {
      const values = eachValue(series, (value) => (total === 0 ? Number.NaN : (value / total) * PERCENT));
      return remade(series, `asPercent(${series.name},${total})`, values);
    });
  }
  if (!isList(total)) throw new OpsbroError('bad_request', 'total: expected a number or series');
  const totals = flat(total);
  const [only] = totals;
  if (totals.length === 1 && only) return all.map((series) => percentOf(series, only));
  if (totals.length !== all.length) {
    throw new OpsbroError(
      'bad_request',
      `total: expected one series or ${all.length}, as many as there are, not ${totals.length}`,
    );
  }
  const sorted = byName(totals);
  return byName(all).map((series, at) => percentOf(series, sorted[at] ?? series));
}

function ofTheirSum(all: readonly RenderSeries[]): readonly RenderSeries[] {
  const [sum] = aggregated(all, 'sum', 0);
  return sum ? all.map((series) => percentOf(series, sum)) : [];
}

/** Series over series. */
export const percentFunctions: FunctionTable = {
  asPercent: define('Combine', 'Each series as a percentage of a total, or of the sum of all.', {
    params: { seriesList: p.series(), total: optional(p.any()), nodes: optional(many(p.nodeOrTag())) },
    run({ seriesList, total, nodes = [] }) {
      if (nodes.length === 0) return total === undefined ? ofTheirSum(seriesList) : percents(seriesList, total);
      if (total !== undefined && !isList(total))
        throw new OpsbroError('bad_request', 'total: expected series, or none');
      return groupPercents(seriesList, total && flat(total), nodes);
    },
  }),
  divideSeries: define('Combine', 'Each series divided by one other.', {
    params: { dividendSeriesList: p.series(), divisorSeries: p.series() },
    run({ dividendSeriesList: over, divisorSeries }) {
      if (divisorSeries.length > 1) {
        throw new OpsbroError('bad_request', `divisorSeries: expected one series, not ${divisorSeries.length}`);
      }
      const [under] = divisorSeries;
      return over.map((series) =>
        under ? divided(series, under) : nothing(series, `divideSeries(${series.name},${MISSING})`),
      );
    },
  }),
  divideSeriesLists: define('Combine', 'The series of one list divided by those at the same places of another.', {
    params: { dividendSeriesList: p.series(), divisorSeriesList: p.series() },
    run({ dividendSeriesList: over, divisorSeriesList: under }) {
      if (over.length !== under.length) {
        throw new OpsbroError(
          'bad_request',
          `the lists must be of equal length, not ${over.length} and ${under.length}`,
        );
      }
      return over.map((series, at) => divided(series, under[at] ?? series));
    },
  }),
};
