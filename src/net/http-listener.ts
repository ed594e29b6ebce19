import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, ListenOptions, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { messageOf, OpsbroError, systemCode } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import { isLoopback } from '../base/loopback.ts';
import { listenPlaces } from './address.ts';
import { portTaken } from './port-taken.ts';

/** What stands behind a listener. */
export interface HttpHandler {
  onRequest(incoming: IncomingMessage, outgoing: ServerResponse): void;
  /** Gets connections that ask to become something else; without it they are treated as plain requests. */
  onUpgrade?(incoming: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Gets each connection before HTTP does and calls `serve` with what HTTP is to be spoken on; without it HTTP begins with the first byte. */
  onConnection?(socket: Socket, serve: (ready: Socket) => void): void;
  /** Told of a connection that is closed before it has made a request, with the reason: `connections`, `slow`, `long_head` or `no_http`. */
  onRefused?(reason: string, address: string): void;
}

/** What one client may take up. */
export interface HttpLimits {
  readonly connectionsPerClient: number;
  /** The same for clients at loopback, who are many behind one address; as for others when left out. */
  readonly connectionsAtLoopback?: number;
  /** Connections of all clients together; no limit when left out. */
  readonly connections?: number;
  /** Milliseconds until the head of a request must be there; 10 s when left out. */
  readonly headersTimeoutMs?: number;
  /** Milliseconds that running requests have left when the door closes; half a second when left out. */
  readonly closeGraceMs?: number;
  /** Milliseconds that a connection may wait for its next request; 5 s when left out. */
  readonly keepAliveMs?: number;
  /** Milliseconds that the rest of a request may take once it is answered; half a second when left out. */
  readonly restMs?: number;
}

/** Where and what to listen for. */
export interface HttpAddresses {
  readonly addresses: readonly [string, ...string[]];
  /** 0 takes a free one, the same for all addresses. */
  readonly port: number;
  /** Names the door in errors and in the log, such as `http`. */
  readonly door: string;
  readonly log: Logger;
}

/** An open door. */
export interface HttpListener extends AsyncDisposable {
  readonly port: number;
  /** Those of the wanted addresses that this machine has. */
  readonly addresses: readonly string[];
}

const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 60_000;
const CLOSE_GRACE_MS = 500;
const KEEP_ALIVE_MS = 5_000;
const REST_MS = 500;
const TRIES = 10;
const ABSENT_ADDRESS = new Set(['EADDRNOTAVAIL', 'EAFNOSUPPORT', 'EINVAL']);

/** Listens on several addresses under one port number. Throws `conflict` when the port is taken, `invalid_config` when the first address is not ours. */
export async function listenHttp(
  wanted: HttpAddresses,
  handler: HttpHandler,
  limits: HttpLimits,
): Promise<HttpListener> {
  for (let left = TRIES; ; left -= 1) {
    const group = new ServerGroup(handler, limits);
    try {
      const { port, addresses } = await group.listenAll(wanted);
      return { port, addresses, [Symbol.asyncDispose]: () => group.close() };
    } catch (error) {
      await group.close();
      const isTaken = systemCode(error) === 'EADDRINUSE';
      // A free port of the first address may be taken at the next one; another one may not.
      if (!isTaken || wanted.port !== 0 || left === 1) throw explained(error, wanted);
    }
  }
}

/** Listens on a unix socket whose path has been made ready. */
export async function listenPath(path: string, handler: HttpHandler, limits: HttpLimits): Promise<AsyncDisposable> {
  const group = new ServerGroup(handler, limits);
  await group.listen({ path });
  return { [Symbol.asyncDispose]: () => group.close() };
}

function explained(error: unknown, { door, port, addresses }: HttpAddresses): OpsbroError {
  const where = `${addresses[0]} port ${port}`;
  if (systemCode(error) === 'EADDRINUSE') return portTaken(door, where, error);
  return new OpsbroError('invalid_config', `${door}: cannot listen on ${where}: ${messageOf(error)}`, { cause: error });
}

interface Connection {
  /** It has a request under way, or became something else. */
  isBusy: boolean;
  /** Ends it when the rest of a request that was answered does not come. */
  rest: NodeJS.Timeout | undefined;
}

/** Servers that count their clients together and close together. */
class ServerGroup {
  readonly #handler: HttpHandler;
  readonly #limits: HttpLimits;
  readonly #servers: Server[] = [];
  readonly #sockets = new Map<Duplex, Connection>();
  readonly #perClient = new Map<string, number>();
  #open = 0;

