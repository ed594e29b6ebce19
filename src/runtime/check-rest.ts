import type { CheckRecord } from '../model/check.ts';
import type { PackSet } from '../model/pack.ts';
import type { CheckPlan } from './check-plan.ts';

/** A check that applies to this node and still does not run. */
export interface Rest {
  readonly why: string;
  /** What is shown of it instead of what is known. */
  readonly shown: Partial<CheckRecord>;
}

const RESTING = { hard: true, attempt: 1, longOutput: '', perfdata: [] } as const;

/** All checks rest while monitoring is switched off. */
export const SWITCHED_OFF: Rest = restOf('unknown', 'monitoring is switched off');

/** One that is written to be disabled keeps showing what it was. */
export const DISABLED: Rest = { why: 'this check is disabled', shown: { isDisabled: true } };

function restOf(state: 'unknown' | 'pending', why: string): Rest {
  return { why, shown: { ...RESTING, state, hardState: state, output: why } };
}

/** The packs that come with the program, by name; a copy that someone made of one counts as it. */
export const shippedPacks = ({ packs }: PackSet): ReadonlySet<string> =>
  new Set(packs.filter(({ isShipped }) => isShipped).map(({ name }) => name));

/**
 * How a check of a shipped pack rests when it reads a collector that does not exist: nobody on this node can do anything about that, so
 * it is no problem of the node. In a check that people wrote, the same is a mistake, which has to show.
 */
export function restWithout({ collectors }: CheckPlan, exists: (collector: string) => boolean): Rest | undefined {
  const lacked = [...collectors].filter((name) => !exists(name));
  if (lacked.length === 0) return undefined;
  return restOf('pending', `no collector ${lacked.join(', ')}`);
}
