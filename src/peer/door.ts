/** The door of the agent to other agents: proves who asks, then hands requests and streams to the parts that take them. */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { getRequestListener } from '@hono/node-server';
import type { Clock } from '../base/clock.ts';
import { messageOf, OpsbroError } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import { plainAddress } from '../net/address.ts';
import { type HttpListener, listenHttp, plainAnswer } from '../net/http-listener.ts';
import { pskServer, whenBegun } from '../net/peer-tls.ts';
import { createPeerApp } from './app.ts';
import { Complaints } from './complaints.ts';
import { type Arrival, arrivalOf, Entry } from './entry.ts';
import { failed, failureBody, failureOf, statusOf } from './failures.ts';
import type { PeerKey, PeerKeyTable } from './keys.ts';
import type { PeerRoute, StreamHandler } from './route.ts';
import { Slots } from './slots.ts';
import { PeerStream } from './stream.ts';
import { checkPart, checkTarget, FRAMES, PREFIX, streamPart, VERSIONS } from './target.ts';

/** What one peer, and all of them, may take up. */
export interface PeerLimits {
  readonly connectionsPerAddress: number;
  readonly connections: number;
  readonly requestsPerPeer: number;
  readonly requests: number;
  readonly streamsPerPeer: number;
  readonly streams: number;
  /** Milliseconds until a connection must have said something, and then until it must have proved a key. */
  readonly handshakeTimeoutMs: number;
  /** Milliseconds until the head of a request must be there. */
  readonly headersTimeoutMs: number;
}

const LIMITS: PeerLimits = {
  connectionsPerAddress: 128,
  connections: 4_096,
  requestsPerPeer: 64,
  requests: 512,
  streamsPerPeer: 16,
  streams: 2_048,
  handshakeTimeoutMs: 5_000,
  headersTimeoutMs: 10_000,
};
/** Longer than a client keeps a connection that it does not use. */
const KEEP_ALIVE_MS = 60_000;
const REFUSAL_MS = 1_000;

type Socket = IncomingMessage['socket'];

export interface PeerDoorOptions {
  readonly addresses: readonly [string, ...string[]];
  /** 0 takes a free one. */
  readonly port: number;
  readonly keys: PeerKeyTable;
  /** Who we are, for those who ask. */
  readonly self: { readonly id: string; readonly name: string };
  readonly version: string;
  readonly clock: Clock;
  readonly log: Logger;
  readonly limits?: Partial<PeerLimits>;
}

export class PeerDoor implements AsyncDisposable {
  readonly #options: PeerDoorOptions;
  readonly #limits: PeerLimits;
  readonly #counts = new Map<string, number>();
  readonly #complaints: Complaints;
  readonly #entry: Entry;
  readonly #requests: Slots;
  readonly #streamSlots: Slots;
  readonly #routes: PeerRoute[] = [];
  readonly #streamHandlers = new Map<string, StreamHandler>();
  readonly #streams = new Set<PeerStream>();
  /** Every secured connection, with the key that it proved to have. */
  readonly #secured = new Map<Socket | Duplex, PeerKey>();
  readonly #secure: ReturnType<typeof pskServer>;
  readonly #watching: Disposable;
  #isOver = false;
  #app: ReturnType<typeof createPeerApp> | undefined;
  #listener: HttpListener | undefined;

