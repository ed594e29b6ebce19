import { z } from 'zod';
import { OpsbroError } from '../../base/errors.ts';
import { patterns } from '../../base/regex.ts';
import { tagsOf } from '../../model/series-name.ts';
import {
  COMMON,
  type CommonFields,
  field,
  graphiteFields,
  graphiteReply,
  numberIn,
  scopeOf,
} from '../graphite-fields.ts';
import { question } from '../graphite-route.ts';
import type { ApiParts } from '../parts.ts';
import { type Reply, type RouteTable, route } from '../route.ts';
import type { SeriesView } from '../series-view.ts';

const MOST = 10_000;
const USUAL_COMPLETIONS = 100;

type Fields = CommonFields & {
  readonly expr?: string[] | undefined;
  readonly tag?: string | undefined;
  readonly filter?: string | undefined;
  readonly limit?: string | undefined;
  readonly tagPrefix?: string | undefined;
  readonly valuePrefix?: string | undefined;
};

/** Those that a regular expression fits at their beginning, sorted, so many at most. */
async function filtered(texts: Iterable<string>, { filter, limit }: Fields, usual = MOST): Promise<string[]> {
  const pattern = filter ? await patterns(filter) : undefined;
  const kept = [...texts].filter((text) => pattern?.begins(text) ?? true).sort();
  return kept.slice(0, Math.min(MOST, numberIn(limit, 'limit', 1) ?? usual));
}

/** The tags of the series that fit all expressions; of all series when there are none. */
async function tagSets(
  expressions: readonly string[],
  view: SeriesView,
): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const sets = new Map<string, Set<string>>();
  if (expressions.length === 0) {
    for (const [tag, values] of await view.tagValues()) sets.set(tag, new Set(values.keys()));
    return sets;
  }
  for (const name of await view.tagged(expressions)) {
    for (const [tag, value] of tagsOf(name)) sets.set(tag, (sets.get(tag) ?? new Set()).add(value));
  }
  return sets;
}

async function completeTags(fields: Fields, view: SeriesView): Promise<readonly string[]> {
  const { expr = [], tagPrefix = '' } = fields;
  const used = new Set(expr.map((each) => each.replace(/[!=].*$/s, '')));
  const tags = [...(await tagSets(expr, view)).keys()].filter((tag) => tag.startsWith(tagPrefix) && !used.has(tag));
  return filtered(tags, { limit: fields.limit }, USUAL_COMPLETIONS);
}

async function completeValues(fields: Fields, view: SeriesView): Promise<readonly string[]> {
  const { expr = [], tag, valuePrefix = '' } = fields;
  if (!tag) throw new OpsbroError('bad_request', 'missing tag');
  const values = [...((await tagSets(expr, view)).get(tag) ?? [])].filter((value) => value.startsWith(valuePrefix));
  return filtered(values, { limit: fields.limit }, USUAL_COMPLETIONS);
}

/** The name with its tags sorted; of doubled tags the last one counts. */
function canonical(name: string): string {
  const { name: path = '', ...tags } = Object.fromEntries(tagsOf(name));
  return [
    path,
    ...Object.entries(tags)
      .map(([tag, value]) => `${tag}=${value}`)
      .sort(),
  ].join(';');
}

/** Answers with what a view of the series has, as the fields want it. */
type Answered = (fields: CommonFields, answer: (view: SeriesView) => Promise<unknown>) => Promise<Reply<Uint8Array>>;

