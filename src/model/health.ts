import type { Yaml, YamlMap } from './pack.ts';

/** How a health check stands: `quasi` holds but could be better, `broken` could not be run, `pending` has never finished. */
export const HEALTH_OUTCOMES = ['pending', 'healthy', 'quasi', 'unhealthy', 'broken'] as const;
export type HealthOutcome = (typeof HEALTH_OUTCOMES)[number];

/** A parameter of an action. */
export interface ActionParameter {
  readonly name: string;
  readonly isRequired: boolean;
  /** What counts when it is not given; `null` when that cannot be written down. */
  readonly defaultValue: Yaml;
}

/** A repair that the author of a check offers, as the check's own code tells of it. */
export interface ActionDoc {
  readonly name: string;
  /** What it does, in the words of its author. */
  readonly info: string | null;
  readonly parameters: readonly ActionParameter[];
  /** It takes any number of further arguments. */
  readonly takesRest: boolean;
  /** It takes named arguments that are not among its parameters. */
  readonly takesAnyName: boolean;
  /** Options that are written with it: times, limits, how it starts. */
  readonly options: YamlMap;
}

/** Everything known of a health check. Times are epoch milliseconds; `null` before the first. */
export interface HealthRecord {
  readonly service: string;
  readonly name: string;
  readonly outcome: HealthOutcome;
  /** What its Check() answered; `null` when that was nothing that counts. */
  readonly code: number | null;
  readonly description: string;
  /** What may be done about it now. */
  readonly actions: readonly ActionDoc[];
  /** Why it is broken; empty otherwise. */
  readonly detail: string;
  readonly lastRun: number | null;
  readonly durationMs: number;
  readonly nextRun: number | null;
  readonly intervalMs: number;
  /** Its file is broken now, and its last good version stays at work. */
  readonly isStale: boolean;
}

/** A health check as programs made for Mob* Monitor know it; the order of the fields is part of the contract. */
export interface HealthCheckStatus {
  readonly name: string;
  readonly health: boolean;
  readonly description: string;
  readonly actions: readonly string[];
}

/** A service as they know it. Only checks that are not perfect are listed. */
export interface ServiceStatus {
  readonly service: string;
  readonly health: boolean;
  readonly healthchecks: readonly HealthCheckStatus[];
}

/** An action as they know it. */
export interface ActionInfo {
  readonly action: string;
  readonly info: string | null;
  /** Parameters without a default. */
  readonly args: readonly string[];
  /** The other ones, with their defaults. */
  readonly kwargs: Readonly<Record<string, Yaml>>;
}
