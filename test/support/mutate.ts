import type { Random } from '../../src/base/random.ts';

const below = (random: Random, limit: number): number => Math.floor(random() * limit);

/** Up to `limit` bytes of anything. */
export function randomBytes(random: Random, limit: number): Uint8Array {
  return Uint8Array.from({ length: below(random, limit + 1) }, () => below(random, 256));
}

type Mutation = (bytes: number[], random: Random, others: readonly Uint8Array[]) => void;

const MUTATIONS: readonly Mutation[] = [
  (bytes, random) => {
    const at = below(random, bytes.length);
    bytes[at] = (bytes[at] ?? 0) ^ (1 << below(random, 8));
  },
  (bytes, random) => {
    bytes[below(random, bytes.length)] = below(random, 256);
  },
  (bytes, random) => {
    bytes.length = below(random, bytes.length);
  },
  (bytes, random) => {
    bytes.splice(below(random, bytes.length), below(random, 9));
  },
  (bytes, random) => {
    bytes.splice(below(random, bytes.length), 0, ...randomBytes(random, 9));
  },
  (bytes, random) => {
    bytes.push(...randomBytes(random, 40));
  },
  (bytes, random, others) => {
    const other = others[below(random, others.length)] ?? new Uint8Array();
    bytes.splice(below(random, bytes.length), Number.POSITIVE_INFINITY, ...other.subarray(below(random, other.length)));
  },
];

/** One of the given byte strings, changed in one to three places: bits, bytes, cuts, insertions, a piece of another. */
export function mutated(random: Random, originals: readonly Uint8Array[]): Uint8Array {
  const bytes = [...(originals[below(random, originals.length)] ?? [])];
  for (let left = 1 + below(random, 3); left > 0 && bytes.length > 0; left--) {
    MUTATIONS[below(random, MUTATIONS.length)]?.(bytes, random, originals);
  }
  return Uint8Array.from(bytes);
}
