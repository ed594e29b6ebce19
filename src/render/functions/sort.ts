import { define, type FunctionTable } from '../function.ts';
import { p, preset } from '../params.ts';
import { ranked } from '../ranking.ts';
import { rows } from '../rows.ts';
import type { RenderSeries } from '../series.ts';

/** Runs of digits count as numbers. */
const naturalKey = (name: string): string => name.replace(/\d+/g, (digits) => digits.padStart(10, '0'));

function byName(all: readonly RenderSeries[], keyOf: (name: string) => string, direction: 1 | -1): RenderSeries[] {
  return all
    .map((series) => ({ series, key: keyOf(series.name) }))
    .sort((a, b) => direction * (a.key < b.key ? -1 : Number(a.key > b.key)))
    .map(({ series }) => series);
}

const sorting = (func: string, order: 'highest' | 'lowest', description: string) =>
  define('Sorting', description, {
    params: { seriesList: p.series() },
    run: ({ seriesList }) => ranked(seriesList, func, order),
  });

/** The series in another order. */
export const sortFunctions: FunctionTable = {
  sortByName: define('Sorting', 'By their names; natural: by the numbers in them as well.', {
    params: { seriesList: p.series(), natural: preset(p.flag(), false), reverse: preset(p.flag(), false) },
    run: ({ seriesList, natural, reverse }) =>
      byName(seriesList, natural ? naturalKey : (name) => name, reverse ? -1 : 1),
  }),
  sortBy: define('Sorting', 'By their values by a function.', {
    params: { seriesList: p.series(), func: preset(p.aggregation(), 'average'), reverse: preset(p.flag(), false) },
    run: ({ seriesList, func, reverse }) => ranked(seriesList, func, reverse ? 'highest' : 'lowest'),
  }),
  sortByTotal: sorting('sum', 'highest', 'Those with the greatest sums first.'),
  sortByMaxima: sorting('max', 'highest', 'Those with the highest values first.'),
  sortByMinima: define('Sorting', 'Those with the lowest values first; without those that are never above 0.', {
    params: { seriesList: p.series() },
    run: ({ seriesList }) =>
      ranked(
        seriesList.filter(({ values }) => rows.max(values) > 0),
        'min',
        'lowest',
      ),
  }),
};
