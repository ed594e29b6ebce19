/** Trees of hashes: two nodes that hold the same records have the same root, and find what differs by a few small answers. */
import { hash } from 'node:crypto';
import type { Version } from '../version.ts';
import { digestOf } from './key-digest.ts';

const LEAVES = 256;
const PER_INNER = 16;

/** The leaf of a key, 0 to 255: the ninth byte of its SHA1. */
export const leafOf = (key: string): number => digestOf(key)[8] ?? 0;

/** What a record adds to its leaf: the first 8 bytes of the SHA1 of key, a zero byte, stamp and tag. */
export function recordHash(key: string, { stamp, tag }: Version): bigint {
  const length = Buffer.byteLength(key);
  const bytes = Buffer.allocUnsafe(length + 9 + tag.length);
  bytes.write(key);
  bytes[length] = 0;
  bytes.writeBigUInt64BE(stamp, length + 1);
  bytes.set(tag, length + 9);
  return hash('sha1', bytes, 'buffer').readBigUInt64BE(0);
}

/** The hashes of one range: 256 leaves, each the exclusive or of its records, in any order. */
export class Tree {
  readonly leaves = new BigUint64Array(LEAVES);

  /** Adds a record, or takes it away again. */
  toggle(leaf: number, hash: bigint): void {
    this.leaves[leaf] = (this.leaves[leaf] ?? 0n) ^ hash;
  }

  /** The hash over everything. */
  root(): bigint {
    const inner = new BigUint64Array(PER_INNER);
    for (let place = 0; place < PER_INNER; place += 1) inner[place] = this.inner(place);
    return hashOf(inner);
  }

  /** The hash over the 16 leaves from `16 * place` on. */
  inner(place: number): bigint {
    return hashOf(this.leaves.subarray(place * PER_INNER, (place + 1) * PER_INNER));
  }
}

/** The root of a range that holds nothing. */
export const EMPTY_ROOT = new Tree().root();

/** The leaves in which two trees differ. */
export function differing(ours: BigUint64Array, theirs: BigUint64Array): readonly number[] {
  const found: number[] = [];
  for (let leaf = 0; leaf < LEAVES; leaf += 1) if ((ours[leaf] ?? 0n) !== (theirs[leaf] ?? 0n)) found.push(leaf);
  return found;
}

function hashOf(hashes: BigUint64Array): bigint {
  const bytes = Buffer.allocUnsafe(hashes.length * 8);
  for (const [place, hash] of hashes.entries()) bytes.writeBigUInt64BE(hash, place * 8);
  return hash('sha1', bytes, 'buffer').readBigUInt64BE(0);
}
