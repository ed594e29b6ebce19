import { hash } from 'node:crypto';
import { Recent } from '../../base/recent.ts';

/** Where a key belongs and what it adds to trees is asked for several times with every write. */
const remembered = new Recent<string, Buffer>({ entries: 4_096 });

/** The SHA1 of a key: its first eight bytes say where it is on every ring, the ninth is its leaf. */
export function digestOf(key: string): Buffer {
  const known = remembered.get(key);
  if (known !== undefined) return known;
  const digest = hash('sha1', key, 'buffer');
  remembered.set(key, digest);
  return digest;
}
