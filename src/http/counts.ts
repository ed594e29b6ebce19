import type { Alert } from '../model/alert.ts';
import type { CheckRecord, ShownState } from '../model/check.ts';
import type { Member, Membership } from '../model/member.ts';

/** How many checks are in each state. */
export function countStates(states: Iterable<ShownState>): Record<ShownState, number> {
  const counts = { ok: 0, warning: 0, critical: 0, unknown: 0, pending: 0 };
  for (const state of states) counts[state] += 1;
  return counts;
}

/** How many checks are confirmed in each state; apart from them those that are broken because of what they depend on, and the open alerts. */
export function countChecks(checks: readonly CheckRecord[], alerts: readonly Alert[]) {
  const counted = checks.filter(({ suppressedBy }) => suppressedBy.length === 0);
  const states = countStates(counted.map(({ hardState }) => hardState));
  return { ...states, suppressed: checks.length - counted.length, alerts: alerts.length };
}

/** How many members are in each state. */
export function countMembers({ members }: Membership): Record<Member['state'], number> {
  const counts = { alive: 0, suspect: 0, dead: 0, left: 0 };
  for (const { state } of members.values()) counts[state] += 1;
  return counts;
}
