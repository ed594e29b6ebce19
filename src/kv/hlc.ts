/**
 * Hybrid clock readings: 64 bits, the upper 48 are milliseconds since 1970, the lower 16 a counter. As one integer they compare and count as
 * they should: a full counter runs over into the milliseconds.
 */
export type Stamp = bigint;

const COUNTER_BITS = 16n;

/** The first reading of a millisecond. */
export const stampAt = (ms: number): Stamp => BigInt(Math.max(0, Math.floor(ms))) << COUNTER_BITS;

/** Milliseconds since 1970 of a reading. */
export const msOf = (stamp: Stamp): number => Number(stamp >> COUNTER_BITS);

/** The reading that follows `last` at the wall time `wallMs`: greater than `last` whatever the wall clock does. */
export function nextStamp(last: Stamp, wallMs: number): Stamp {
  const wall = stampAt(wallMs);
  return wall > last ? wall : last + 1n;
}
