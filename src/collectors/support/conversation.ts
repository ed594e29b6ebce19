import type { Duplex } from 'node:stream';
import { isLoopback } from '../../base/loopback.ts';
import type { Host } from '../../net/host.ts';
import { asDuplex } from '../../plugins/duplex.ts';
import { CollectError } from '../../plugins/outcomes.ts';

const CONNECT_MS = 2_000;

/** Where a server listens; the socket counts when it is given. */
export interface Place {
  readonly server: string;
  readonly port: number;
  readonly socket?: string | undefined;
}

/** How to talk with a server. */
interface Talk<T> {
  readonly place: Place;
  /** Bytes that may come. */
  readonly receiveCap: number;
  /** Throws `CollectError` for what the server itself says; whatever else it throws after the connection broke is the break. */
  with(stream: Duplex): Promise<T>;
}

/** Talks with a server over a connection that lasts just as long. Fails with the system's code when nobody is there, or nobody any more. */
export async function converse<T>(host: Host, signal: AbortSignal, talk: Talk<T>): Promise<T> {
  const { server, port, socket } = talk.place;
  const limits = { timeoutMs: CONNECT_MS, receiveCap: talk.receiveCap };
  const target = socket === undefined ? { host: server, port, ...limits } : { socketPath: socket, ...limits };
  const stream = asDuplex(await host.connect(target, signal));
  let broken: Error | undefined;
  stream.once('error', (error) => {
    broken = error;
  });
  stream.once('end', () => {
    broken ??= Object.assign(new Error('ECONNRESET: the server closed the connection'), { code: 'ECONNRESET' });
  });
  try {
    return await talk.with(stream);
  } catch (error) {
    throw error instanceof CollectError ? error : (broken ?? error);
  } finally {
    // The driver may still complain of what it did not expect.
    stream.on('error', () => {});
    stream.destroy();
  }
}

/** The socket where it counts: it is there, and the server is this machine. */
export async function socketIfThere(host: Host, server: string, socket: string): Promise<string | undefined> {
  const isHere = server === '' || server === 'localhost' || isLoopback(server);
  return socket !== '' && isHere && (await host.exists(socket)) ? socket : undefined;
}
