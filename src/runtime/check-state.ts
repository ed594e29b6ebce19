import type { CheckState, ShownState } from '../model/check.ts';

/** How many results in a row it takes. */
export interface Attempts {
  /** Before a problem of that state is confirmed. */
  readonly problem: Readonly<Record<CheckState, number>>;
  /** Results that are ok before the end of a problem is confirmed. */
  readonly recovery: number;
}

/** Where a check stands. `state` is the last result, `hardState` the last confirmed one, `hard` that they are the same and confirmed. */
export interface Standing {
  readonly state: ShownState;
  readonly hardState: ShownState;
  readonly hard: boolean;
  /** The number of this result in its row: of a problem, or of a recovery. */
  readonly attempt: number;
}

/** Before the first result. */
export const PENDING: Standing = { state: 'pending', hardState: 'pending', hard: true, attempt: 1 };

const SEVERITY: Readonly<Record<CheckState, number>> = { ok: 0, warning: 1, unknown: 2, critical: 3 };

/**
 * Where a check stands after one more result.
 *
 * A problem is soft until it came often enough in a row, whatever its states; one that is confirmed follows every further problem at
 * once, but one that is worse and has its own longer count. A problem that ends while soft was nothing; one that ends while hard is
 * over after `recovery` good results, and any bad one before that leads straight back.
 */
export function nextState(before: Standing, result: CheckState, attempts: Attempts): Standing {
  if (before.hardState === 'pending' || before.hardState === 'ok') return fromGood(before, result, attempts);
  if (result === 'ok') return recovering(before, attempts);
  return fromProblem(before, before.hardState, { result, attempts });
}

const hard = (state: CheckState, attempt: number): Standing => ({ state, hardState: state, hard: true, attempt });

function fromGood(before: Standing, result: CheckState, attempts: Attempts): Standing {
  if (result === 'ok') return hard('ok', 1);
  const attempt = before.hard ? 1 : before.attempt + 1;
  const needed = attempts.problem[result];
  if (attempt >= needed) return hard(result, needed);
  return { state: result, hardState: before.hardState, hard: false, attempt };
}

function recovering(before: Standing, { recovery }: Attempts): Standing {
  const attempt = before.state === 'ok' ? before.attempt + 1 : 1;
  if (attempt >= recovery) return hard('ok', 1);
  return { state: 'ok', hardState: before.hardState, hard: false, attempt };
}

interface Judged {
  readonly result: CheckState;
  readonly attempts: Attempts;
}

function fromProblem(before: Standing, confirmed: CheckState, { result, attempts }: Judged): Standing {
  const needed = attempts.problem[result];
  const ownCount = needed > attempts.problem[confirmed] && SEVERITY[result] > SEVERITY[confirmed];
  if (result === confirmed || !ownCount) return hard(result, needed);
  const attempt = before.state === result ? before.attempt + 1 : 1;
  if (attempt >= needed) return hard(result, needed);
  return { state: result, hardState: confirmed, hard: false, attempt };
}
