import type { SeriesValues } from '../model/series.ts';
import { tagsOf } from '../model/series-name.ts';

/** How several values of one series become one; as `consolidateBy` names it. */
export const CONSOLIDATIONS = ['average', 'sum', 'min', 'max', 'first', 'last', 'avg_zero'] as const;
export type Consolidation = (typeof CONSOLIDATIONS)[number];

/** A series on its way through the functions of a target. Nobody changes one: functions make new ones. */
export interface RenderSeries {
  readonly name: string;
  /** Epoch seconds at which the first value begins. */
  readonly start: number;
  /** Epoch seconds behind the last value. */
  readonly end: number;
  /** Seconds from one value to the next. */
  readonly step: number;
  /** NaN where there is none. */
  readonly values: Float64Array;
  readonly tags: ReadonlyMap<string, string>;
  /** The text it came from, which names made of several series show. */
  readonly pathExpression: string;
  readonly consolidation: Consolidation;
  /** The part of the values, 0 to 1, that must be there for several to become one. */
  readonly xFilesFactor: number;
}

/** A stored series at the beginning of its way. */
export function fetched(
  { name, first, step, values }: SeriesValues,
  { pathExpression, xFilesFactor }: Pick<RenderSeries, 'pathExpression' | 'xFilesFactor'>,
): RenderSeries {
  const end = first + values.length * step;
  const common = { pathExpression, xFilesFactor, consolidation: 'average' } as const;
  return { name, start: first, end, step, values, tags: tagsOf(name), ...common };
}

/** The same series under another name, which is also what later names show. */
export const renamed = (series: RenderSeries, name: string): RenderSeries => ({
  ...series,
  name,
  pathExpression: name,
});

/** Other values of the same times under another name. */
export const remade = (series: RenderSeries, name: string, values: Float64Array): RenderSeries => ({
  ...series,
  name,
  pathExpression: name,
  values,
});

/** A series that comes from no stored one. */
export function madeUp(
  name: string,
  times: Pick<RenderSeries, 'start' | 'end' | 'step' | 'values'>,
  { pathExpression = name, xFilesFactor = 0 }: Partial<Pick<RenderSeries, 'pathExpression' | 'xFilesFactor'>> = {},
): RenderSeries {
  return { name, ...times, tags: new Map([['name', name]]), pathExpression, xFilesFactor, consolidation: 'average' };
}

/** A value for each value of a series; `change` gets NaN for none as well. */
export function eachValue(
  { values }: RenderSeries,
  change: (value: number, index: number) => number,
): Float64Array<ArrayBuffer> {
  const changed = new Float64Array(values.length);
  for (let at = 0; at < values.length; at++) changed[at] = change(values[at] as number, at);
  return changed;
}
