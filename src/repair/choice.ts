/** Which action, if any, the agent starts by itself. Pure. */
import type { ActionDoc, HealthOutcome } from '../model/health.ts';
import { isOccurrence, type RepairRules, type Trigger } from './rules.ts';
import { refusalOf, type Standing } from './standing.ts';

/** An action that a check offers, with its rules and where it stands. */
export interface Candidate {
  readonly action: ActionDoc;
  readonly rules: RepairRules;
  readonly standing: Standing;
}

/** The present result of a check. */
export interface Seen {
  readonly outcome: HealthOutcome;
  /** It is confirmed by enough results in a row. */
  readonly isHard: boolean;
  readonly isFlapping: boolean;
  /** Bad results in a row, this one included. */
  readonly count: number;
}

/** The action to start now: of those that may start by themselves the first whose attempts are not used up, unless it has to wait. */
export function chosen(candidates: readonly Candidate[], result: Seen, now: number): Candidate | undefined {
  if (!result.isHard) return undefined;
  const first = [...candidates]
    .filter(({ rules }) => isTriggered(rules, result))
    .sort((a, b) => (a.rules.order ?? 0) - (b.rules.order ?? 0))
    .find(({ standing }) => !standing.isSpent);
  if (!first || first.standing.activity === 'waiting-confirmation') return undefined;
  return refusalOf(first.standing, first.rules, now) ? undefined : first;
}

function isTriggered(rules: RepairRules, { outcome, count, isFlapping }: Seen): boolean {
  if (!rules.auto || (isFlapping && !rules.repair_when_flapping)) return false;
  return rules.when.includes(outcome as Trigger) && isOccurrence(rules.occurrences, count);
}
