import { hash } from 'node:crypto';

const MOST_REMEMBERED = 4_096;
/** Where a key belongs and what it adds to trees is asked for several times with every write. */
const remembered = new Map<string, Buffer>();

/** The SHA1 of a key: its first eight bytes say where it is on every ring, the ninth is its leaf. */
export function digestOf(key: string): Buffer {
  const known = remembered.get(key);
  if (known !== undefined) return known;
  const digest = hash('sha1', key, 'buffer');
  if (remembered.size >= MOST_REMEMBERED) remembered.clear();
  remembered.set(key, digest);
  return digest;
}
