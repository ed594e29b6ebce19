import type { Random } from '../base/random.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

/** Milliseconds until a message that failed is tried again, by how often it failed. */
const STEPS = [5 * SECOND, 15 * SECOND, 45 * SECOND, 2 * MINUTE, 5 * MINUTE];

/** A message that cannot be delivered as things are is tried this rarely. */
export const RARELY_MS = 10 * MINUTE;

/** Milliseconds until the next attempt after so many failed ones, a fifth more or less, so that many do not come at once. */
export function retryMs(failures: number, random: Random): number {
  const step = STEPS[failures - 1] ?? RARELY_MS;
  return Math.round(step * (0.8 + random() * 0.4));
}
