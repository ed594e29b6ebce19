import { z } from 'zod';
import { HEALTH_OUTCOMES } from '../../model/health.ts';
import { REPAIR_EVENTS } from '../../model/repair.ts';
import { PARAMETER_TYPES } from '../../repair/rules.ts';
import { REPAIR_STATES } from '../../repair/standing.ts';

const Time = z.number().describe('epoch milliseconds');
const Outcome = z.enum(HEALTH_OUTCOMES);

/** A service as clients of Mob* Monitor know it. */
export const ServiceStatusJson = z.object({
  service: z.string(),
  health: z.boolean(),
  healthchecks: z.array(
    z.object({ name: z.string(), health: z.boolean(), description: z.string(), actions: z.array(z.string()) }),
  ),
});

/** An action as they know it. */
export const ActionInfoJson = z.object({
  action: z.string(),
  info: z.string().nullable().describe('what it does, or why there is no such action'),
  args: z.array(z.string()).describe('parameters without a default'),
  kwargs: z.record(z.string(), z.unknown()).describe('the others with their defaults'),
});

/** A folder of a check directory, or a service that checks of the agent name. */
export const ServiceListJson = z.array(
  z.object({
    service: z.string(),
    is_service: z.boolean(),
    health: z.boolean().nullable().describe('null for what is no service'),
    directory: z.string().describe('empty when it has none'),
    problems: z.array(z.string()),
  }),
);

const RepairStandingJson = z.object({
  action: z.string(),
  state: z.enum(REPAIR_STATES),
  id: z.string().describe('the repair that goes on or waits'),
  attempts: z.int(),
  max_attempts: z.int(),
  last_start: Time.nullable(),
  retry_after: z.number().describe('seconds until it may start again'),
});

export const HealthCheckJson = z.object({
  name: z.string(),
  check: z.string().describe("id of the agent's check it is"),
  outcome: Outcome,
  code: z.number().nullable().describe('what Check() answered'),
  description: z.string(),
  detail: z.string().describe('why it is broken'),
  pending: z.boolean(),
  stale: z.boolean().describe('its file is broken now; its last good version is at work'),
  last_run: Time.nullable(),
  next_run: Time.nullable(),
  duration_ms: z.number(),
  interval_ms: z.number(),
  actions: z.array(z.string()),
  repairs: z.array(RepairStandingJson),
});

/** A service with all of its checks. */
export const ServiceJson = ServiceStatusJson.extend({ checks: z.array(HealthCheckJson) });

const ActionParameterJson = z.object({
  name: z.string(),
  type: z.enum(PARAMETER_TYPES),
  required: z.boolean(),
  default: z.unknown(),
  choices: z.array(z.string()).describe('the values that a choice has'),
  pattern: z.string().nullable().describe('a regular expression that the whole of it must match'),
  secret: z.boolean().describe('it is shown nowhere'),
});

export const ServiceActionsJson = z.array(
  ActionInfoJson.extend({
    healthcheck: z.string(),
    params: z.array(ActionParameterJson).describe('everything it takes, in order'),
    requires_confirmation: z.boolean(),
  }),
);

/** A line of the audit. */
export const RepairJson = z.object({
  id: z.string(),
  event: z.enum(REPAIR_EVENTS),
  at: Time,
  node: z.string(),
  service: z.string(),
  check: z.string(),
  action: z.string(),
  args: z.array(z.unknown()),
  kwargs: z.record(z.string(), z.unknown()),
  who: z.string(),
  reason: z.string(),
  before: Outcome.nullable(),
  after: Outcome.nullable(),
  fixed: z.boolean().nullable(),
  exit: z.int().nullable(),
  output: z.string(),
  duration_ms: z.number().nullable(),
  attempt: z.int(),
  max_attempts: z.int(),
});

/** What became of a repair, or would. */
export const RepairedJson = z.object({
  id: z.string(),
  dry_run: z.boolean(),
  argv: z.array(z.string()).describe('the command; empty for a function'),
  user: z.string().nullable(),
  refusal: z.string().describe('why it would be refused; empty when it would not'),
  result: RepairJson.nullable().describe('its end; null while it goes on'),
  status: ServiceStatusJson.nullable(),
});

/** What a repair is asked for with. */
export const RepairWishJson = z.strictObject({
  node: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .describe('the node of the zone whose service it is; this one when left out'),
  healthcheck: z.string().max(200).optional().describe('the check; the only one that offers the action when left out'),
  action: z.string().min(1).max(200),
  args: z.array(z.unknown()).default([]),
  kwargs: z.record(z.string(), z.unknown()).default({}),
  dry_run: z.boolean().default(false).describe('only tell what would be done'),
  async: z.boolean().default(false).describe('do not wait for its end'),
});

/** A repair as somebody asks for it, on the node whose service it is. */
export type RepairAsked = Omit<z.output<typeof RepairWishJson>, 'node'> & {
  readonly service: string;
  readonly who: string;
};
