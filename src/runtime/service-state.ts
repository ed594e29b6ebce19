import { CHECK_STATES, type CheckState, type ShownState } from '../model/check.ts';

/** How the states of checks become that of a service. */
export type Aggregate =
  | { readonly type: 'worst' }
  | { readonly type: 'best' }
  | { readonly type: 'at-least'; readonly count: number }
  /** An expression over `variables.checks`. */
  | { readonly type: 'expression'; readonly text: string };

/** From bad to good. */
const WORST_FIRST: readonly CheckState[] = ['critical', 'unknown', 'warning', 'ok'];

/** The worst of some states; those that are pending count as nothing. */
export const worstOf = (states: readonly ShownState[]): ShownState =>
  WORST_FIRST.find((state) => states.includes(state)) ?? 'pending';

const bestOf = (states: readonly ShownState[]): ShownState =>
  WORST_FIRST.findLast((state) => states.includes(state)) ?? 'pending';

/**
 * The state of a service by the confirmed states of its checks: ok without any, pending while all are. `judge` answers for an expression.
 */
export function serviceState(
  aggregate: Aggregate,
  states: readonly ShownState[],
  judge: (expression: string) => string,
): ShownState {
  if (states.length === 0) return 'ok';
  if (states.every((state) => state === 'pending')) return 'pending';
  switch (aggregate.type) {
    case 'worst':
      return worstOf(states);
    case 'best':
      return bestOf(states);
    case 'at-least':
      return enough(states.filter((state) => state === 'ok').length, aggregate.count);
    case 'expression':
      return CHECK_STATES.find((state) => state === judge(aggregate.text).toLowerCase()) ?? 'unknown';
  }
}

function enough(good: number, wanted: number): CheckState {
  if (good >= wanted) return 'ok';
  return good === wanted - 1 && wanted > 1 ? 'warning' : 'critical';
}

/** How many of a zone's nodes have to offer a service well; shares are of those that are known to offer it. */
export interface Quorum {
  readonly atLeast: number | string;
  readonly warningBelow: number | string | undefined;
}

/** The state of a service of a zone, of whose instances so many are well. */
export function zoneState(good: number, all: number, { atLeast, warningBelow }: Quorum): CheckState {
  if (good < countOf(atLeast, all)) return 'critical';
  return warningBelow !== undefined && good < countOf(warningBelow, all) ? 'warning' : 'ok';
}

const countOf = (written: number | string, all: number): number =>
  typeof written === 'string' && written.endsWith('%')
    ? Math.ceil((Number.parseInt(written, 10) * all) / 100)
    : Number(written);
