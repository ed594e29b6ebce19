import { z } from 'zod';
import { ServiceJson } from './schemas/services.ts';

const MAX_PAGE = 10_000;

/** A parameter that is on when it is named: `?raw`, `?raw=true`, `?raw=1`. */
export const flag = z.enum(['', 'true', '1', 'false', '0']).transform((text) => text !== 'false' && text !== '0');

/** How many items one page holds, as written in a query. */
export const pageSize = z
  .string()
  .regex(/^\d{1,5}$/, 'write a whole number')
  .transform(Number)
  .pipe(z.number().min(1).max(MAX_PAGE));

/** Parameters of paths. */
export const Named = z.strictObject({ name: z.string().min(1).max(200) });
export const Referred = z.strictObject({
  ref: z
    .string()
    .min(1)
    .max(200)
    .describe('node id, a unique beginning of it of at least 4 characters, name, display name, or self'),
});
export const Identified = z.strictObject({ id: z.string().min(1).max(1_024) });

const Time = z.number().describe('epoch milliseconds');
const State = z.enum(['ok', 'warning', 'critical', 'unknown', 'pending']);

export const CheckSummaryJson = z.object({
  state: State,
  state_id: z.int(),
  hard: z.boolean(),
  last_change: Time.nullable(),
  output: z.string(),
});

export const NodeState = z.enum(['alive', 'suspect', 'dead', 'left']);

const ServiceSummaryJson = z.object({
  state: State,
  state_id: z.int(),
  address: z.string(),
  port: z.int().describe('0 when it has none'),
  tags: z.array(z.string()),
  meta: z.record(z.string(), z.string()),
});

export const MemberJson = z.object({
  uuid: z.string(),
  name: z.string(),
  display_name: z.string(),
  kind: z.enum(['opsbro', 'serf']),
  addr: z.string(),
  port: z.int(),
  state: NodeState,
  settled: NodeState.describe('what names and alerts go by: a return counts once it has lasted'),
  flapping: z.boolean().describe('it comes and goes all the time'),
  reachable: z.boolean().describe('false while the link to its zone is down'),
  udp_blocked: z.boolean().describe('it answers over TCP only'),
  leaving: z.boolean(),
  incarnation: z.int(),
  zone: z.string(),
  is_proxy: z.boolean(),
  groups: z.array(z.string()),
  services: z.record(z.string(), ServiceSummaryJson),
  checks: z.record(z.string(), CheckSummaryJson),
  tags: z.record(z.string(), z.string()),
  version: z.string(),
  since: Time,
  rtt_ms: z.number().nullable(),
});
export type MemberJson = z.output<typeof MemberJson>;

/** A check of any node; what only its own node knows is absent for checks of others. */
export const CheckJson = z.object({
  name: z.string().describe('the id, <pack>/<path>'),
  display_name: z.string(),
  pack_name: z.string(),
  state: State,
  state_id: z.int(),
  hard: z.boolean(),
  last_change: Time.nullable(),
  output: z.string(),
  pack_level: z.string().optional(),
  kind: z.string().optional(),
  old_state: State.optional(),
  old_state_id: z.int().optional(),
  hard_state: State.optional(),
  hard_state_id: z.int().optional(),
  attempt: z.int().optional(),
  max_attempts: z.int().optional(),
  hard_since: Time.nullable().optional(),
  last_check: Time.nullable().optional(),
  next_check: Time.nullable().optional(),
  duration_ms: z.number().optional(),
  long_output: z.string().optional(),
  perfdata: z.array(z.string()).optional(),
  last_hard_change: Time.nullable().optional(),
  latency_ms: z.number().optional().describe('how long after it was due the last run began'),
  stderr: z.string().optional(),
  exit: z.int().nullable().optional().describe('exit code of the program'),
  command: z.array(z.string()).optional().describe('the program that was run, with its arguments'),
  recent: z
    .array(z.object({ time: Time, state_id: z.int(), duration_ms: z.number() }))
    .optional()
    .describe('the last 21 results, oldest first'),
  flapping: z.boolean().optional(),
  flap_percent: z.number().optional(),
  stale: z.boolean().optional().describe('it should have run long ago, or its node is not alive'),
  expired: z.boolean().optional().describe('no result was reported in time'),
  suppressed_by: z.array(z.string()).optional().describe('what it depends on that is broken itself'),
  waiting: z.boolean().optional().describe('what it depends on is looked at first'),
  disabled: z.boolean().optional(),
  service: z.string().optional().describe('the service it belongs to'),
  acked: z.boolean().optional().describe('somebody knows of the problem'),
  silenced: z.array(z.string()).optional().describe('ids of the silences that fit its alert'),
  maintenance: z.string().nullable().optional().describe('id of the maintenance window of the node'),
});
export type CheckJson = z.output<typeof CheckJson>;

