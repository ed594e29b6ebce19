import { z } from 'zod';
import { parseDuration } from '../../base/duration.ts';
import { OpsbroError } from '../../base/errors.ts';
import type { Membership } from '../../model/member.ts';
import type { QueryFilters, QueryRequest } from '../../model/pool.ts';
import { changeKeys } from '../keyring.ts';
import type { ApiParts } from '../parts.ts';
import { detectedJson, keyringJson, queryAnswerJson } from '../pool-records.ts';
import {
  CoordinateJson,
  DetectedNodeJson,
  Duration,
  KeyringJson,
  PingedJson,
  QueryJson,
  Reference,
  RoundTripJson,
} from '../pool-schemas.ts';
import { queryLines } from '../query-lines.ts';
import { findMember } from '../references.ts';
import { Reply, route } from '../route.ts';
import { JoinedJson } from '../schemas.ts';

const NDJSON = 'application/x-ndjson';
const MAX_PING_MS = 30_000;
const MAX_DETECT_MS = 60_000;
const MAX_QUERY_MS = 300_000;

const Query = z.strictObject({
  name: z.string().min(1).max(512),
  payload: z.string().max(16_384).default(''),
  filters: z
    .strictObject({
      nodes: z.array(Reference).max(1_000).optional(),
      groups: z.array(z.string().min(1).max(200)).max(100).optional().describe('members of any of them'),
      tags: z.record(z.string(), z.string().max(1_000)).optional().describe('regular expressions by tag'),
    })
    .default({}),
  timeout: Duration.optional().describe('as long as a pool of this size needs, when left out'),
  relay_factor: z.int().min(0).max(255).optional(),
});

/** How this node comes into a pool and out of it. */
export const joinRoutes = ({ agent, membership, pool }: ApiParts) => ({
  'POST /agent/join': route({
    access: 'write',
    summary: 'Joins the pool through the given nodes.',
    body: z.strictObject({
      seeds: z.array(z.string().min(1).max(300)).min(1).max(100).describe('host, host:port or [v6]:port'),
    }),
    answer: JoinedJson,
    async handle({ body }) {
      const { joined, errors, linked } = await pool.join(body.seeds);
      return { joined, errors: Object.fromEntries(errors), ...(linked && { linked: Object.fromEntries(linked) }) };
    },
  }),
  'POST /agent/leave': route({
    access: 'admin',
    summary: 'Leaves the pool on purpose and ends the process within 10 s; with node a dead node is removed instead.',
    body: z.strictObject({ node: Reference.optional() }),
    answer: z.object({ leaving: z.string().describe('name of the node') }),
    handle({ body: { node = 'self' } }) {
      const { id, name } = findMember(node, membership);
      if (id !== membership.self.id) {
        pool.forceLeave(name);
        return { leaving: name };
      }
      agent.leave();
      return new Reply({ leaving: name }, { status: 202 });
    },
  }),
  'POST /agent/detect': route({
    access: 'write',
    mayLast: true,
    summary: 'Asks the local network by broadcast who is there.',
    body: z.strictObject({
      timeout: Duration.default('5s'),
      bind: z.string().min(1).max(64).optional().describe('only by this network interface'),
    }),
    answer: z.array(DetectedNodeJson),
    async handle({ body }) {
      const found = await pool.detect(durationOf(body.timeout, MAX_DETECT_MS), body.bind);
      return found.map(detectedJson);
    },
  }),
});

