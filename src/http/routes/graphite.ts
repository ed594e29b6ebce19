import { z } from 'zod';
import { OpsbroError } from '../../base/errors.ts';
import type { ListedFunction } from '../../render/listing.ts';
import { field, graphiteReply } from '../graphite-fields.ts';
import { question } from '../graphite-route.ts';
import type { ApiParts } from '../parts.ts';
import { type Reply, type RouteTable, route } from '../route.ts';
import { annotationRoutes } from './annotations.ts';
import { metricNameRoutes } from './metric-names.ts';
import { renderRoutes } from './render.ts';
import { tagRoutes } from './tags.ts';

/** From 1.1 on, Grafana uses tags. */
const VERSION = '1.1.10';

/** Loaded when somebody asks. */
const listing = () => import('../../render/listing.ts');

function byGroup(functions: ReadonlyMap<string, ListedFunction>): Record<string, Record<string, ListedFunction>> {
  const groups = new Map<string, [string, ListedFunction][]>();
  for (const [name, each] of functions) groups.set(each.group, [...(groups.get(each.group) ?? []), [name, each]]);
  return Object.fromEntries(Array.from(groups, ([group, list]) => [group, Object.fromEntries(list)]));
}

const Functions = z.record(z.string(), z.unknown());

/** What Grafana's data source for Graphite asks, and Graphite's own programs. */
export function graphiteRoutes(parts: Pick<ApiParts, 'render'>): RouteTable {
  return {
    ...renderRoutes(parts),
    ...metricNameRoutes(parts),
    ...tagRoutes(parts),
    ...annotationRoutes(parts),
    ...question('/functions', {
      summary: 'Every function of the target language.',
      fields: { grouped: field.flag(), group: field.text() },
      answer: Functions,
      async handle(fields) {
        const { functionsJson, listedFunctions } = await listing();
        const { group, grouped } = fields as { readonly group?: string; readonly grouped?: boolean };
        const all = listedFunctions();
        const chosen = new Map([...all].filter(([, each]) => !group || each.group === group));
        return graphiteReply(functionsJson(grouped ? byGroup(chosen) : Object.fromEntries(chosen)), fields);
      },
    }),
    'GET /functions/:name': route({
      access: 'read',
      summary: 'One function of the target language.',
      params: z.strictObject({ name: z.string().max(64) }),
      answer: Functions,
      async handle({ params: { name } }) {
        const { functionsJson, listedFunctions } = await listing();
        const found = listedFunctions().get(name);
        if (found) return graphiteReply(functionsJson(found), {}) as Reply<never>;
        throw new OpsbroError('not_found', `unknown function: ${name}`);
      },
    }),
    'GET /version': route({
      access: 'read',
      summary: "The version of Graphite's API that is spoken.",
      answer: z.string(),
      handle: () => VERSION,
    }),
  };
}
