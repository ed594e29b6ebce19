import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import type { Shelf } from '../base/shelf.ts';
import type { Problem } from '../model/alert.ts';
import type { ActionDoc, HealthOutcome } from '../model/health.ts';
import type { RepairRecord } from '../model/repair.ts';
import type { Bound } from './given.ts';
import type { RepairRules } from './rules.ts';

/** A check of a service, and what may be done about it now. */
export interface Target {
  readonly service: string;
  readonly check: string;
  readonly outcome: HealthOutcome;
  /** What its Check() answered; `null` when it has no such number. */
  readonly code: number | null;
  readonly actions: readonly ActionDoc[];
  /** Handlers that are told of it; all of them when left out. */
  readonly handlers?: readonly string[];
}

/** One thing to be done. */
export interface Deed {
  readonly target: Target;
  readonly action: ActionDoc;
  readonly rules: RepairRules;
  readonly given: Bound;
}

/** How it ended. */
export interface Done {
  /** `null` when it was no program that ended by itself. */
  readonly exit: number | null;
  /** What it printed, or why it failed. */
  readonly output: string;
  readonly isOk: boolean;
}

/** What repairs are made with; the rules are here, everything they touch is elsewhere. */
export interface RepairWorld {
  readonly clock: Clock;
  readonly log: Logger;
  readonly shelf: Shelf;
  /** Name of this node. */
  readonly node: string;
  /** Repairs that start by themselves and may fail within 10 minutes; one more stops them all. */
  readonly breaker: number;
  newId(): string;
  /** The checks of a service as they stand; `undefined` when there is no such service. */
  targets(service: string): readonly Target[] | undefined;
  /** Runs the checks of a service again. */
  recheck(service: string): Promise<void>;
  /** Does it; ends all of it when its time is over. Never throws. */
  act(deed: Deed): Promise<Done>;
  groups(): ReadonlySet<string>;
  /** Whether an expression is true; a text says why nobody knows. */
  holds(expression: string): Promise<boolean | string>;
  /** Why nothing may start by itself for this check now, as somebody works on it; empty when it may. */
  muted(service: string, check: string): string;
  /** Nodes of the zone that are alive, and all that are known. */
  nodes(): { readonly alive: number; readonly all: number };
  audit(record: RepairRecord): void;
  tell(problem: Problem): void;
}