  constructor(handler: HttpHandler, limits: HttpLimits) {
    this.#handler = handler;
    this.#limits = limits;
  }

  async listenAll({ addresses, port: wanted, door, log }: HttpAddresses) {
    const bound: string[] = [];
    let port = wanted;
    for (const { address: host, ipv6Only } of listenPlaces(addresses, wanted)) {
      try {
        port = await this.listen({ host, port, ipv6Only });
        bound.push(host);
      } catch (error) {
        if (bound.length === 0 || !ABSENT_ADDRESS.has(systemCode(error) ?? '')) throw error;
        log.info({ door, address: host }, 'this machine has no such address; the door is not opened there');
      }
    }
    return { port, addresses: bound };
  }

  /** Opens one server and answers its port; 0 for a path. */
  async listen(where: ListenOptions): Promise<number> {
    const { headersTimeoutMs = HEADERS_TIMEOUT_MS, keepAliveMs = KEEP_ALIVE_MS } = this.#limits;
    const server = createServer({
      keepAliveTimeout: keepAliveMs,
      headersTimeout: headersTimeoutMs,
      requestTimeout: REQUEST_TIMEOUT_MS,
      connectionsCheckingInterval: Math.min(headersTimeoutMs, 5_000),
    });
    if (this.#handler.onConnection) this.#standBefore(server);
    else server.on('connection', (socket) => void this.#admit(socket));
    server.on('request', (incoming, outgoing) => this.#serve(incoming, outgoing));
    server.on('clientError', (error, socket) => this.#refuse(error, socket));
    const { onUpgrade } = this.#handler;
    if (onUpgrade) {
      server.on('upgrade', (incoming, socket, head) => {
        this.#mark(socket, true);
        onUpgrade(incoming, socket, head);
      });
    }
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(where, () => resolve(void server.off('error', reject)));
    });
    this.#servers.push(server);
    return (server.address() as AddressInfo).port ?? 0;
  }

  async close(): Promise<void> {
    const closed = this.#servers.map((server) => new Promise((resolve) => server.close(resolve)));
    for (const [socket, { isBusy }] of this.#sockets) if (!isBusy) socket.destroy();
    const late = setTimeout(() => this.#destroyAll(), this.#limits.closeGraceMs ?? CLOSE_GRACE_MS);
    await Promise.all(closed);
    clearTimeout(late);
  }

  #serve(incoming: IncomingMessage, outgoing: ServerResponse): void {
    const { socket } = incoming;
    this.#mark(socket, true);
    outgoing.once('close', () => {
      this.#mark(socket, false);
      if (!this.#servers.some(({ listening }) => listening)) socket.end();
      if (!incoming.complete) this.#awaitRest(incoming);
    });
    this.#handler.onRequest(incoming, outgoing);
  }

  /** Who was answered before all of the request was there may go on sending for a moment, so that the answer is read; not for ever. */
  #awaitRest(incoming: IncomingMessage): void {
    const { socket } = incoming;
    const connection = this.#sockets.get(socket);
    if (connection === undefined) return;
    // A request before this one has come to its end.
    clearTimeout(connection.rest);
    const late = () => incoming.complete || socket.destroy();
    connection.rest = setTimeout(late, this.#limits.restMs ?? REST_MS);
  }

  /** Where HTTP begins on a connection is a listener like any other, so the handler can be put before it. */
  #standBefore(server: Server): void {
    const http = server.listeners('connection');
    server.removeAllListeners('connection');
    server.on('connection', (socket: Socket) => {
      if (!this.#admit(socket)) return;
      this.#handler.onConnection?.(socket, (ready) => {
        if (!server.listening) return void ready.destroy();
        this.#sockets.delete(socket);
        this.#follow(ready);
        for (const serve of http) serve.call(server, ready);
      });
    });
  }

  /** Whether the connection may stay. */
  #admit(socket: Socket): boolean {
    const client = socket.remoteAddress ?? 'local';
    const count = (this.#perClient.get(client) ?? 0) + 1;
    this.#perClient.set(client, count);
    this.#open += 1;
    this.#follow(socket);
    socket.once('close', () => this.#forget(client));
    const { connectionsPerClient, connectionsAtLoopback, connections = Number.POSITIVE_INFINITY } = this.#limits;
    const most = (isLoopback(client) ? connectionsAtLoopback : undefined) ?? connectionsPerClient;
    if (count <= most && this.#open <= connections) return true;
    this.#handler.onRefused?.('connections', client);
    // What is spoken before HTTP may not be text.
    if (this.#handler.onConnection) socket.destroy();
    else socket.end(plainAnswer(429, 'too_many_requests', 'too many connections from this address'));
    return false;
  }

  #follow(socket: Socket): void {
    const connection: Connection = { isBusy: false, rest: undefined };
    this.#sockets.set(socket, connection);
    socket.once('close', () => {
      this.#sockets.delete(socket);
      clearTimeout(connection.rest);
    });
    // A listener of its own, as an upgraded connection is no longer the server's: a reset must not end the process.
    socket.on('error', () => socket.destroy());
  }

  #mark(socket: Duplex, isBusy: boolean): void {
    const state = this.#sockets.get(socket);
    if (state) state.isBusy = isBusy;
  }

  #refuse(error: Error, socket: Duplex): void {
    const address = (socket as Socket).remoteAddress ?? 'local';
    if (systemCode(error) !== 'ECONNRESET')
      this.#handler.onRefused?.(NOISE.get(systemCode(error)) ?? 'no_http', address);
    refuseNoise(error, socket);
  }

  #forget(client: string): void {
    this.#open -= 1;
    const left = (this.#perClient.get(client) ?? 1) - 1;
    if (left > 0) this.#perClient.set(client, left);
    else this.#perClient.delete(client);
  }

  #destroyAll(): void {
    for (const socket of this.#sockets.keys()) socket.destroy();
  }
}

const NOISE: ReadonlyMap<string | undefined, string> = new Map([
  ['ERR_HTTP_REQUEST_TIMEOUT', 'slow'],
  ['HPE_HEADER_OVERFLOW', 'long_head'],
]);

/** Answers what is no HTTP, or comes too slowly, and hangs up. */
function refuseNoise(error: Error, socket: Duplex): void {
  if (!socket.writable || systemCode(error) === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  switch (systemCode(error)) {
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      socket.end(plainAnswer(408, 'bad_request', 'the request came too slowly'));
      break;
    case 'HPE_HEADER_OVERFLOW':
      socket.end(plainAnswer(431, 'too_large', 'the head of the request is too long'));
      break;
    default:
      socket.end(plainAnswer(400, 'bad_request', 'this is no HTTP request'));
  }
}

/** An error answer for connections that have no request to answer to. */
export function plainAnswer(status: number, code: string, message: string): string {
  const body = JSON.stringify({ error: { code, message } });
  return [
    `HTTP/1.1 ${status} ${code}`,
    'Content-Type: application/json; charset=utf-8',
    'X-Content-Type-Options: nosniff',
    'Cache-Control: no-store',
    'Connection: close',
    `Content-Length: ${Buffer.byteLength(body)}`,
    '',
    body,
  ].join('\r\n');
}