/** The tags of series, as Grafana asks for them. */
export function tagRoutes({ render }: Pick<ApiParts, 'render'>): RouteTable {
  const answered: Answered = async (fields, answer) => {
    const view = render.view(scopeOf(fields));
    const json = JSON.stringify(await answer(view));
    return graphiteReply(json, fields, view.missing);
  };
  const [expr, limit, filter] = [
    field.texts().describe('tag expressions, such as env=prod'),
    field.text(),
    field.text(),
  ];
  const Texts = z.array(z.string());
  return {
    ...question('/tags/autoComplete/tags', {
      summary: 'Tags of series that fit the expressions.',
      fields: { expr, limit, tagPrefix: field.text() },
      answer: Texts,
      handle: (fields) => answered(fields, (view) => completeTags(fields as Fields, view)),
    }),
    ...question('/tags/autoComplete/values', {
      summary: 'Values of a tag of series that fit the expressions.',
      fields: { expr, limit, tag: field.text(), valuePrefix: field.text() },
      answer: Texts,
      handle: (fields) => answered(fields, (view) => completeValues(fields as Fields, view)),
    }),
    ...question('/tags/findSeries', {
      summary: 'The names of series that fit all expressions.',
      fields: { expr },
      answer: Texts,
      handle: (fields) => answered(fields, (view) => view.tagged((fields as Fields).expr ?? [])),
    }),
    ...question('/tags', {
      summary: 'All tags.',
      fields: { filter, limit },
      answer: z.array(z.object({ tag: z.string() })),
      handle: (fields) =>
        answered(fields, async (view) =>
          (await filtered((await view.tagValues()).keys(), fields as Fields)).map((tag) => ({ tag })),
        ),
    }),
    'POST /tags/tagSeries': tagSeriesRoute('The name of a series with its tags in order.', ([first = '']) => first),
    'POST /tags/tagMultiSeries': tagSeriesRoute('The names of series with their tags in order.', (names) => [...names]),
    'POST /tags/delSeries': delSeriesRoute(answered),
    'GET /tags/:tag': route({
      access: 'read',
      summary: 'The values of a tag, and how many series have each.',
      params: z.strictObject({ tag: z.string().max(200) }),
      query: z.looseObject({ filter, limit, local: field.flag(), node: field.text() }),
      fromQuery: graphiteFields,
      answer: z.object({ tag: z.string(), values: z.array(z.object({ value: z.string(), count: z.int() })) }),
      handle: async ({ params: { tag }, query }) =>
        (await answered(query, async (view) => {
          const counts = (await view.tagValues(tag)).get(tag) ?? new Map<string, number>();
          const values = await filtered(counts.keys(), query);
          return { tag, values: values.map((value) => ({ value, count: counts.get(value) ?? 0 })) };
        })) as Reply<never>,
    }),
  };
}

/** Names of series, in the query or in a form. */
const PATHS = {
  query: z.looseObject({ path: field.texts() }),
  body: z.looseObject({ path: field.texts() }),
  fromQuery: graphiteFields,
  fromForm: graphiteFields,
};

interface Paths {
  readonly query: { readonly path?: string[] | undefined };
  readonly body: { readonly path?: string[] | undefined };
}

function pathsIn({ query, body }: Paths): readonly string[] {
  const names = body.path ?? query.path ?? [];
  if (names.length === 0) throw new OpsbroError('bad_request', 'missing path');
  return names;
}

/** Series are found by their tags as soon as they have points, so that there is nothing to write. */
const tagSeriesRoute = (summary: string, answer: (names: readonly string[]) => string | string[]) =>
  route({
    access: 'read',
    summary,
    ...PATHS,
    answer: z.union([z.string(), z.array(z.string())]),
    handle: ({ query, body }) => answer(pathsIn({ query, body }).map(canonical)),
  });

/** Drops series, also those without tags. */
const delSeriesRoute = (answered: Answered) =>
  route({
    access: 'write',
    summary: 'Drops series with all their points, on all nodes of the zone.',
    ...PATHS,
    query: z.looseObject({ ...COMMON, path: field.texts() }),
    answer: z.boolean(),
    handle: async ({ query, body }) =>
      (await answered({ ...query, ...body }, async (view) => {
        await view.remove(pathsIn({ query, body }).map(canonical));
        return true;
      })) as Reply<never>,
  });
