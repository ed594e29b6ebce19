import { z } from 'zod';
import { masked } from '../../config/secrets.ts';
import type { CheckRecord } from '../../model/check.ts';
import type { PackSet } from '../../model/pack.ts';
import { countStates } from '../counts.ts';
import type { ApiParts } from '../parts.ts';
import { checkJson, foreignCheckJson, jsonObject } from '../records.ts';
import { findMember } from '../references.ts';
import { route } from '../route.ts';
import { CheckJson, DefinedCheckJson, Identified, MonitoringJson, Referred } from '../schemas.ts';

/** How the node and its peers are. */
export const monitoringRoutes = (parts: ApiParts) => ({
  'GET /monitoring/state': route({
    access: 'read',
    summary: 'The checks of this node, by id.',
    answer: MonitoringJson,
    handle: () => stateOf('self', parts),
  }),
  'GET /monitoring/state/:ref': route({
    access: 'read',
    summary: 'The checks of any node, by id.',
    params: Referred,
    answer: MonitoringJson,
    handle: ({ params }) => stateOf(params.ref, parts),
  }),
});

/** What this node is judged by. */
export const checkRoutes = (parts: Pick<ApiParts, 'runtime' | 'packs'>) => ({
  'GET /monitoring/checks': route({
    access: 'read',
    summary: 'Every check of this node with its definition.',
    answer: z.array(DefinedCheckJson),
    handle() {
      const definitions = definitionsOf(parts.packs());
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
    handle: ({ params }) => definedCheck(parts.runtime.check(params.id), definitionsOf(parts.packs())),
  }),
});

function stateOf(ref: string, { membership, runtime }: ApiParts) {
  const member = findMember(ref, membership);
  const checks =
    member.id === membership.self.id
      ? runtime.checks().map((check) => [check.id, checkJson(check)] as const)
      : [...member.checks].map(([id, summary]) => [id, foreignCheckJson(id, summary)] as const);
  return {
    node: member.id,
    name: member.name,
    display_name: member.displayName,
    checks: jsonObject(checks, (check) => check),
    counts: countStates(checks.map(([, { state, hard_state: confirmed }]) => confirmed ?? state)),
  };
}

type Definitions = ReadonlyMap<
  string,
  { readonly file: string; readonly line: number; readonly fields: Record<string, unknown> }
>;

const definitionsOf = ({ objects }: PackSet): Definitions =>
  new Map(
    objects
      .filter(({ type }) => type === 'check')
      .map(({ id, file, line, definition }) => [id, { file, line, fields: { ...masked(definition) } }]),
  );

const definedCheck = (check: CheckRecord, definitions: Definitions) => ({
  ...checkJson(check),
  definition: definitions.get(check.id) ?? null,
});