  private constructor(options: PeerDoorOptions) {
    const { keys, clock, log } = options;
    this.#options = options;
    this.#limits = { ...LIMITS, ...options.limits };
    const { requests, requestsPerPeer, streams, streamsPerPeer } = this.#limits;
    this.#requests = new Slots({ all: requests, perPeer: requestsPerPeer });
    this.#streamSlots = new Slots({ all: streams, perPeer: streamsPerPeer });
    this.#complaints = new Complaints(clock, log);
    this.#entry = new Entry(keys, (name) => this.#count(name));
    this.#secure = pskServer({
      timeoutMs: this.#limits.handshakeTimeoutMs,
      keyOf: (identity) => keys.find(identity)?.psk,
      onRefused: (reason, address) => this.#refuse(reason, address),
    });
    this.#watching = keys.onRemoved((removed) => this.#closeThoseOf(removed));
    this.route({ part: 'hello', method: 'GET', path: '', handle: () => this.#hello() });
  }

  /** Listens. Throws `conflict` when the port is taken, `invalid_config` when the first address is not ours. */
  static async open(options: PeerDoorOptions): Promise<PeerDoor> {
    const door = new PeerDoor(options);
    await door.#listen();
    return door;
  }

  get port(): number {
    return this.#listener?.port ?? 0;
  }

  /** What came and what became of it, by name; only known names, so strangers cannot make new ones. */
  get counters(): ReadonlyMap<string, number> {
    return new Map([...this.#counts, ['secured_now', this.#secured.size], ['streams_now', this.#streams.size]]);
  }

  /** Takes requests for a part from now on. */
  route(route: PeerRoute): void {
    checkPart(route.part);
    this.#routes.push(route);
    this.#app = undefined;
  }

  /** Takes streams for a part from now on. */
  stream(part: string, handle: StreamHandler): void {
    checkPart(part);
    this.#streamHandlers.set(part, handle);
  }

  /** Tells those at the other end of streams, and closes. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true;
    this.#watching[Symbol.dispose]();
    for (const stream of this.#streams) stream.close('stopping');
    await this.#listener?.[Symbol.asyncDispose]();
  }

  async #listen(): Promise<void> {
    const { addresses, port, log } = this.#options;
    const answer = getRequestListener(
      (request, env) => this.#currentApp().fetch(request, this.#arrival(env.incoming as IncomingMessage)),
      { overrideGlobalObjects: false, errorHandler: (error) => failed(failureOf(error, (each) => this.#report(each))) },
    );
    const { connectionsPerAddress: connectionsPerClient, connections, headersTimeoutMs } = this.#limits;
    this.#listener = await listenHttp(
      { addresses, port, door: 'peer', log },
      {
        onConnection: (socket, serve) => this.#onConnection(socket, serve),
        onRequest: (incoming, outgoing) => {
          if (this.#isSound(incoming, outgoing)) void answer(incoming, outgoing);
        },
        onUpgrade: (incoming, socket, head) => this.#onUpgrade(incoming, socket, head),
        onRefused: (reason, address) => this.#refuse(reason, address),
      },
      { connectionsPerClient, connections, headersTimeoutMs, keepAliveMs: KEEP_ALIVE_MS },
    );
  }

  #onConnection(raw: Socket, serve: (ready: Socket) => void): void {
    const address = raw.remoteAddress ?? '';
    const begun = (how: 'tls' | 'plain') => {
      if (how === 'tls') this.#secure(raw, (socket, identity) => this.#onSecured(socket, identity, serve));
      else if (this.#options.keys.isOpen) serve(raw);
      else {
        this.#refuse('plain', address);
        turnAway(raw);
      }
    };
    const { handshakeTimeoutMs: timeoutMs } = this.#limits;
    whenBegun(raw, { timeoutMs, begun, silent: () => this.#refuse('silent', address) });
  }

  #onSecured(socket: Socket, identity: string, serve: (ready: Socket) => void): void {
    const key = this.#options.keys.find(identity);
    // It may have been removed during the handshake.
    if (!key) return void socket.destroy();
    this.#count('secured');
    this.#secured.set(socket, key);
    socket.once('close', () => this.#secured.delete(socket));
    serve(socket);
  }

  #isSound({ url = '' }: IncomingMessage, outgoing: ServerResponse): boolean {
    this.#count('requests');
    try {
      checkTarget(url);
      return true;
    } catch (error) {
      const failure = failureOf(error, (each) => this.#report(each));
      this.#count(`failed_${failure.code}`);
      const headers = { 'content-type': 'application/json; charset=utf-8', connection: 'close' };
      outgoing.writeHead(statusOf(failure), headers).end(failureBody(failure));
      return false;
    }
  }

  #onUpgrade(incoming: IncomingMessage, socket: Duplex, head: Buffer): void {
    try {
      this.#openStream(incoming, socket, head);
    } catch (error) {
      const failure = failureOf(error, (each) => this.#report(each));
      this.#count(`failed_${failure.code}`);
      socket.end(plainAnswer(statusOf(failure), failure.code, failure.message));
    }
  }

  #openStream(incoming: IncomingMessage, socket: Duplex, head: Buffer): void {
    const { url = '', headers } = incoming;
    if (this.#isOver) throw new OpsbroError('stopping', 'this node stops');
    checkTarget(url);
    const part = streamPart(url);
    const handle = part === undefined ? undefined : this.#streamHandlers.get(part);
    const arrival = this.#arrival(incoming);
    const claim = this.#entry.claimOf(arrival);
    const peer = this.#entry.prove(claim, arrival, new Uint8Array());
    if (!handle || headers.upgrade !== FRAMES) {
      throw new OpsbroError('unknown_route', `no stream of ${FRAMES} is at ${url}`, {
        details: { versions: VERSIONS },
      });
    }
    const giveBack = this.#streamSlots.take(`${arrival.address} ${claim.id}`);
    socket.once('close', giveBack);
    socket.write(`HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: ${FRAMES}\r\n\r\n`);
    const stream = new PeerStream(socket, head, this.#options.clock);
    this.#streams.add(stream);
    socket.once('close', () => this.#streams.delete(stream));
    this.#count('streams');
    handle(stream, peer);
  }

  #arrival(incoming: IncomingMessage): Arrival {
    return arrivalOf(incoming, this.#secured.get(incoming.socket));
  }

  #currentApp(): ReturnType<typeof createPeerApp> {
    this.#app ??= createPeerApp(this.#routes, {
      entry: this.#entry,
      clock: this.#options.clock,
      slots: this.#requests,
      count: (name) => this.#count(name),
      report: (error) => this.#report(error),
    });
    return this.#app;
  }

  #closeThoseOf(removed: readonly PeerKey[]): void {
    const gone = new Set(removed);
    for (const [socket, key] of this.#secured) if (gone.has(key)) socket.destroy();
  }

  #hello() {
    const { self, keys, version, clock } = this.#options;
    const parts = [...new Set([...this.#routes.map(({ part }) => part), ...this.#streamHandlers.keys()])].sort();
    return { ...self, zone: keys.own, version, parts, clock: clock.wall() };
  }

  #count(name: string): void {
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1);
  }

  #refuse(reason: string, address: string): void {
    this.#count(`refused_${reason}`);
    this.#complaints.tell(plainAddress(address), reason);
  }

  #report(error: unknown): string {
    const id = randomUUID().slice(0, 8);
    this.#options.log.error({ id, err: error, reason: messageOf(error) }, 'a request of a peer failed');
    return id;
  }
}

/** Says in the clear why nothing is said in the clear. */
function turnAway(socket: Socket): void {
  socket.resume();
  socket.setTimeout(REFUSAL_MS, () => socket.destroy());
  socket.end(plainAnswer(401, 'unauthorized', `peers are answered at ${PREFIX} over TLS with a key of the zone only`));
}