/** What the members of the pool are asked. */
export const poolRoutes = ({ membership, pool, keyNamed }: ApiParts) => ({
  'POST /agent/ping': route({
    access: 'write',
    summary: 'Really asks a node whether it is there.',
    body: z.strictObject({ node: Reference, timeout: Duration.default('3s') }),
    answer: PingedJson,
    async handle({ body }) {
      const { name } = findMember(body.node, membership);
      const rtt = await pool.ping(name, durationOf(body.timeout, MAX_PING_MS));
      const { id, state } = findMember(name, membership);
      return { node: id, name, state, rtt_ms: rtt ?? null };
    },
  }),
  'POST /agent/query': route({
    access: 'write',
    mayLast: true,
    summary: `Asks the members a Serf query; with Accept: ${NDJSON} each answer comes as a line of its own.`,
    body: Query,
    answer: QueryJson,
    async handle({ body, head }) {
      const request = requestOf(body, membership);
      if (head('accept') === NDJSON) {
        const lines = queryLines((heard) => pool.query(request, heard));
        return new Reply(lines, { headers: { 'content-type': NDJSON } });
      }
      const { acks, answers, timeoutMs } = await pool.query(request);
      return { acks: [...acks], answers: answers.map(queryAnswerJson), timeout_ms: timeoutMs };
    },
  }),
  'GET /agent/keyring': route({
    access: 'admin',
    summary: 'Which keys every member has, by fingerprint.',
    answer: KeyringJson,
    handle: async () => keyringJson(await pool.keyring('list')),
  }),
  'POST /agent/keyring': route({
    access: 'admin',
    summary: 'Changes the keys of every member; use is refused unless all living members have the key.',
    body: z.strictObject({
      op: z.enum(['install', 'use', 'remove']),
      key: z.string().min(1).max(100).describe('in base64, or the fingerprint of a key that this node has'),
    }),
    answer: KeyringJson,
    handle: async ({ body }) => keyringJson(await changeKeys(body, { pool, keyNamed })),
  }),
  'GET /agent/coordinates': route({
    access: 'read',
    summary: 'The network coordinates of every member that told them.',
    answer: z.array(CoordinateJson),
    handle: () => pool.coordinates().map(({ vec, ...coordinate }) => ({ ...coordinate, vec: [...vec] })),
  }),
  'GET /agent/rtt': route({
    access: 'read',
    summary: 'How far two nodes are from each other.',
    query: z.strictObject({ from: Reference.default('self'), to: Reference.default('self') }),
    answer: RoundTripJson,
    handle({ query }) {
      const from = findMember(query.from, membership).name;
      const to = findMember(query.to, membership).name;
      const { estimatedMs, measuredMs } = pool.roundTrip(from, to);
      return { from, to, estimated_ms: estimatedMs ?? null, measured_ms: measuredMs ?? null };
    },
  }),
});

function requestOf(body: z.output<typeof Query>, membership: Membership): QueryRequest {
  return {
    name: body.name,
    payload: Buffer.from(body.payload),
    filters: filtersOf(body.filters, membership),
    ...(body.timeout !== undefined && { timeoutMs: durationOf(body.timeout, MAX_QUERY_MS) }),
    ...(body.relay_factor !== undefined && { relayFactor: body.relay_factor }),
  };
}

function filtersOf({ nodes, groups, tags }: z.output<typeof Query>['filters'], membership: Membership): QueryFilters {
  const tagFilter = tags === undefined ? {} : { tags: new Map(Object.entries(tags)) };
  if (nodes === undefined && groups === undefined) return tagFilter;
  const names = (nodes ?? []).map((ref) => findMember(ref, membership).name);
  const inGroups = groups === undefined ? names : namesIn(groups, membership);
  const both = nodes === undefined ? inGroups : names.filter((name) => inGroups.includes(name));
  if (both.length === 0) throw new OpsbroError('not_found', 'the filters leave no node to ask');
  return { nodes: [...new Set(both)], ...tagFilter };
}

/** Queries know no groups, so who is in them is named. */
function namesIn(groups: readonly string[], { members }: Membership): string[] {
  return [...members.values()]
    .filter((member) => member.state === 'alive' && groups.some((group) => member.groups.includes(group)))
    .map(({ name }) => name);
}

function durationOf(written: string, most: number): number {
  const ms = parseDuration(written);
  if (ms > 0 && ms <= most) return ms;
  throw new OpsbroError('bad_request', `body timeout: "${written}" is not between 1ms and ${most / 1_000}s`);
}
