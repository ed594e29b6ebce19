import type { HealthOutcome } from './health.ts';
import type { Yaml } from './pack.ts';

/** What happened to a repair. */
export const REPAIR_EVENTS = [
  'start',
  'end',
  'refusal',
  'waiting-confirmation',
  'interrupted',
  'reset',
  'breaker-open',
  'breaker-reset',
] as const;
export type RepairEvent = (typeof REPAIR_EVENTS)[number];

/** One line of the audit: written once and never changed. Times are epoch milliseconds. */
export interface RepairRecord {
  /** Of the repair; start and end have the same. */
  readonly id: string;
  readonly event: RepairEvent;
  readonly at: number;
  readonly node: string;
  readonly service: string;
  readonly check: string;
  readonly action: string;
  /** Secret ones are `***`. */
  readonly args: readonly Yaml[];
  readonly kwargs: Readonly<Record<string, Yaml>>;
  /** `auto`, a token's name, or where the request came in. */
  readonly who: string;
  /** Why it started, or was refused. */
  readonly reason: string;
  readonly before: HealthOutcome | null;
  readonly after: HealthOutcome | null;
  /** It ended, and the check is healthy again or could only be better. */
  readonly isFixed: boolean | null;
  readonly exit: number | null;
  /** The last 4 KiB that it printed. */
  readonly output: string;
  readonly durationMs: number | null;
  readonly attempt: number;
  readonly maxAttempts: number;
}
