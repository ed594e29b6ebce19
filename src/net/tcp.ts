import { once } from 'node:events';
import { createServer, connect as dial, type Server, type Socket } from 'node:net';
import type { ConnectionOptions } from 'node:tls';
import { LONGEST_SOCKET_PATH } from '../base/socket-path.ts';
import { type Endpoint, type ListenPlace, plainAddress } from './address.ts';
import type { ShownCertificate } from './host.ts';
import { certificateOf } from './tls-trust.ts';

/** A TCP connection or one over a unix socket, from either side. */
export interface Connection {
  readonly remote: Endpoint;
  /** Over TLS only. */
  readonly certificate?: ShownCertificate;
  /** The listener of the bytes that arrive; a second call replaces it. */
  onData(listen: (bytes: Uint8Array) => void): void;
  /** Told once, when nothing more will come: with the error, or without one when the peer has finished. */
  onEnd(listen: (error?: Error) => void): void;
  write(bytes: Uint8Array): void;
  /** Bytes written that the system has not taken yet, because the peer does not read. */
  readonly unsent: number;
  /** Sends what is left, says that nothing follows, and closes when the peer has finished too. */
  finish(): void;
  /** Drops the connection at once. */
  close(): void;
}

/** A connection that a peer has made, who is made to wait when there is too much to do. */
export interface Incoming extends Connection {
  /** Reads no more; the system tells the peer to wait once it has no more room. */
  pause(): void;
  /** Reads again. */
  resume(): void;
  /** Calls `sent` once the system has taken all that was left, or the connection broke before. */
  finish(sent?: () => void): void;
}

/** A listening TCP socket. Disposing of it closes its connections too. */
interface TcpListener extends AsyncDisposable {
  readonly address: string;
  readonly port: number;
}

/** What becomes of our side when the peer has finished: it is closed by itself, or stays open until `finish` is called. */
type AtEnd = 'closes' | 'stays';

/** Listens for TCP connections; port 0 takes a free one. Fails with the system's error, such as `EADDRINUSE`. */
export async function listenTcp(
  at: ListenPlace,
  accept: (connection: Incoming) => void,
  atEnd: AtEnd = 'closes',
): Promise<TcpListener> {
  const open = new Set<Socket>();
  const server = createServer({ noDelay: true, allowHalfOpen: atEnd === 'stays' }, (socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
    accept(connectionOf(socket));
  });
  server.listen({ host: at.address, port: at.port, ipv6Only: at.ipv6Only ?? false, exclusive: true });
  await once(server, 'listening');
  // Failures of single accepts (out of descriptors) end with that connection.
  server.on('error', () => {});
  const bound = server.address();
  const port = typeof bound === 'object' && bound ? bound.port : at.port;
  return { address: plainAddress(at.address), port, [Symbol.asyncDispose]: () => closeAll(server, open) };
}

/** Connects to a peer; fails with the system's error, or with `AbortError` when the signal aborts first. */
export async function connectTcp(to: Endpoint, signal: AbortSignal): Promise<Connection> {
  return await connected(dial({ host: to.address, port: to.port, noDelay: true }), signal);
}

/** Connects to a peer over TLS; fails as `connectTcp` does, and when the other side is not who it should be. */
export async function connectTls(to: Endpoint, trust: ConnectionOptions, signal: AbortSignal): Promise<Connection> {
  const { connect } = await import('node:tls');
  const socket = connect({ ...trust, host: to.address, port: to.port });
  const connection = await connected(socket, signal, 'secureConnect');
  const certificate = certificateOf(socket);
  return Object.assign(connection, certificate && { certificate });
}

/** Connects to a unix socket of this machine; fails as `connectTcp` does, with `ENAMETOOLONG` for a path that the system would cut. */
export async function connectUnix(path: string, signal: AbortSignal): Promise<Connection> {
  if (Buffer.byteLength(path) > LONGEST_SOCKET_PATH) {
    const message = `ENAMETOOLONG: the path of a unix socket has ${LONGEST_SOCKET_PATH} bytes at most: ${path}`;
    throw Object.assign(new Error(message), { code: 'ENAMETOOLONG' });
  }
  return await connected(dial({ path }), signal);
}

async function connected(
  socket: Socket,
  signal: AbortSignal,
  event: 'connect' | 'secureConnect' = 'connect',
): Promise<Connection> {
  try {
    await once(socket, event, { signal });
  } catch (error) {
    socket.on('error', () => {});
    socket.destroy();
    throw error;
  }
  return connectionOf(socket);
}

function connectionOf(socket: Socket): Incoming {
  let told: ((error?: Error) => void) | undefined;
  let failure: Error | undefined;
  const end = () => {
    const tell = told;
    told = undefined;
    tell?.(failure);
  };
  socket.on('error', (error) => {
    failure = error;
  });
  socket.once('end', end);
  socket.once('close', end);
  return {
    remote: { address: plainAddress(socket.remoteAddress ?? ''), port: socket.remotePort ?? 0 },
    onData(listen) {
      socket.removeAllListeners('data');
      socket.on('data', listen);
    },
    onEnd(listen) {
      told = listen;
    },
    write: (bytes) => void socket.write(bytes),
    get unsent() {
      return socket.writableLength;
    },
    pause: () => void socket.pause(),
    resume: () => void socket.resume(),
    finish: (sent) => void socket.end(sent),
    close: () => void socket.destroy(),
  };
}

const closeAll = (server: Server, open: ReadonlySet<Socket>): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
    for (const socket of open) socket.destroy();
  });
