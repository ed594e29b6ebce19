import { z } from 'zod';
import { OpsbroError } from '../../base/errors.ts';
import type { FoundPath } from '../../model/series.ts';
import { type CommonFields, field, graphiteReply, numberIn, scopeOf } from '../graphite-fields.ts';
import { question } from '../graphite-route.ts';
import type { ApiParts } from '../parts.ts';
import type { Reply } from '../route.ts';
import type { SeriesView } from '../series-view.ts';

const MOST_QUERIES = 100;

type Fields = CommonFields & {
  readonly query?: string[] | undefined;
  readonly format?: string | undefined;
  readonly wildcards?: boolean | undefined;
  readonly leavesOnly?: boolean | undefined;
  readonly groupByExpr?: boolean | undefined;
  readonly position?: string | undefined;
};

const lastOf = (path: string): string => path.slice(path.lastIndexOf('.') + 1);

/** What a name browser shows: `id` is the way that was asked, and the name. */
function treeOf(found: readonly FoundPath[], query: string, isWild: boolean) {
  const way = query.slice(0, query.lastIndexOf('.') + 1);
  const entry = (text: string, { isLeaf, isMore }: { readonly isLeaf: boolean; readonly isMore: boolean }) => ({
    text,
    id: way + text,
    leaf: Number(isLeaf),
    expandable: Number(isMore),
    allowChildren: Number(isMore),
    context: {},
  });
  // The same name may come on several ways.
  const names = (isLeaf: boolean) =>
    [...new Set(found.filter((each) => each.isLeaf === isLeaf).map(({ path }) => lastOf(path)))].sort();
  const branches = names(false).map((text) => entry(text, { isLeaf: false, isMore: true }));
  const leaves = names(true).map((text) => entry(text, { isLeaf: true, isMore: false }));
  const star = isWild && found.length > 1 ? [entry('*', { isLeaf: false, isMore: branches.length > 0 })] : [];
  return [...star, ...branches, ...leaves];
}

const completionsOf = (found: readonly FoundPath[]) => ({
  metrics: found.map(({ path, isLeaf }) => ({
    path: isLeaf ? path : `${path}.`,
    name: lastOf(path),
    is_leaf: isLeaf ? '1' : '0',
  })),
});

const nodesOf = (found: readonly FoundPath[], position: number) => ({
  nodes: [...new Set(found.map(({ path }) => path.split('.')[position] ?? '').filter((node) => node !== ''))].sort(),
});

function queriesIn({ query = [] }: Fields): readonly string[] {
  const queries = query.filter((each) => each !== '');
  if (queries.length === 0) throw new OpsbroError('bad_request', 'missing query');
  if (queries.length > MOST_QUERIES) throw new OpsbroError('bad_request', `more than ${MOST_QUERIES} queries`);
  return queries;
}

async function find(fields: Fields, view: SeriesView): Promise<unknown> {
  const query = queriesIn(fields).at(-1) ?? '';
  const format = fields.format || 'treejson';
  const pattern = format === 'completer' ? `${query.replaceAll('..', '*.')}*` : query;
  const found = await view.find(pattern);
  const kept = fields.leavesOnly ? found.filter(({ isLeaf }) => isLeaf) : found;
  switch (format) {
    case 'treejson':
      return treeOf(kept, query, fields.wildcards ?? false);
    case 'completer':
      return completionsOf(kept);
    case 'nodelist':
      return nodesOf(kept, numberIn(fields.position, 'position', 0) ?? query.split('.').length - 1);
    case 'json':
      return kept.map(({ path, isLeaf }) => ({ path, is_leaf: isLeaf }));
    default:
      throw new OpsbroError(
        'bad_request',
        `format not supported: ${format.slice(0, 20)}; use treejson, completer, nodelist or json`,
      );
  }
}

async function expand(fields: Fields, view: SeriesView): Promise<unknown> {
  const groups = new Map<string, readonly string[]>();
  for (const query of queriesIn(fields)) {
    const found = await view.find(query);
    const kept = fields.leavesOnly ? found.filter(({ isLeaf }) => isLeaf) : found;
    groups.set(query, [...new Set(kept.map(({ path }) => path))]);
  }
  if (fields.groupByExpr) return { results: Object.fromEntries(groups) };
  return { results: [...new Set([...groups.values()].flat())].sort() };
}

/** The names of series, as Grafana and Graphite's browser ask for them. */
export function metricNameRoutes({ render }: Pick<ApiParts, 'render'>) {
  const answered = async (
    fields: CommonFields,
    answer: (view: SeriesView) => Promise<unknown>,
  ): Promise<Reply<Uint8Array>> => {
    const view = render.view(scopeOf(fields));
    const json = JSON.stringify(await answer(view));
    return graphiteReply(json, fields, view.missing);
  };
  const common = {
    query: field.texts().describe('a path; * ? [a-z] {a,b} stand for others'),
    leavesOnly: field.flag(),
  };
  return {
    ...question('/metrics/find', {
      summary: 'What comes next in the names of series that fit a path.',
      fields: { ...common, format: field.text(), wildcards: field.flag(), position: field.text() },
      answer: z.union([z.array(z.unknown()), z.record(z.string(), z.unknown())]),
      handle: (fields) => answered(fields, (view) => find(fields as Fields, view)),
    }),
    ...question('/metrics/expand', {
      summary: 'The paths that fit.',
      fields: { ...common, groupByExpr: field.flag() },
      answer: z.object({ results: z.union([z.array(z.string()), z.record(z.string(), z.array(z.string()))]) }),
      handle: (fields) => answered(fields, (view) => expand(fields as Fields, view)),
    }),
    ...question('/metrics/index.json', {
      summary: 'The names of all series.',
      fields: {},
      answer: z.array(z.string()),
      handle: (fields) => answered(fields, (view) => view.names()),
    }),
  };
}
