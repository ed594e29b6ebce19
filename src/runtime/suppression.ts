import type { ParentState } from './dependency.ts';

/** A parent of a check, as it is at this moment. */
export interface ParentNow {
  readonly name: string;
  readonly state: ParentState;
  readonly isFlapping: boolean;
  /** It was looked at since the child turned bad, or cannot be looked at. */
  readonly isFresh: boolean;
}

/** What is remembered of a check for the sake of its parents. Times are monotonic. */
export interface Suppression {
  /** Names of the parents that are broken. */
  readonly suppressedBy: readonly string[];
  /** Nobody is told yet: parents are looked at, or the check itself after they came back. */
  readonly isWaiting: boolean;
  /** When the waiting for parents ends at the latest. */
  readonly waitsUntil?: number;
  /** How many results the check had when the last broken parent was well again; only a later one says anything. */
  readonly releasedAfter?: number;
  /** The waiting is over, and the problem is the check's own. */
  readonly isOwn?: true;
}

export const FREE: Suppression = { suppressedBy: [], isWaiting: false };

/** What is decided from. */
export interface Situation {
  /** It is a confirmed problem. */
  readonly isProblem: boolean;
  /** How many results it had so far. */
  readonly results: number;
  readonly parents: readonly ParentNow[];
  readonly now: number;
  /** How long parents are waited for at most. */
  readonly waitMs: number;
}

/**
 * Whether people are told of a problem, given how its parents are.
 *
 * A parent that is broken suppresses it. One that has not been looked at since, or whose problem is not confirmed, is waited for. After
 * the last broken parent came back, the check has to be run again before its problem counts as its own.
 */
export function nextSuppression(before: Suppression, situation: Situation): Suppression {
  const { isProblem, parents, results, now, waitMs } = situation;
  if (!isProblem) return FREE;
  const blocking = parents.filter(({ name, state, isFlapping }) => {
    const held = isFlapping && before.suppressedBy.includes(name);
    return state === 'blocking' || held;
  });
  if (blocking.length > 0) return { suppressedBy: blocking.map(({ name }) => name), isWaiting: false };
  if (before.suppressedBy.length > 0)
    return { suppressedBy: [], isWaiting: true, releasedAfter: results, waitsUntil: now + waitMs };
  if (before.releasedAfter !== undefined) return afterRelease(before, situation);
  if (before.isOwn) return before;
  const waitsUntil = before.waitsUntil ?? now + waitMs;
  const isUnsettled = parents.some(({ state, isFresh }) => state === 'soft' || (state === 'fine' && !isFresh));
  if (isUnsettled && now < waitsUntil) return { suppressedBy: [], isWaiting: true, waitsUntil };
  return { ...FREE, isOwn: true };
}

function afterRelease(before: Suppression, { results, now }: Situation): Suppression {
  const { releasedAfter = 0, waitsUntil = now } = before;
  return results > releasedAfter || now >= waitsUntil ? { ...FREE, isOwn: true } : before;
}
