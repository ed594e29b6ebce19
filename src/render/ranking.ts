import { rowFunction } from './combining.ts';
import type { RenderSeries } from './series.ts';

/** What is not there is below everything. */
const rank = (value: number): number => (Number.isNaN(value) ? Number.NEGATIVE_INFINITY : value);

/** Compares so that equal numbers, infinite ones too, stay in their order. */
const compare = (a: number, b: number): number => (a < b ? -1 : Number(a > b));

/** Those with the greatest value first; of equal ones in their order. */
export function descendingBy(all: readonly RenderSeries[], measure: (series: RenderSeries) => number): RenderSeries[] {
  return all
    .map((series) => ({ series, value: rank(measure(series)) }))
    .sort((a, b) => compare(b.value, a.value))
    .map(({ series }) => series);
}

/** In the order of their values by a row function; series without values are the lowest. */
export function ranked(all: readonly RenderSeries[], func: string, order: 'highest' | 'lowest'): RenderSeries[] {
  const measure = rowFunction(func);
  if (order === 'highest') return descendingBy(all, ({ values }) => measure(values));
  return all
    .map((series) => ({ series, value: rank(measure(series.values)) }))
    .sort((a, b) => compare(a.value, b.value))
    .map(({ series }) => series);
}