export const DefinedCheckJson = CheckJson.extend({
  definition: z
    .object({ file: z.string(), line: z.int(), fields: z.record(z.string(), z.unknown()) })
    .nullable()
    .describe('where it is written and what is written there; null when its file is gone'),
});

export const CountsJson = z.object({
  ok: z.int(),
  warning: z.int(),
  critical: z.int(),
  unknown: z.int(),
  pending: z.int(),
});

const ApartCountsJson = CountsJson.extend({
  suppressed: z.int().describe('checks, not among the others, that are broken because of what they depend on'),
  alerts: z.int().describe('open alerts of this node'),
});

export const MonitoringJson = z.object({
  node: z.string().describe('id of the node'),
  name: z.string(),
  display_name: z.string(),
  node_state: z.string().describe('state of the node; unless it is alive all of this is what was known last'),
  checks: z.record(z.string(), CheckJson),
  services: z.record(z.string(), ServiceJson),
  counts: CountsJson,
});

export const CollectorJson = z.object({
  name: z.string(),
  state: z.enum(['pending', 'running', 'ok', 'not-eligible', 'error', 'disabled']),
  log: z.string(),
  results: z.record(z.string(), z.unknown()).nullable(),
  metrics: z.int(),
  active: z.boolean().describe('its last run ended well'),
  stale: z.boolean().describe('the results are older than they may be, so that expressions do not see them'),
  restored: z.boolean().describe('the results are from before the start of the agent'),
  interval_ms: z.number(),
  last_check: Time.nullable().describe('when the results were seen'),
  last_run: Time.nullable().describe('when the last run since the start of the agent ended'),
  next_check: Time.nullable(),
  duration_ms: z.number(),
  runs_total: z.int(),
  errors_total: z.int(),
  skipped_total: z.int().describe('runs that were due while the one before was still going'),
});
export type CollectorJson = z.output<typeof CollectorJson>;

export const DetectorJson = z.object({
  name: z.string().describe('the id, <pack>/<path>'),
  pack_name: z.string(),
  pack_level: z.string(),
  condition: z.string().describe('the rule as it is written'),
  add_groups: z.array(z.string()).describe('the groups as they are written'),
  interval_ms: z.number(),
  last_run: Time.nullable(),
  groups: z.array(z.string()).describe('the groups it gave at its last run'),
  log: z.string().describe('why it gave none, when that is not plain'),
});
export type DetectorJson = z.output<typeof DetectorJson>;

export const DetectedJson = z.object({
  groups: z.record(z.string(), z.object({ static: z.boolean(), detectors: z.array(z.string()) })),
  logs: z.record(z.string(), z.string()).describe('by detector, why it gave nothing'),
});

const ProblemJson = z.object({
  level: z.enum(['error', 'warning', 'notice']),
  file: z.string(),
  line: z.int().describe('from 1; 0 when the file as a whole is meant'),
  column: z.int(),
  path: z.string().describe('the key it is about, such as detector.apply_if'),
  message: z.string(),
  suggestion: z.string().optional().describe('what was probably meant'),
  pack: z.string().nullable().describe('the pack it is in; null for the configuration of the agent'),
});
export const ProblemsJson = z.array(ProblemJson);

export const FunctionJson = z.object({
  name: z.string(),
  group: z.string(),
  class: z.string(),
  doc: z.string(),
  prototype: z.array(z.tuple([z.string(), z.unknown()])).describe('arguments with default, or "__NO_DEFAULT__"'),
});
export type FunctionJson = z.output<typeof FunctionJson>;

const ReasonJson = z.object({ part: z.string(), code: z.string(), since: Time, text: z.string() });
export const HealthJson = z.object({
  health: z.enum(['ok', 'degraded', 'failed']),
  reasons: z.array(ReasonJson),
});
export type HealthJson = z.output<typeof HealthJson>;

