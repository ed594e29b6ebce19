import type { Random } from '../../../src/base/random.ts';

/** How long something is on its way, in milliseconds. */
export type Delay = (random: Random) => number;

export const constant =
  (ms: number): Delay =>
  () =>
    ms;

export const uniform =
  (low: number, high: number): Delay =>
  (random) =>
    low + random() * (high - low);

/** Never below zero. */
export const normal =
  (mean: number, deviation: number): Delay =>
  (random) =>
    Math.max(0, mean + deviation * Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random()));

/** Most arrive after about `typical`, a few after many times as long (Pareto with shape 1.5), none after `limit`. */
export const longTail =
  (typical: number, limit: number): Delay =>
  (random) =>
    Math.min(limit, typical / (1 - random()) ** (1 / 1.5));

/** What happens on the way from one member to another. Probabilities from 0 to 1, each for one datagram; streams know the delay only. */
export interface Link {
  readonly delay: Delay;
  readonly loss: number;
  readonly duplicate: number;
  /** How likely a datagram is held up, so that later ones overtake it. */
  readonly reorder: number;
  /** How likely some of its bits are turned; only where bytes are sent. */
  readonly corrupt: number;
}

export const GOOD_LINK: Link = { delay: uniform(0.2, 2.2), loss: 0, duplicate: 0, reorder: 0, corrupt: 0 };

/** What happens to streams. Probabilities from 0 to 1, each for one stream. */
export interface StreamFaults {
  /** Nobody accepts. */
  readonly refuse: number;
  /** It breaks after the request; half of the time the other side has it by then. */
  readonly reset: number;
  /** It is accepted and nothing ever comes back. */
  readonly halfOpen: number;
  readonly bytesPerMs: number;
}

export const GOOD_STREAMS: StreamFaults = {
  refuse: 0,
  reset: 0,
  halfOpen: 0,
  bytesPerMs: Number.POSITIVE_INFINITY,
};

/** Turns one to three bits of a copy. */
export function corrupted(bytes: Uint8Array, random: Random): Uint8Array {
  const copy = Uint8Array.from(bytes);
  for (let left = 1 + Math.floor(random() * 3); left > 0; left -= 1) {
    const place = Math.floor(random() * copy.length);
    copy[place] = (copy[place] ?? 0) ^ (1 << Math.floor(random() * 8));
  }
  return copy;
}
