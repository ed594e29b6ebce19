import type { ShownState } from '../model/check.ts';
import type { Member, ServiceSummary } from '../model/member.ts';
import type { Policy } from './settings.ts';

/** How bad it is: 0 nothing that counts, 1 in warning, 2 critical. */
type Badness = 0 | 1 | 2;

const badnessOf = (state: ShownState): Badness => (state === 'critical' ? 2 : state === 'warning' ? 1 : 0);

/** The worst confirmed state among the checks of a node. */
export function worstCheck({ checks }: Member): Badness {
  let worst: Badness = 0;
  for (const { state, hard } of checks.values()) {
    const badness = hard ? badnessOf(state) : 0;
    if (badness > worst) worst = badness;
  }
  return worst;
}

/** How bad a service is. */
export const serviceBadness = ({ state }: ServiceSummary): Badness => badnessOf(state);

/** Whether something that bad is still given out. */
export function isAllowed(policy: Policy, badness: Badness): boolean {
  return policy === 'any' || badness < (policy === 'warning' ? 1 : 2);
}

/** A node gives records while it lives; one that comes and goes only when it has stayed, one behind a broken link not. */
export const isLiving = ({ settled, reachable }: Member): boolean => settled === 'alive' && reachable;