/** What the agent itself says in `/agent/info`; the blocks of the other parts are added to it. */
export const AgentFactsJson = z.object({
  agent_state: z.enum(['initializing', 'ok', 'stopping']),
  warnings: z.array(z.string()),
  pid: z.int(),
  started: Time,
  version: z.string(),
  node_version: z.string(),
  ports: z.record(z.string(), z.int()).describe('by door, the port that is really bound'),
  is_http_secure: z.boolean().describe('over TCP the API and the page speak HTTPS'),
  dns_open_to: z
    .array(z.string())
    .describe('networks whose DNS queries are answered, when it listens beyond this machine'),
  local_addr: z.string(),
  public_addr: z.string(),
  advertise_addr: z.string(),
  socket: z.string(),
  home: z.object({ config: z.string(), data: z.string(), log: z.string() }),
  is_zone_protected: z.boolean().describe('its zone has a gossip key'),
  is_zone_closed: z.boolean().describe('the key file of its zone cannot be used, so nothing is sent or accepted'),
  key_fingerprints: z.array(z.string()),
  static_groups: z.array(z.string()),
  hosting_driver: z.string(),
  hosting_drivers_state: z.array(z.object({ name: z.string(), is_active: z.boolean() })),
  topics: z.record(z.string(), z.boolean()),
  is_managed_system: z.boolean(),
  system_distro: z.string(),
  system_distroversion: z.string(),
  logs: z.object({ ERROR: z.array(z.string()), WARNING: z.array(z.string()) }),
  cpu_consumption: z.number().describe('percent of one processor'),
  memory_consumption: z.number().describe('bytes'),
  event_loop: z.object({ p50: z.number(), p99: z.number() }).describe('delay in milliseconds'),
});
export type AgentFactsJson = z.output<typeof AgentFactsJson>;

const GroupsJson = z.union([
  z.object({ static: z.array(z.string()), detected: z.array(z.string()) }),
  z.array(z.string()).describe('with ?groups=flat'),
]);

export const AgentInfoJson = AgentFactsJson.omit({ static_groups: true }).extend({
  ...HealthJson.shape,
  name: z.string(),
  display_name: z.string(),
  uuid: z.string(),
  zone: z.string(),
  port: z.int(),
  groups: GroupsJson,
  groups_all: z.array(z.string()),
  collectors: z.record(z.string(), z.object({ state: CollectorJson.shape.state })),
  monitoring: ApartCountsJson,
  kv: z.object({
    backend: z.object({ name: z.string() }),
    stats: z.object({ keys: z.int(), size: z.number().describe('bytes'), error: z.string() }),
  }),
  docker: z
    .object({ state: CollectorJson.shape.state, running: z.int(), total: z.int(), images: z.int() })
    .describe('containers and images as the collector of this name saw them last'),
  modules: z.record(z.string(), z.object({ state: z.enum(['STARTED', 'DISABLED', 'ERROR']) })),
  queues: z.record(z.string(), z.int()).describe('what waits, by whom it waits for'),
  members: z.object({ alive: z.int(), suspect: z.int(), dead: z.int(), left: z.int() }),
});
export type AgentInfoJson = z.output<typeof AgentInfoJson>;

export const ReloadPreviewJson = z.object({
  changes: z
    .array(z.object({ change: z.enum(['added', 'changed', 'removed']), kind: z.string(), name: z.string() }))
    .describe('settings, variables, parameters of packs and objects that are not as they were'),
  restart_needed: z.array(z.string()).describe('keys that count only after a restart'),
  stand_ins: z
    .array(z.object({ file: z.string(), since: z.string(), errors: z.int() }))
    .describe('broken files whose last good version is used'),
  errors: ProblemsJson,
  warnings: ProblemsJson,
});
export type ReloadPreviewJson = z.output<typeof ReloadPreviewJson>;

export const ReloadedJson = ReloadPreviewJson.extend({
  added: z.int(),
  changed: z.int(),
  removed: z.int(),
  unchanged: z.int(),
});
export type ReloadedJson = z.output<typeof ReloadedJson>;

export const JoinedJson = z.object({
  joined: z.int(),
  errors: z.record(z.string(), z.string()).describe('by seed, why it could not be joined'),
  linked: z
    .record(z.string(), z.string())
    .optional()
    .describe('by seed of another zone, the zone that this one is linked to'),
});
export type JoinedJson = z.output<typeof JoinedJson>;

const Instant = z.string().describe('ISO 8601 in UTC with milliseconds');
const Stamps = {
  key: z.string(),
  version: z.string(),
  created: Instant,
  modified: Instant,
  expires: Instant.nullable(),
};
const Replicas = z
  .object({ acked: z.int(), total: z.int() })
  .describe('nodes that have it, and nodes that are to have it');
export const KvStampJson = z.object({ ...Stamps, replicas: Replicas.optional() });
export const KvEntryJson = z.object({ ...Stamps, value: z.string().describe('base64') });
export const KvDeletedJson = z.object({ key: z.string(), version: z.string().nullable(), existed: z.boolean() });
