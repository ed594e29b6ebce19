import { z } from 'zod';
import { OpsbroError } from '../../base/errors.ts';
import type { ActionDoc } from '../../model/health.ts';
import type { Yaml } from '../../model/pack.ts';
import { repairJson } from '../../model/repair-json.ts';
import { type RepairRules, rulesOf } from '../../repair/rules.ts';
import type { ServiceCheck } from '../../runtime/health-services.ts';
import { whoIs } from '../access.ts';
import type { ApiParts } from '../parts.ts';
import { Reply, type RouteTable, route } from '../route.ts';
import {
  HealthCheckJson,
  type RepairAsked,
  RepairedJson,
  RepairJson,
  RepairWishJson,
  ServiceActionsJson,
  ServiceJson,
  ServiceListJson,
} from '../schemas/health.ts';
import { flag, Named, pageSize } from '../schemas.ts';

type Parts = Pick<ApiParts, 'health'>;

const CheckNamed = Named.extend({ check: z.string().min(1).max(1_024) });
const Done = z.object({ done: z.boolean() });

/** The services of this node. */
export const healthServiceRoutes = ({ health }: Parts) => ({
  'GET /health-services': route({
    access: 'read',
    isZoneWide: true,
    summary: 'The services of this node; with all also folders that are none, and why.',
    query: z.strictObject({ all: flag.optional() }),
    answer: ServiceListJson,
    handle: ({ query }) => listOf(health, query.all === true),
  }),
  'GET /health-services/:name': route({
    access: 'read',
    isZoneWide: true,
    summary: 'A service with all of its checks.',
    params: Named,
    answer: ServiceJson,
    handle: ({ params: { name } }) => serviceOf(health, name),
  }),
  'GET /health-services/:name/actions': route({
    access: 'read',
    summary: 'What may be done about a service now, and what that takes.',
    params: Named,
    answer: ServiceActionsJson,
    handle: ({ params: { name } }) => actionsOf(health, name),
  }),
  'GET /health-services/:name/checks/:check*': route({
    access: 'read',
    summary: 'A check of a service.',
    params: CheckNamed,
    answer: HealthCheckJson,
    handle: ({ params }) => checkJson(checkOf(health, params.name, params.check)),
  }),
});

/** What may be done about services. */
export const repairRoutes = ({ health }: Parts) => ({
  'POST /health-services/-/breaker/reset': route({
    access: 'admin',
    summary: 'Lets repairs start by themselves again after too many failed.',
    answer: Done,
    handle({ caller }) {
      health.services.repairs.resetBreaker(whoIs(caller));
      return { done: true };
    },
  }),
  'POST /health-services/:name/repair': route({
    access: 'repair',
    mayLast: true,
    summary: 'Does an action that a check of the service offers, and answers when the checks were run again.',
    params: Named,
    body: RepairWishJson,
    answer: RepairedJson,
    handle({ params, body: { node, ...wish }, caller }) {
      const asked = { ...wish, service: params.name, who: whoIs(caller) };
      return (node === undefined ? undefined : elsewhere(health, node, asked)) ?? repaired(health, asked);
    },
  }),
  'POST /health-services/:name/run': route({
    access: 'repair',
    mayLast: true,
    summary: 'Runs the checks of a service now.',
    params: Named,
    answer: ServiceJson,
    async handle({ params: { name } }) {
      health.services.checksOf(name);
      await health.services.run(name);
      return serviceOf(health, name);
    },
  }),
  'POST /health-services/:name/checks/:check*/reset': route({
    access: 'repair',
    summary: 'Forgets how often the actions of a check were tried.',
    params: CheckNamed,
    answer: HealthCheckJson,
    handle({ params, caller }) {
      health.services.repairs.reset(params.name, params.check, whoIs(caller));
      return checkJson(checkOf(health, params.name, params.check));
    },
  }),
  'GET /history/repairs': route({
    access: 'read',
    isZoneWide: true,
    summary: 'What was repaired and refused, newest first.',
    query: z.strictObject({ service: z.string().optional(), node: z.string().optional(), limit: pageSize.optional() }),
    answer: z.array(RepairJson),
    handle: ({ query }) => health.audit.list(query).slice(0, query.limit).map(repairJson),
  }),
  'GET /history/repairs/:id': route({
    access: 'read',
    summary: 'Everything about one repair, oldest first.',
    params: z.strictObject({ id: z.string().min(1).max(100) }),
    answer: z.array(RepairJson),
    handle: ({ params }) => health.audit.about(params.id).map(repairJson),
  }),
  'POST /history/repairs/:id/confirm': route({
    access: 'repair',
    summary: 'Starts a repair that waits to be confirmed, and answers with its end.',
    params: z.strictObject({ id: z.string().min(1).max(100) }),
    answer: RepairJson,
    handle: async ({ params, caller }) =>
      repairJson(await health.services.repairs.confirm(params.id, whoIs(caller)).end),
  }),
});

/** The same routes under the paths that the command line's documents name. */
export const otherServiceRoutes = (parts: Parts): RouteTable => {
  const routes: RouteTable = { ...healthServiceRoutes(parts), ...repairRoutes(parts) };
  const renamed = (key: string) =>
    key.replace('/health-services', '/health/services').replace('/history/repairs', '/health/repairs');
  return Object.fromEntries(Object.entries(routes).map(([key, each]) => [renamed(key), each]));
};

