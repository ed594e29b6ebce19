import { isIP } from 'node:net';
import type { ConnectTarget } from './host.ts';
import { addressesOf } from './resolver.ts';
import { refuseShielded } from './shield.ts';
import { type Connection, connectTcp, connectTls, connectUnix } from './tcp.ts';
import { trustOptions } from './tls-trust.ts';

/**
 * Connects to a unix socket, or to the first address of a host that takes the connection. Fails with `ENOTFOUND` when the name has no
 * address, with the system's error of the last address, or with the signal's reason.
 */
export async function dial(to: ConnectTarget, signal: AbortSignal): Promise<Connection> {
  if (to.socketPath !== undefined) return await connectUnix(to.socketPath, signal);
  const { host, port, tls, family } = to;
  const all = await addressesOf(host, signal);
  if (to.isShielded) for (const address of all) refuseShielded(address);
  const addresses = family === undefined ? all : all.filter((address) => isIP(address) === family);
  let failure: unknown = Object.assign(new Error(`ENOTFOUND: the name "${host}" has no address`), {
    code: 'ENOTFOUND',
  });
  for (const address of addresses) {
    try {
      const place = { address, port };
      return await (tls ? connectTls(place, trustOptions(tls, host), signal) : connectTcp(place, signal));
    } catch (error) {
      signal.throwIfAborted();
      failure = error;
    }
  }
  throw failure;
}

/** The connection, closed as soon as the signal aborts or more than `receiveCap` bytes have come, which ends it with `EFBIG`. */
export function bounded(connection: Connection, receiveCap: number, signal: AbortSignal): Connection {
  let received = 0;
  let failure: Error | undefined;
  let end: { readonly error: Error | undefined } | undefined;
  let told: ((error?: Error) => void) | undefined;
  const tell = () => {
    if (end && told) told(end.error);
    if (end) told = undefined;
  };
  const breakOff = (error: Error) => {
    failure ??= error;
    connection.close();
  };
  const abort = () => breakOff(signal.reason instanceof Error ? signal.reason : new Error('given up'));
  connection.onEnd((error) => {
    signal.removeEventListener('abort', abort);
    end ??= { error: failure ?? error };
    tell();
  });
  signal.addEventListener('abort', abort, { once: true });
  if (signal.aborted) abort();
  return {
    remote: connection.remote,
    ...(connection.certificate && { certificate: connection.certificate }),
    onData: (listen) =>
      connection.onData((bytes) => {
        received += bytes.length;
        if (received <= receiveCap) listen(bytes);
        else breakOff(Object.assign(new Error(`EFBIG: more than ${receiveCap} bytes came`), { code: 'EFBIG' }));
      }),
    onEnd(listen) {
      told = listen;
      tell();
    },
    write: (bytes) => connection.write(bytes),
    get unsent() {
      return connection.unsent;
    },
    finish: () => connection.finish(),
    close: () => connection.close(),
  };
}
