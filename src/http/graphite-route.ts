import { z } from 'zod';
import { COMMON, type CommonFields, graphiteFields } from './graphite-fields.ts';
import { type Access, type Reply, type Route, type RouteTable, route } from './route.ts';

type Answered = Reply<Uint8Array | string>;

/** A question of Graphite's API, by `GET` and by `POST`; the fields of query and form are one. */
export function question<Shape extends z.ZodRawShape>(
  path: string,
  spec: {
    readonly summary: string;
    readonly fields: Shape;
    readonly answer: z.ZodType;
    handle(fields: z.output<z.ZodObject<Shape>> & CommonFields): Answered | Promise<Answered>;
  },
): RouteTable {
  const fields = z.looseObject({ ...COMMON, ...spec.fields });
  type Fields = z.output<z.ZodObject<Shape>> & CommonFields;
  const { summary, answer } = spec;
  const common = { access: 'read' as Access, summary, answer, query: fields, fromQuery: graphiteFields };
  const get: Route = route({
    ...common,
    handle: async ({ query }) => (await spec.handle(query as Fields)) as Reply<never>,
  });
  const post: Route = route({
    ...common,
    body: fields,
    fromForm: graphiteFields,
    handle: async ({ query, body }) => (await spec.handle({ ...query, ...body } as Fields)) as Reply<never>,
  });
  return { [`GET ${path}`]: get, [`POST ${path}`]: post };
}

/** The same routes below `/graphite`, and all of them with a slash at their end as well. */
export function graphiteAliases(table: RouteTable): RouteTable {
  const aliases = Object.entries(table).flatMap(([key, each]) => {
    const [method = '', path = ''] = key.split(' ');
    const other = path.endsWith('/') ? path.slice(0, -1) : `${path}/`;
    return [other, `/graphite${path}`, `/graphite${other}`].map((alias) => [`${method} ${alias}`, each] as const);
  });
  return Object.fromEntries(aliases.filter(([key]) => !Object.hasOwn(table, key)));
}
