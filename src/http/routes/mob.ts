import { z } from 'zod';
import { readArgs, readKwargs } from '../../health/written-arguments.ts';
import type { ServiceStatus } from '../../model/health.ts';
import { whoIs } from '../access.ts';
import type { ApiParts } from '../parts.ts';
import { type Call, Reply, type RouteTable, route } from '../route.ts';
import { ActionInfoJson, ServiceStatusJson } from '../schemas/health.ts';

type Parts = Pick<ApiParts, 'health'>;

const text = z.string().max(1_024);

/** Clients send whatever they know; what has no meaning here is left out. */
const ActionAsked = z.object({ service: text.default(''), healthcheck: text.default(''), action: text.default('') });

const given = z.unknown().optional();
const RepairAsked = z.object({
  service: text.optional(),
  healthcheck: text.optional(),
  action: text.optional(),
  args: given,
  kwargs: given,
});
type RepairAsked = z.output<typeof RepairAsked>;

/** What clients made for Mob* Monitor ask. */
export const mobRoutes = ({ health }: Parts) => ({
  'GET /mob/GetServiceList': route({
    access: 'read',
    summary: 'The names of all services, as clients of Mob* Monitor ask for them.',
    answer: z.array(z.string()),
    handle: () => health.services.names(),
  }),
  'GET /mob/GetStatus': route({
    access: 'read',
    summary: 'The status of one service or of all, as clients of Mob* Monitor know it.',
    query: z.object({ service: text.optional() }),
    answer: z.array(ServiceStatusJson),
    handle: ({ query }) => health.services.status(query.service).map(statusJson),
  }),
  'GET /mob/ActionInfo': route({
    access: 'read',
    summary: 'What an action does and takes; or, as its info, why there is none.',
    query: ActionAsked,
    answer: ActionInfoJson,
    handle({ query: { service, healthcheck: check, action } }) {
      const info = health.services.actionInfo({ service, check, action });
      return { ...info, args: [...info.args], kwargs: { ...info.kwargs } };
    },
  }),
  'POST /mob/RepairService': route({
    access: 'repair',
    mayLast: true,
    summary: 'Does an action, and answers with the status of the service after it.',
    query: RepairAsked,
    body: RepairAsked,
    fromForm: (fields) => Object.fromEntries(fields),
    answer: ServiceStatusJson,
    handle: ({ query, body, caller }) => repaired(health, { ...query, ...body }, caller),
  }),
  'GET /mob/CollectLogs': route({
    access: 'admin',
    summary: 'Log files, states and repairs of 7 days, packed into one file.',
    answer: z.unknown(),
    produces: 'application/gzip',
    handle: async () =>
      new Reply(await health.collectLogs(), {
        headers: { 'content-disposition': 'attachment; filename="opsbro-logs.tgz"' },
      }),
  }),
});

/** Repairs asked for by `GET`, as the oldest clients do it; only where that is wanted. */
export const oldRepairRoute = ({ health }: Parts) => ({
  'GET /mob/RepairService': route({
    access: 'repair',
    mayLast: true,
    summary: 'As POST; it is there only while mob.compat_get_repair is true.',
    query: RepairAsked,
    answer: ServiceStatusJson,
    handle: ({ query, caller }) => repaired(health, query, caller),
  }),
});

/** The same routes as a door of their own has them. */
export const bareMobRoutes = (table: RouteTable): RouteTable =>
  Object.fromEntries(Object.entries(table).map(([key, each]) => [key.replace(' /mob/', ' /'), each]));

async function repaired(
  health: Parts['health'],
  asked: RepairAsked,
  caller: Call<unknown, unknown, unknown>['caller'],
) {
  const { service = '', healthcheck, action = '' } = asked;
  const who = whoIs(caller);
  const wish = { service, action, who, args: readArgs(asked.args), kwargs: readKwargs(asked.kwargs) };
  health.takeRequest(who);
  return statusJson(await health.services.repair({ ...wish, check: healthcheck === '' ? undefined : healthcheck }));
}

const statusJson = ({ service, health, healthchecks }: ServiceStatus) => ({
  service,
  health,
  healthchecks: healthchecks.map((each) => ({ ...each, actions: [...each.actions] })),
});
