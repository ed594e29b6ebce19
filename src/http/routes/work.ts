import { z } from 'zod';
import { masked } from '../../config/secrets.ts';
import type { Alert } from '../../model/alert.ts';
import type { CheckRecord } from '../../model/check.ts';
import { BLOCKING } from '../blocking.ts';
import { countStates } from '../counts.ts';
import type { ApiParts } from '../parts.ts';
import { checkJson, foreignCheckJson, jsonObject } from '../records.ts';
import { findMember } from '../references.ts';
import { route } from '../route.ts';
import { ServiceJson } from '../schemas/services.ts';
import { CheckJson, DefinedCheckJson, Identified, MonitoringJson, Referred } from '../schemas.ts';
import { foreignServiceJson, serviceJson } from '../service-records.ts';

const Waiting = z.strictObject(BLOCKING);

/** How the node and its peers are. */
export const monitoringRoutes = (parts: ApiParts) => ({
  'GET /monitoring/state': route({
    access: 'read',
    isZoneWide: true,
    summary: 'The checks of this node by id, and its services by name.',
    query: Waiting,
    answer: MonitoringJson,
    handle: ({ query, signal }) => parts.reads.read('checks', { query, signal }, () => stateOf('self', parts)),
  }),
  'GET /monitoring/state/:ref': route({
    access: 'read',
    summary: 'The checks of any node by id, and its services by name.',
    params: Referred,
    query: Waiting,
    answer: MonitoringJson,
    handle: ({ params, query, signal }) =>
      parts.reads.read('checks', { query, signal }, () => stateOf(params.ref, parts)),
  }),
  'GET /monitoring/services': route({
    access: 'read',
    summary: 'Every service of this node.',
    answer: z.array(ServiceJson),
    handle: () => parts.runtime.services.records().map(serviceJson),
  }),
  'GET /monitoring/services/:id*': serviceRoute(parts),
  'GET /state/services/:id*': serviceRoute(parts),
});

/** Without an agent there are no checks that requests defined. */
type CheckParts = Pick<ApiParts, 'runtime' | 'packs'> & Partial<Pick<ApiParts, 'checkDefinitions'>>;

/** What this node is judged by. */
export const checkRoutes = (parts: CheckParts) => ({
  'GET /monitoring/checks': route({
    access: 'read',
    summary: 'Every check of this node with its definition.',
    answer: z.array(DefinedCheckJson),
    handle() {
      const definitions = definitionsOf(parts);
      return parts.runtime.checks().map((check) => definedCheck(check, definitions));
    },
  }),
  'POST /monitoring/checks/:id*/run': route({
    access: 'write',
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

function stateOf(ref: string, { membership, runtime, alerting }: ApiParts) {
  const member = findMember(ref, membership);
  const isSelf = member.id === membership.self.id;
  const isStale = member.state !== 'alive' && member.state !== 'suspect';
  const checks = isSelf
    ? withMarks(runtime.checks(), alerting.alerts('open'))
    : [...member.checks].map(([id, known]) => [id, { ...foreignCheckJson(id, known), stale: isStale }] as const);
  const services = isSelf
    ? runtime.services.records().map((service) => [service.name, serviceJson(service)] as const)
    : [...member.services].map(([name, known]) => [name, foreignServiceJson(name, known)] as const);
  return {
    node: member.id,
    name: member.name,
    display_name: member.displayName,
    node_state: member.state,
    checks: jsonObject(checks, (check) => check),
    services: jsonObject(services, (service) => service),
    counts: countStates(checks.map(([, { state, hard_state: confirmed }]) => confirmed ?? state)),
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

const definitionsOf = ({ packs, checkDefinitions }: CheckParts): Definitions =>
  new Map(
    [...packs().objects, ...(checkDefinitions?.objects() ?? [])]
      .filter(({ type }) => type === 'check')
      .map(({ id, file, line, definition }) => [id, { file, line, fields: { ...masked(definition) } }]),
  );

const definedCheck = (check: CheckRecord, definitions: Definitions) => ({
  ...checkJson(check),
  definition: definitions.get(check.id) ?? null,
});
