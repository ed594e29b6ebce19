import type { CheckState } from '../model/check.ts';

/** How many states are looked at. */
export const FLAP_STATES = 21;
const CHANGES = FLAP_STATES - 1;
/** The weight of the oldest change; the newest has 1.25, those between lie on a line. */
const OLDEST_WEIGHT = 0.75;
const WEIGHT_STEP = 0.5 / (CHANGES - 1);

/** From which share of changes on a check flaps, and below which it has settled; percent. */
export interface FlapLimits {
  readonly high: number;
  readonly low: number;
}

export const FLAP_LIMITS: FlapLimits = { high: 30, low: 20 };

/** What is remembered of the states of a check to see whether it flaps. */
export interface FlapMemory {
  /** Oldest first; as many as are looked at, or none before the first result. */
  readonly states: readonly CheckState[];
  /** 0..100, newer changes weighing more. */
  readonly percent: number;
  readonly isFlapping: boolean;
}

export const NEVER_SEEN: FlapMemory = { states: [], percent: 0, isFlapping: false };

/** The memory after one more state; without limits nothing is said to flap. */
export function withState(before: FlapMemory, state: CheckState, limits: FlapLimits | undefined): FlapMemory {
  const known = before.states.length === 0 ? new Array<CheckState>(CHANGES).fill(state) : before.states;
  const states = [...known.slice(-CHANGES), state];
  const percent = changeShare(states);
  return { states, percent, isFlapping: isFlapping(before, percent, limits) };
}

function isFlapping(before: FlapMemory, percent: number, limits: FlapLimits | undefined): boolean {
  if (!limits) return false;
  return before.isFlapping ? percent > limits.low : percent >= limits.high;
}

/** The weighted share of changes among states in a row, in percent with two decimals (the formula of Nagios). */
export function changeShare(states: readonly CheckState[]): number {
  let sum = 0;
  for (let place = 1; place < states.length; place += 1) {
    if (states[place] !== states[place - 1]) sum += OLDEST_WEIGHT + (place - 1) * WEIGHT_STEP;
  }
  return Math.round((sum * 10_000) / CHANGES) / 100;
}