function listOf({ services }: Parts['health'], isAll: boolean) {
  const folders = new Map(services.folders().map((folder) => [folder.service, folder]));
  const known = services.status().map(({ service, health }) => {
    const { directory = '', problems = [] } = folders.get(service) ?? {};
    return { service, is_service: true, health, directory, problems: [...problems] };
  });
  if (!isAll) return known;
  const names = new Set(known.map(({ service }) => service));
  const others = [...folders.values()].filter(({ service }) => !names.has(service));
  return [
    ...known,
    ...others.map(({ service, directory, problems }) => ({
      service,
      is_service: false,
      health: null,
      directory,
      problems: [...problems],
    })),
  ];
}

function serviceOf({ services }: Pick<Parts['health'], 'services'>, name: string) {
  const checks = services.checksOf(name).map(checkJson);
  const [status] = services.status(name);
  if (!status) throw new OpsbroError('not_found', `no service is named "${name}"`);
  const { service, health, healthchecks } = status;
  return {
    service,
    health,
    healthchecks: healthchecks.map((each) => ({ ...each, actions: [...each.actions] })),
    checks,
  };
}

function actionsOf({ services }: Parts['health'], name: string) {
  return services.checksOf(name).flatMap(({ record }) =>
    record.actions.map((action) => {
      const { info, args, kwargs } = services.actionInfo({ service: name, check: record.name, action: action.name });
      const shown = { healthcheck: record.name, action: action.name, info, args: [...args], kwargs: { ...kwargs } };
      return { ...shown, ...demandsOf(action) };
    }),
  );
}

/** What a form for an action has to know; an action whose rules are wrong is refused when it is asked for. */
function demandsOf(action: ActionDoc) {
  const rules = readableRules(action);
  const params = action.parameters.map(({ name, isRequired, defaultValue }) => {
    const { type = 'text', choices = [], pattern = null, secret = false } = rules?.params.get(name) ?? {};
    return {
      name,
      type,
      required: isRequired,
      default: secret ? null : defaultValue,
      choices: [...choices],
      pattern,
      secret,
    };
  });
  return { params, requires_confirmation: rules?.requires_confirmation ?? false };
}

function readableRules(action: ActionDoc): RepairRules | undefined {
  try {
    return rulesOf(action);
  } catch {
    return undefined;
  }
}

function checkOf({ services }: Parts['health'], service: string, check: string): ServiceCheck {
  const found = services.checksOf(service).find(({ record }) => record.name === check);
  if (found) return found;
  throw new OpsbroError('not_found', `${service} has no check "${check}"`);
}

const checkJson = ({ record, checkId, repairs }: ServiceCheck) => ({
  ...{ name: record.name, check: checkId, outcome: record.outcome, code: record.code },
  ...{ description: record.description, detail: record.detail },
  ...{ pending: record.outcome === 'pending', stale: record.isStale },
  ...{
    last_run: record.lastRun,
    next_run: record.nextRun,
    duration_ms: record.durationMs,
    interval_ms: record.intervalMs,
  },
  actions: record.actions.map(({ name }) => name),
  repairs: repairs.map(({ action, state, id, attempts, maxAttempts, lastStart, retryAfterMs }) => ({
    ...{ action, state, id, attempts, max_attempts: maxAttempts, last_start: lastStart },
    retry_after: Math.ceil(retryAfterMs / 1_000),
  })),
});

function elsewhere(health: Parts['health'], node: string, asked: RepairAsked) {
  if (health.repairAt) return health.repairAt(node, asked);
  throw new OpsbroError('not_found', 'this node knows no others');
}

/** Does what is asked here, or tells what would be done; who waits for its end gets it. Throws what it is refused with. */
export async function repaired(
  health: Pick<Parts['health'], 'services' | 'takeRequest' | 'commandOf'>,
  asked: RepairAsked,
): Promise<z.output<typeof RepairedJson> | Reply<z.output<typeof RepairedJson>>> {
  const { service, healthcheck: check, action, who } = asked;
  const wish = {
    service,
    check,
    action,
    who,
    args: asked.args as Yaml[],
    kwargs: new Map(Object.entries(asked.kwargs as Record<string, Yaml>)),
  };
  const { repairs } = health.services;
  if (asked.dry_run) {
    const { deed, refusal } = await repairs.plan(wish);
    return { ...planned(health, deed), id: '', dry_run: true, refusal, result: null, status: null };
  }
  health.takeRequest(who);
  const { deed } = await repairs.plan(wish);
  const repair = await repairs.begin(wish);
  const begun = { ...planned(health, deed), id: repair.id, dry_run: false, refusal: '' };
  if (asked.async) return new Reply({ ...begun, result: null, status: null }, { status: 202 });
  const result = repairJson(await repair.end);
  return { ...begun, result, status: serviceOf(health, service) };
}

type Deed = Awaited<ReturnType<Parts['health']['services']['repairs']['plan']>>['deed'];

const planned = (health: Pick<Parts['health'], 'commandOf'>, deed: Deed) => ({
  argv: [...health.commandOf(deed)],
  user: deed.rules.user ?? null,
});
