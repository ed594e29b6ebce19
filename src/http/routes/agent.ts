import { z } from 'zod';
import type { CollectorRecord } from '../../model/collector.ts';
import { countChecks, countMembers } from '../counts.ts';
import type { ApiParts } from '../parts.ts';
import { jsonObject, problemJson } from '../records.ts';
import { Reply, route } from '../route.ts';
import { AgentInfoJson, flag, ProblemsJson, ReloadedJson, ReloadPreviewJson } from '../schemas.ts';

/** What the agent is and how it is: identity, state, health, `agent info`. */
export const agentRoutes = ({ agent, membership, ...parts }: ApiParts) => ({
  'GET /health': route({
    access: 'open',
    summary:
      'Whether the agent works: 200 when it does, 503 when it starts, stops or has failed; with strict also when degraded.',
    query: z.strictObject({ strict: flag.optional() }),
    answer: z.object({ state: z.string(), health: z.string() }),
    handle({ query }) {
      const { agent_state: state } = agent.facts();
      const { health } = agent.health();
      const works = state === 'ok' && health !== 'failed' && !(query.strict && health === 'degraded');
      return new Reply({ state, health }, works ? {} : { status: 503, headers: { 'retry-after': '1' } });
    },
  }),
  'GET /agent/name': route({
    access: 'open',
    summary: 'The name of this node.',
    answer: z.string(),
    handle: () => membership.self.name,
  }),
  'GET /agent/uuid': route({
    access: 'open',
    summary: 'The id of this node.',
    answer: z.string(),
    handle: () => membership.self.id,
  }),
  'GET /agent/state': route({
    access: 'open',
    summary: 'What the agent is doing: initializing, ok or stopping.',
    answer: z.enum(['initializing', 'ok', 'stopping']),
    handle: () => agent.facts().agent_state,
  }),
  'GET /agent/version': route({
    access: 'open',
    summary: 'The version of the agent.',
    answer: z.string(),
    handle: () => agent.facts().version,
  }),
  'GET /agent/info': route({
    access: 'read',
    isZoneWide: true,
    summary: 'Everything about this node on one page.',
    query: z.strictObject({ groups: z.literal('flat').optional() }),
    answer: AgentInfoJson,
    handle: ({ query }) => info({ agent, membership, ...parts }, query.groups ?? 'split'),
  }),
  'GET /config/problems': route({
    access: 'read',
    summary: 'What is wrong in the configuration files and packs.',
    answer: ProblemsJson,
    handle: () => agent.problems().map(problemJson),
  }),
  'POST /config/validate': route({
    access: 'read',
    summary:
      'Reads the configuration as it stands and tells what a reload would change, without changing anything; with text, what is wrong in it.',
    body: Posted,
    maxBody: MAX_POSTED,
    answer: ReloadPreviewJson,
    handle: ({ body: { text, file } }) =>
      text === undefined ? agent.previewReload() : agent.judgePosted({ text, file }),
  }),
});

/** Bytes of a text that is only to be judged. */
const MAX_POSTED = 512 * 1024;

const Posted = z.strictObject({
  text: z
    .string()
    .max(MAX_POSTED)
    .optional()
    .describe('configuration to judge; what it refers to in files or the environment is named and not looked up'),
  file: z
    .string()
    .regex(/^\w[\w.-]{0,127}\.(?:ya?ml|json)$/, 'Write the name of a file, such as checks.yml')
    .default('posted.yml')
    .describe('name of the file it would stand in'),
});

/** What changes the agent as a whole. */
export const controlRoutes = ({ agent }: ApiParts) => ({
  'POST /agent/reload': route({
    access: 'admin',
    summary: 'Reads the configuration again and applies what changed.',
    body: z.strictObject({ all_or_nothing: z.boolean().default(false) }),
    answer: ReloadedJson,
    handle: ({ body }) => agent.reload(body.all_or_nothing ? 'all-or-nothing' : 'leave-out'),
  }),
  'POST /agent/stop': route({
    access: 'admin',
    summary: 'Stops the agent; with leave it tells the pool that it goes on purpose.',
    body: z.strictObject({ leave: z.boolean().default(false) }),
    answer: z.object({ stopping: z.literal(true) }),
    handle({ body }) {
      agent.stop(body);
      return { stopping: true as const };
    },
  }),
});

function info({ agent, membership, runtime, alerting, kv, inside }: ApiParts, form: 'flat' | 'split'): AgentInfoJson {
  const { static_groups: fixed, ...facts } = agent.facts();
  const { self } = membership;
  const all = [...self.groups];
  const detected = all.filter((group) => !fixed.includes(group));
  return {
    ...facts,
    ...agent.health(),
    name: self.name,
    display_name: self.displayName,
    uuid: self.id,
    zone: self.zone,
    port: self.port,
    groups: form === 'flat' ? all : { static: fixed, detected },
    groups_all: all,
    collectors: jsonObject(
      runtime.collectors().map((collector) => [collector.name, collector] as const),
      ({ state }) => ({ state }),
    ),
    monitoring: countChecks(runtime.checks(), alerting.alerts('open')),
    kv: kvInfo(kv.stats()),
    docker: dockerInfo(runtime.collectors().find(({ name }) => name === 'docker')),
    modules: jsonObject(inside.modules(), ({ state }) => ({ state })),
    queues: jsonObject(
      alerting.handlers().map(({ id, pending }) => [id, pending] as const),
      (count) => count,
    ),
    members: countMembers(membership),
  };
}

function dockerInfo(seen: CollectorRecord | undefined): AgentInfoJson['docker'] {
  const { state = 'disabled', results } = seen ?? {};
  const count = (name: string) => {
    const value = results?.[name];
    return typeof value === 'number' ? value : 0;
  };
  return { state, running: count('running'), total: count('total'), images: count('images') };
}

const kvInfo = ({ engine, records, bytes, error }: ReturnType<ApiParts['kv']['stats']>) => ({
  backend: { name: engine },
  stats: { keys: records, size: bytes, error },
});
