import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Home } from './home.ts';

/** Bytes a path of a unix socket may have; the system cuts a longer one without a word. */
export const LONGEST_SOCKET_PATH = 107;

/** Where the socket of this home can be bound: where it is wanted, or at a short path below `temporary` when that is too long. */
export function bindableSocket(home: Home, { temporary, uid }: { temporary: string; uid: number }): string {
  if (Buffer.byteLength(home.socket) <= LONGEST_SOCKET_PATH) return home.socket;
  const name = createHash('sha1').update(home.root).digest('hex').slice(0, 12);
  return join(temporary, `opsbro-${uid}`, `${name}.sock`);
}
