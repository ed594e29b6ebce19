/** Stops repairs that start by themselves when too many of them fail. Pure; times are epoch milliseconds. */

const SPAN_MS = 600_000;

/** Failures of late, and whether they were too many. */
export interface Breaker {
  readonly failures: readonly number[];
  /** Since when nothing starts by itself any more; `null` while it may. */
  readonly openSince: number | null;
}

/** Nothing failed. */
export const CLOSED: Breaker = { failures: [], openSince: null };

/** A repair that started by itself failed; more than `most` within 10 minutes are too many. */
export function failed(breaker: Breaker, most: number, now: number): Breaker {
  const failures = [...breaker.failures.filter((at) => now - at < SPAN_MS), now];
  return { failures, openSince: breaker.openSince ?? (failures.length > most ? now : null) };
}

/** Whether something read from disk is a breaker. */
export function isBreaker(kept: unknown): kept is Breaker {
  if (typeof kept !== 'object' || kept === null) return false;
  const { failures, openSince } = kept as Record<string, unknown>;
  return Array.isArray(failures) && (openSince === null || typeof openSince === 'number');
}
