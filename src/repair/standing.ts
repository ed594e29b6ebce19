/** Where an action stands for a check of this node: how often it was started, and whether it may be again. Pure; times are epoch milliseconds. */
import type { RepairRules } from './rules.ts';

/** States of an action. */
export const REPAIR_STATES = [
  'idle',
  'queued',
  'running',
  'verifying',
  'cooling',
  'exhausted',
  'waiting-confirmation',
  'interrupted',
] as const;
export type RepairState = (typeof REPAIR_STATES)[number];

/** What is kept of an action. */
export interface Standing {
  /** Starts that are not forgotten, oldest first. */
  readonly starts: readonly number[];
  /** What goes on with it right now, or was going on when the agent ended; `idle` when nothing. */
  readonly activity: Extract<
    RepairState,
    'idle' | 'queued' | 'running' | 'verifying' | 'waiting-confirmation' | 'interrupted'
  >;
  /** The repair that goes on; empty when none does. */
  readonly id: string;
  /** Since when the check has been healthy; `null` while it is not. */
  readonly healthySince: number | null;
  /** People were told that its attempts are used up, and it is not started by itself until the check has recovered. */
  readonly isSpent: boolean;
}

/** Why an action must not start now. */
export interface Refusal {
  readonly reason: string;
  readonly code: 'cooling' | 'exhausted' | 'busy';
  readonly retryAfterMs: number;
}

type Limits = Pick<RepairRules, 'cooldown' | 'max_attempts' | 'window' | 'reset_on_recovery' | 'stable_for'>;

/** Nothing was ever done. */
export const UNTOUCHED: Standing = { starts: [], activity: 'idle', id: '', healthySince: null, isSpent: false };

/** Starts within the window. */
export function attemptsOf({ starts }: Standing, { window }: Pick<Limits, 'window'>, now: number): number {
  return starts.filter((at) => now - at < window).length;
}

/** Why it must not start now; `undefined` when it may. */
export function refusalOf(standing: Standing, limits: Limits, now: number): Refusal | undefined {
  const { starts, activity } = standing;
  if (activity === 'running' || activity === 'verifying' || activity === 'queued') {
    return { reason: 'it is running already', code: 'busy', retryAfterMs: 1_000 };
  }
  const recent = starts.filter((at) => now - at < limits.window);
  if (recent.length >= limits.max_attempts) {
    const retryAfterMs = (recent.at(-limits.max_attempts) ?? now) + limits.window - now;
    return {
      reason: `${recent.length} of ${limits.max_attempts} attempts are used up`,
      code: 'exhausted',
      retryAfterMs,
    };
  }
  // A clock that was set back must not make it wait longer than once over.
  const since = Math.max(0, now - (starts.at(-1) ?? Number.NEGATIVE_INFINITY));
  if (since >= limits.cooldown) return undefined;
  return { reason: 'it was started too short a time ago', code: 'cooling', retryAfterMs: limits.cooldown - since };
}

/** The state as it is shown. */
export function stateOf(standing: Standing, limits: Limits, now: number): RepairState {
  if (standing.activity !== 'idle') return standing.activity;
  if (standing.isSpent) return 'exhausted';
  const code = refusalOf(standing, limits, now)?.code;
  return code === 'exhausted' || code === 'cooling' ? code : 'idle';
}

/** It starts. */
export const started = (standing: Standing, id: string, now: number): Standing => ({
  ...standing,
  starts: [...standing.starts, now].slice(-1_000),
  activity: 'running',
  id,
  healthySince: null,
});

/** It ended; attempts that are used up without a cure are spent. */
export function ended(
  standing: Standing,
  limits: Limits,
  end: { readonly isFixed: boolean; readonly now: number },
): Standing {
  const isSpent = !end.isFixed && attemptsOf(standing, limits, end.now) >= limits.max_attempts;
  return { ...standing, activity: 'idle', id: '', isSpent: standing.isSpent || isSpent };
}

/** The agent was ended while it ran: that attempt counts, and nobody knows what came of it. */
export const interrupted = (standing: Standing): Standing => {
  const wasGoing = standing.activity === 'running' || standing.activity === 'verifying';
  return { ...standing, activity: wasGoing ? 'interrupted' : 'idle', id: '' };
};

/** The check has a new result. */
export function seen(
  standing: Standing,
  limits: Limits,
  result: { readonly isHealthy: boolean; readonly now: number },
): Standing {
  const activity = standing.activity === 'interrupted' ? 'idle' : standing.activity;
  if (!result.isHealthy) return { ...standing, activity, healthySince: null };
  const healthySince = standing.healthySince ?? result.now;
  const calm = activity === 'waiting-confirmation' ? 'idle' : activity;
  const isOver = result.now - healthySince >= limits.stable_for;
  return {
    ...standing,
    activity: calm,
    id: calm === 'idle' ? '' : standing.id,
    healthySince,
    starts: isOver && limits.reset_on_recovery ? [] : standing.starts,
    isSpent: isOver ? false : standing.isSpent,
  };
}

/** Whether something read from disk is a standing. */
export function isStanding(kept: unknown): kept is Standing {
  if (typeof kept !== 'object' || kept === null) return false;
  const { starts, activity } = kept as Record<string, unknown>;
  return (
    Array.isArray(starts) &&
    starts.every((at) => typeof at === 'number') &&
    REPAIR_STATES.some((known) => known === activity)
  );
}
