import { OpsbroError } from '../base/errors.ts';
import { consolidated } from './consolidating.ts';
import { ROW_FUNCTIONS, type RowFunction } from './rows.ts';
import { madeUp, type RenderSeries } from './series.ts';

/** Steps that have no common multiple below this are not brought together. */
const MOST_STEP = 31_536_000;

/** Several series over the same times. */
export interface Aligned {
  readonly series: readonly RenderSeries[];
  readonly start: number;
  readonly end: number;
  readonly step: number;
  readonly length: number;
}

/** Brings series to their least common step and to common times; `undefined` for none. */
export function aligned(all: readonly RenderSeries[]): Aligned | undefined {
  if (all.length === 0) return undefined;
  const step = all.reduce((common, series) => leastCommon(common, series.step), 1);
  const series = all.map((each) => consolidated(each, step / each.step));
  const start = Math.min(...all.map((each) => each.start));
  const latest = Math.max(...all.map((each) => each.end));
  const length = Math.max(...series.map((each) => offsetOf(each, start, step) + each.values.length));
  return { series, start, end: latest - ((latest - start) % step), step, length };
}

const offsetOf = (series: RenderSeries, start: number, step: number): number =>
  Math.floor((series.start - start) / step);

function leastCommon(a: number, b: number): number {
  if (a === b) return a;
  let [divisor, rest] = [a, b];
  while (rest > 0) [divisor, rest] = [rest, divisor % rest];
  const common = (a / divisor) * b;
  if (common <= MOST_STEP) return common;
  throw new OpsbroError('bad_request', `series of steps of ${a} s and ${b} s have no common step below a year`);
}

/** The value of each time by a row function of all series; too few values by `xFilesFactor` make none. */
export function combinedRows(together: Aligned, name: string, xFilesFactor: number): Float64Array<ArrayBuffer> {
  const { counts, sums } =
    name === 'sum' || name === 'average' ? summed(together) : { counts: undefined, sums: undefined };
  if (!counts) return byRow(together, rowFunction(name), xFilesFactor);
  const size = together.series.length;
  for (let at = 0; at < sums.length; at++) {
    const count = counts[at] as number;
    if (count === 0 || count / size < xFilesFactor) sums[at] = Number.NaN;
    else if (name === 'average') sums[at] = (sums[at] as number) / count;
  }
  return sums;
}

/** In one pass over each series, as most targets are sums of many. */
function summed({ series, start, step, length }: Aligned) {
  const sums = new Float64Array(length);
  const counts = new Uint32Array(length);
  for (const each of series) {
    const offset = offsetOf(each, start, step);
    const { values } = each;
    for (let at = 0; at < values.length; at++) {
      const value = values[at] as number;
      if (Number.isNaN(value)) continue;
      sums[offset + at] = (sums[offset + at] as number) + value;
      counts[offset + at] = (counts[offset + at] as number) + 1;
    }
  }
  return { sums, counts };
}

function byRow(together: Aligned, combine: RowFunction, xFilesFactor: number): Float64Array<ArrayBuffer> {
  const values = new Float64Array(together.length);
  for (const [at, row] of rowsOf(together)) {
    let present = 0;
    for (const value of row) if (!Number.isNaN(value)) present += 1;
    const isEnough = present > 0 && present / row.length >= xFilesFactor;
    values[at] = isEnough ? combine(row) : Number.NaN;
  }
  return values;
}

/** The values of all series at each time. The row is the same array every time. */
export function* rowsOf({ series, start, step, length }: Aligned): Generator<[number, Float64Array]> {
  const offsets = series.map((each) => offsetOf(each, start, step));
  const row = new Float64Array(series.length);
  for (let at = 0; at < length; at++) {
    for (let index = 0; index < row.length; index++) {
      row[index] = series[index]?.values[at - (offsets[index] as number)] ?? Number.NaN;
    }
    yield [at, row];
  }
}

/** The row function of that name, which may end in `Series`. Throws `bad_request` for another. */
export function rowFunction(name: string): RowFunction {
  const found = ROW_FUNCTIONS.get(name.replace(/Series$/, ''));
  if (found) return found;
  throw new OpsbroError(
    'bad_request',
    `"${name}" is no way to combine values; use one of ${[...ROW_FUNCTIONS.keys()].join(', ')}`,
  );
}

/** The different path expressions, as names of combined series show them. */
export const pathsOf = (all: readonly RenderSeries[]): string =>
  [...new Set(all.map(({ pathExpression }) => pathExpression))].join(',');

/** One series of several by a row function; none of none. */
export function aggregated(
  all: readonly RenderSeries[],
  written: string,
  xFilesFactor: number,
): readonly RenderSeries[] {
  rowFunction(written);
  const name = written.replace(/Series$/, '');
  const together = aligned(all);
  if (!together) return [];
  const { start, end, step } = together;
  const values = combinedRows(together, name, xFilesFactor);
  const made = madeUp(`${name}Series(${pathsOf(all)})`, { start, end, step, values }, { xFilesFactor });
  return [{ ...made, tags: commonTags(all, made.name, name) }];
}

function commonTags(all: readonly RenderSeries[], name: string, aggregatedBy: string): ReadonlyMap<string, string> {
  const [first, ...others] = all;
  const same = [...(first?.tags ?? [])].filter(([tag, value]) => others.every(({ tags }) => tags.get(tag) === value));
  const tags = new Map(same);
  if (!tags.has('name')) tags.set('name', name);
  return tags.set('aggregatedBy', aggregatedBy);
}
