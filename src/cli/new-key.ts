import { randomBytes } from 'node:crypto';
import { UsageError } from './failure.ts';

const BITS = new Map([
  ['128', 16],
  ['192', 24],
  ['256', 32],
]);

/** A new gossip key from the random source of the system, of so many bits. */
export function newKey(bits = '256'): Uint8Array {
  const length = BITS.get(bits);
  if (length === undefined) throw new UsageError(`--bits: "${bits}" is no length of a key; write 128, 192 or 256`);
  return randomBytes(length);
}
