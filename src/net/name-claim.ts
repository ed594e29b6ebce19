import { once } from 'node:events';
import { createServer } from 'node:net';
import { NOTHING_OPEN } from '../base/disposal.ts';

/**
 * Takes a word for this process among all processes of this host (and network namespace), until disposed of or the process ends; the
 * kernel keeps the list (an abstract unix socket), nothing is written. `undefined` when another process has it; where the system has no
 * such sockets, every claim succeeds.
 */
export async function claimName(word: string): Promise<Disposable | undefined> {
  if (process.platform !== 'linux') return NOTHING_OPEN;
  const server = createServer((socket) => socket.destroy());
  server.listen(`\0opsbro.name.${word.slice(0, 90)}`).unref();
  try {
    await once(server, 'listening');
    return { [Symbol.dispose]: () => void server.close() };
  } catch {
    return undefined;
  }
}
