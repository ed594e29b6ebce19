import { z } from 'zod';
import { ALERT_KINDS } from '../../model/alert.ts';
import { CHECK_STATES } from '../../model/check.ts';

const Seconds = z.number().describe('epoch seconds');
const State = z.enum(CHECK_STATES);

/** An alert as JSON. */
export const AlertJson = z.object({
  id: z.string(),
  key: z.string().describe('the same for every problem of this thing'),
  kind: z.enum(ALERT_KINDS),
  node: z.object({
    uuid: z.string(),
    name: z.string(),
    display_name: z.string(),
    addr: z.string(),
    zone: z.string(),
    groups: z.array(z.string()),
  }),
  name: z.string().describe('id of the check or service, name of the rule or action; empty for a node'),
  display_name: z.string(),
  pack: z.string(),
  labels: z.record(z.string(), z.string()),
  severity: State,
  state: z.string(),
  state_id: z.int(),
  old_state: z.string(),
  status: z.enum(['pending', 'firing', 'resolved', 'closed']),
  output: z.string(),
  long_output: z.string(),
  perfdata: z.array(z.string()),
  started: Seconds,
  fired: Seconds.nullable().describe('when it became a problem that people are told of'),
  updated: Seconds,
  resolved: Seconds.nullable(),
  notified: z
    .record(
      z.string(),
      z.object({ state: z.enum(['waiting', 'sent', 'failed', 'resolved']), at: Seconds, count: z.int() }),
    )
    .describe('how far each handler got with it'),
  step: z.int().describe('steps of the escalation that were reached'),
  acked: z
    .object({ by: z.string(), comment: z.string(), at: Seconds, until: Seconds.nullable(), sticky: z.boolean() })
    .nullable(),
  silenced: z.array(z.string()).describe('ids of the silences that fit it now'),
  maintenance: z.string().nullable().describe('id of the maintenance window its node is in'),
  suppressed_by: z.array(z.string()).describe('what it depends on and is broken itself'),
  flapping: z.boolean(),
  runbook: z.string(),
  notes: z.string(),
  attempt: z.int().nullable().describe('results in a row that confirmed the state; null for what is no check'),
  max_attempts: z.int().nullable().describe('results in a row that it takes'),
  repair: z.array(z.string()),
  url: z.string(),
  why: z.string().describe('why a node is dead'),
});

const Phase = z.enum(['coming', 'active', 'ended']);

/** What is answered of a silence and a maintenance window alike. */
const muted = {
  id: z.string(),
  starts: Seconds,
  ends: Seconds,
  comment: z.string(),
  by: z.string(),
  state: Phase,
};

/** A silence as JSON. */
export const SilenceJson = z.object({
  ...muted,
  matchers: z
    .record(z.string(), z.array(z.string()))
    .describe('patterns by what alerts are chosen by; all have to fit'),
  if: z.string().describe('an expression over the alert; empty for none'),
  mute_recovery: z.boolean().describe('the end of a problem is kept quiet as well'),
  fits: z.int().describe('open alerts of this node that it is about'),
});

/** A maintenance window as JSON; one of node, group and zone is given. */
export const MaintenanceJson = z.object({
  ...muted,
  node: z.string().nullable(),
  group: z.string().nullable(),
  zone: z.string().nullable(),
  drain: z.boolean().describe('services of these nodes are not offered meanwhile'),
});

const taken = {
  replicated: z.boolean().describe('it is kept by the key-value store of the zone'),
  nodes: z.int().describe('nodes that know of it'),
  missed: z.array(z.string()).describe('living nodes that were not told'),
};

/** A silence that was taken or removed. */
export const TakenSilenceJson = SilenceJson.extend(taken);
/** A maintenance window that was taken or removed. */
export const TakenMaintenanceJson = MaintenanceJson.extend(taken);

/** How a handler fares, as JSON. */
export const HandlerJson = z.object({
  name: z.string(),
  type: z.string(),
  state: z.enum(['ok', 'error', 'disabled']),
  error: z.string(),
  remark: z.string().describe('such as recipients that were refused'),
  pending: z.int().describe('messages that wait'),
  dead: z.int().describe('messages that were given up'),
  sent: z.int(),
  failed: z.int(),
  dropped: z.int(),
  last_success: Seconds.nullable(),
  last_error: Seconds.nullable(),
  seconds: z.number().describe('how long the last attempt took'),
  rate_limited: z.boolean(),
});

/** A message that waits for its handler, as JSON. */
export const QueuedMessageJson = z.object({
  id: z.string(),
  handler: z.string(),
  action: z.string(),
  alerts: z.array(z.string()),
  attempts: z.int(),
  created: Seconds,
  next: Seconds.nullable().describe('when it is tried next; null when it was given up'),
  error: z.string(),
  dead: z.boolean(),
});

/** What came of a test message. */
export const TestedHandlerJson = z.object({
  name: z.string(),
  delivered: z.boolean(),
  answer: z.string().describe('what the other side said'),
  ms: z.number(),
});

/** Who would be told. */
export const RouteJson = z.object({
  ref: z.string(),
  severity: State,
  routes: z.array(z.object({ number: z.int(), taken: z.boolean(), why: z.string() })),
  handlers: z.array(
    z.object({ name: z.string(), told: z.boolean(), after: z.number().describe('seconds'), why: z.string() }),
  ),
});
