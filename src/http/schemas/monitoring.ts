import { z } from 'zod';
import { CheckJson } from '../schemas.ts';

const State = CheckJson.shape.state;

const CheckChangeJson = z.object({
  name: z.string().describe('id of the check; of a service: service and its name'),
  display_name: z.string(),
  pack_name: z.string(),
  pack_level: z.string(),
  state: State,
  state_id: z.int(),
  old_state: State,
  old_state_id: z.int(),
  hard: z.boolean().describe('the state is confirmed'),
  attempt: z.int(),
  output: z.string(),
  last_check: z.number().nullable().describe('epoch milliseconds'),
});
/** A check or service changed. */
export type CheckChangeJson = z.output<typeof CheckChangeJson>;
/** Names that a filter of the history may use. */
export const CHECK_CHANGE_FIELDS: readonly string[] = Object.keys(CheckChangeJson.shape);

/** How checks and services changed, by second. */
export const CheckHistoryJson = z.array(
  z.object({ date: z.int().describe('epoch seconds'), entries: z.array(CheckChangeJson) }),
);

const STATE_NAMES = ['ok', 'warning', 'critical', 'unknown'] as const;
const OUTPUT_LENGTH = 65_536;

/** A result that somebody else came to. */
export const ResultJson = z.strictObject({
  state: z
    .union([z.enum(STATE_NAMES), z.int().min(0).max(3)])
    .transform((written) => (typeof written === 'number' ? (STATE_NAMES[written] ?? 'unknown') : written))
    .describe('ok, warning, critical, unknown, or 0 to 3'),
  output: z.string().max(OUTPUT_LENGTH).default('').describe('may hold performance data behind a |'),
  perfdata: z
    .union([z.string().max(OUTPUT_LENGTH), z.array(z.string().max(1_024)).max(1_000)])
    .optional()
    .describe('such as time=0.1s;1;2'),
  ttl: z.union([z.string(), z.number()]).optional().describe('how long it holds: 90s; a number is in seconds'),
  time: z.number().min(0).optional().describe('epoch seconds when it was true; now when left out'),
});
export type ResultJson = z.output<typeof ResultJson>;
