import { z } from 'zod';
import { masked } from '../../config/secrets.ts';
import type { Alert } from '../../model/alert.ts';
import type { CheckRecord } from '../../model/check.ts';
import { BLOCKING } from '../blocking.ts';
import { countStates } from '../counts.ts';
import { NARROWING, narrowingOf } from '../narrowing.ts';
import type { ApiParts } from '../parts.ts';
import { checkJson, foreignCheckJson, jsonObject } from '../records.ts';
import { findMember } from '../references.ts';
import { route } from '../route.ts';
import { ServiceJson } from '../schemas/services.ts';
import { CheckJson, DefinedCheckJson, Identified, MonitoringJson, Referred } from '../schemas.ts';
import { foreignServiceJson, serviceJson } from '../service-records.ts';

const CHECK_FIELDS = Object.keys(CheckJson.shape);
const SERVICE_FIELDS = Object.keys(ServiceJson.shape);
const STATE_FIELDS = [...new Set([...CHECK_FIELDS, ...SERVICE_FIELDS])];

const Narrowed = z.strictObject(NARROWING);
const StateAsked = z.strictObject({ ...BLOCKING, ...NARROWING });
type StateAsked = z.output<typeof StateAsked>;

/** How the node and its peers are. */
export const monitoringRoutes = (parts: ApiParts) => ({
  'GET /monitoring/state': route({
    access: 'read',
    isZoneWide: true,
    summary: 'The checks of this node by id, and its services by name.',
    query: StateAsked,
    answer: MonitoringJson,
    handle: ({ query, signal }) => parts.reads.read('checks', { query, signal }, () => stateOf('self', query, parts)),
  }),
  'GET /monitoring/state/:ref': route({
    access: 'read',
    summary: 'The checks of any node by id, and its services by name.',
    params: Referred,
    query: StateAsked,
    answer: MonitoringJson,
    handle: ({ params, query, signal }) =>
      parts.reads.read('checks', { query, signal }, () => stateOf(params.ref, query, parts)),
  }),
  'GET /monitoring/services': route({
    access: 'read',
    summary: 'Every service of this node.',
    query: Narrowed,
    answer: z.array(ServiceJson),
    handle({ query }) {
      const { fits, pick } = narrowingOf(query, SERVICE_FIELDS, parts.filtering);
      return parts.runtime.services.records().map(serviceJson).filter(fits).map(pick);
    },
  }),
  'GET /monitoring/services/:id*': serviceRoute(parts),
  'GET /state/services/:id*': serviceRoute(parts),
});

/** Without an agent there are no checks that requests defined. */
type CheckParts = Pick<ApiParts, 'runtime' | 'packs' | 'filtering'> & Partial<Pick<ApiParts, 'definitions'>>;

/** What this node is judged by. */
export const checkRoutes = (parts: CheckParts) => ({
  'GET /monitoring/checks': route({
    access: 'read',
    summary: 'Every check of this node with its definition.',
    query: Narrowed,
    answer: z.array(DefinedCheckJson),
    handle({ query }) {
      const { fits, pick } = narrowingOf(query, Object.keys(DefinedCheckJson.shape), parts.filtering);
      const definitions = definitionsOf(parts);
      const all = parts.runtime.checks().map((check) => definedCheck(check, definitions));
      return all.filter(fits).map(pick);
    },
  }),
  'POST /monitoring/checks/:id*/run': route({
    access: 'write',
    mayLast: true,
    summary: 'Runs a check now and answers with its record.',
    params: Identified,
    answer: CheckJson,
    handle: async ({ params }) => checkJson(await parts.runtime.runCheck(params.id)),
  }),
  'GET /monitoring/checks/:id*': route({
    access: 'read',
    summary: 'One check of this node with its definition.',
    params: Identified,
    answer: DefinedCheckJson,
    handle: ({ params }) => definedCheck(parts.runtime.check(params.id), definitionsOf(parts)),
  }),
});

/** The second address of it is OpsBro's. */
const serviceRoute = ({ runtime }: ApiParts) =>
  route({
    access: 'read',
    summary: 'One service of this node, by its name or id.',
    params: Identified,
    answer: ServiceJson,
    handle: ({ params }) => serviceJson(runtime.services.record(params.id)),
  });

/** Checks and services that fit; a filter by a field that only one of the two kinds has leaves none of the other. */
function stateOf(ref: string, asked: StateAsked, { membership, runtime, alerting, filtering }: ApiParts) {
  const { fits, pick } = narrowingOf(asked, STATE_FIELDS, filtering);
  const member = findMember(ref, membership);
  const isSelf = member.id === membership.self.id;
  const isStale = member.state !== 'alive' && member.state !== 'suspect';
  const checks = isSelf
    ? withMarks(runtime.checks(), alerting.alerts('open'))
    : [...member.checks].map(([id, known]) => [id, { ...foreignCheckJson(id, known), stale: isStale }] as const);
  const fitting = checks.filter(([, check]) => fits(check));
  const services = isSelf
    ? runtime.services.records().map((service) => [service.name, serviceJson(service)] as const)
    : [...member.services].map(([name, known]) => [name, foreignServiceJson(name, known)] as const);
  return {
    node: member.id,
    name: member.name,
    display_name: member.displayName,
    node_state: member.state,
    checks: jsonObject(fitting, pick),
    services: jsonObject(
      services.filter(([, service]) => fits(service)),
      pick,
    ),
    counts: countStates(fitting.map(([, { state, hard_state: confirmed }]) => confirmed ?? state)),
  };
}

/** The checks of this node, and what keeps their alerts quiet. */
function withMarks(checks: readonly CheckRecord[], alerts: readonly Alert[]) {
  const alertOf = new Map(alerts.filter(({ kind }) => kind === 'check').map((alert) => [alert.name, alert]));
  return checks.map((check) => {
    const alert = alertOf.get(check.id);
    return [check.id, { ...checkJson(check), ...(alert && marksJson(alert)) }] as const;
  });
}

const marksJson = ({ acked, silenced, maintenance }: Alert) => ({
  acked: acked !== null,
  silenced: [...silenced],
  maintenance,
});

type Definitions = ReadonlyMap<
  string,
  { readonly file: string; readonly line: number; readonly fields: Record<string, unknown> }
>;

const definitionsOf = ({ packs, definitions }: CheckParts): Definitions =>
  new Map(
    [...packs().objects, ...Object.values(definitions ?? {}).flatMap((part) => part.objects())]
      .filter(({ type }) => type === 'check')
      .map(({ id, file, line, definition }) => [id, { file, line, fields: { ...masked(definition) } }]),
  );

const definedCheck = (check: CheckRecord, definitions: Definitions) => ({
  ...checkJson(check),
  definition: definitions.get(check.id) ?? null,
});
