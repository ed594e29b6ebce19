import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Home } from './home.ts';

/** Longer paths are cut without a word when a unix socket is bound. */
const LONGEST = 107;

/** Where the socket of this home can be bound: where it is wanted, or at a short path below `temporary` when that is too long. */
export function bindableSocket(home: Home, { temporary, uid }: { temporary: string; uid: number }): string {
  if (Buffer.byteLength(home.socket) <= LONGEST) return home.socket;
  const name = createHash('sha1').update(home.root).digest('hex').slice(0, 12);
  return join(temporary, `opsbro-${uid}`, `${name}.sock`);
}
