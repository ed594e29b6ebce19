import type { Profile } from './profile.ts';

/** The bounds of a suspicion in a pool of `n`, in milliseconds, and how many independent confirmations bring it to the lower one. */
export interface SuspicionBounds {
  readonly min: number;
  readonly max: number;
  readonly needed: number;
}

type SuspicionProfile = Pick<Profile, 'suspicionMult' | 'suspicionMaxTimeoutMult' | 'probeInterval'>;

/** How long a suspicion may last in a pool of `n` (memberlist's formula with Lifeguard's confirmations). */
export function suspicionBounds(n: number, profile: SuspicionProfile): SuspicionBounds {
  const scale = Math.floor(1_000 * Math.max(1, Math.log10(Math.max(1, n)))) / 1_000;
  const min = Math.round(profile.suspicionMult * scale * profile.probeInterval);
  const wanted = profile.suspicionMult - 2;
  // In a pool too small to give that many confirmations nobody waits for them.
  return { min, max: profile.suspicionMaxTimeoutMult * min, needed: n - 2 < wanted ? 0 : wanted };
}

/** How long a suspicion lasts from its start after so many confirmations, in milliseconds. */
export function suspicionTimeout({ min, max, needed }: SuspicionBounds, confirmations: number): number {
  if (needed === 0) return min;
  const spent = Math.log(confirmations + 1) / Math.log(needed + 1);
  return Math.max(min, Math.floor(max - spent * (max - min)));
}

/** How often one message is told on in a pool of `n`. */
export function retransmitLimit(n: number, retransmitMult: number): number {
  return retransmitMult * String(Math.max(1, n)).length;
}

/** How long answers to a query are waited for in a pool of `n`, in milliseconds (Serf's default). */
export function queryTimeout(n: number, gossipInterval: number): number {
  return gossipInterval * 16 * String(Math.max(1, n)).length;
}

/** By how much a pool of `n` stretches the time between two push/pulls of a member. */
export function pushPullScale(n: number): number {
  return n <= 32 ? 1 : Math.ceil(Math.log2(n) - 5) + 1;
}
