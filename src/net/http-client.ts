/** Requests to other nodes over connections that are kept. */
import { once } from 'node:events';
import { Agent, type ClientRequestArgs, type IncomingHttpHeaders, request } from 'node:http';
import { connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { messageOf, OpsbroError, systemCode } from '../base/errors.ts';
import { type Endpoint, endpointText } from './address.ts';

/** A request whose body is known as a whole. */
export interface HttpAsk {
  readonly to: Endpoint;
  readonly method: string;
  /** With query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  /** Bytes that the answer's body may have; more end the request with `too_large`. */
  readonly maxBody: number;
  /** Whether it may be sent again when a kept connection turns out to be dead. */
  readonly repeatable: boolean;
  readonly signal: AbortSignal;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** Connects without any protection. Throws `unreachable`. */
export async function dialPlain(to: Endpoint, signal: AbortSignal): Promise<Socket> {
  const socket = connect({ host: to.address, port: to.port, noDelay: true });
  try {
    await once(socket, 'connect', { signal });
    return socket;
  } catch (error) {
    socket.on('error', () => {});
    socket.destroy();
    throw unreachable(to, error);
  }
}

/** The failure to connect to a peer. */
export function unreachable(to: Endpoint, cause: unknown): OpsbroError {
  const text = cause instanceof Error && cause.name === 'AbortError' ? 'it does not answer in time' : messageOf(cause);
  return new OpsbroError('unreachable', `peer ${endpointText(to)} cannot be reached: ${text}`, { cause });
}

/** A connection that has stopped to speak HTTP, and what came behind the answer's head. */
export interface Upgraded {
  readonly socket: Duplex;
  readonly head: Buffer;
}

/** An answer whose body comes bit by bit. */
export interface Streamed {
  readonly status: number;
  readonly body: AsyncIterable<Buffer>;
}

/** Opens a connection that is ready for HTTP. */
export type Dial = (to: Endpoint, signal: AbortSignal) => Promise<Socket>;

const DIAL_MS = 3_000;
/** Shorter than the other side waits for a next request, so that it is we who close. */
const IDLE_MS = 30_000;
const CONNECTIONS = 32;
const KEPT = 4;
const KEEP_ALIVE_MS = 15_000;
const STALE: ReadonlySet<string | undefined> = new Set(['ECONNRESET', 'EPIPE']);

/** Kept connections to any number of peers, all dialled the same way. Disposing of it breaks them all off, upgraded ones excepted. */
export class HttpPool implements Disposable {
  readonly #dial: Dial;
  readonly #agent: Agent;
  #isClosed: boolean = false;

  constructor(dial: Dial) {
    this.#dial = dial;
    this.#agent = new DiallingAgent(dial);
  }

  /** Sends a request and reads the whole answer. Throws what the dial threw, the system's error, or the reason of the signal. */
  async ask(ask: HttpAsk): Promise<HttpAnswer> {
    try {
      return await this.#once(ask);
    } catch (error) {
      const isStale = error instanceof StaleConnection;
      if (!isStale || !ask.repeatable || this.#isClosed) throw isStale ? error.cause : error;
      return await this.#once(ask);
    }
  }

  /** Asks for a connection of its own that becomes something else; answers with the refusal when it may not. */
  upgrade(ask: Omit<HttpAsk, 'repeatable' | 'body'>): Promise<Upgraded | HttpAnswer> {
    return new Promise((resolve, reject) => {
      const createConnection: ClientRequestArgs['createConnection'] = (_, done) =>
        void connectBy(this.#dial, ask.to, done);
      const sent = request({ ...this.#target(ask), createConnection });
      sent.once('upgrade', (_, socket, head) => resolve({ socket, head }));
      sent.once('response', (answer) => collect(answer, ask.maxBody).then(resolve, reject));
      sent.once('error', (error) => reject(reasonOf(error, ask.signal)));
      sent.end();
    });
  }

  /**
   * Sends a request over a connection of its own and hands on the body of the answer as it comes, for as long as the signal lets it. A
   * partner that is gone without a word is noticed within half a minute.
   */
  stream(ask: Omit<HttpAsk, 'repeatable' | 'maxBody'>): Promise<Streamed> {
    return new Promise((resolve, reject) => {
      const createConnection: ClientRequestArgs['createConnection'] = (_, done) =>
        void connectBy(this.#dial, ask.to, done);
      const sent = request({ ...this.#target(ask), createConnection });
      sent.setSocketKeepAlive(true, KEEP_ALIVE_MS);
      sent.once('response', (answer) => resolve({ status: answer.statusCode ?? 0, body: answer }));
      sent.once('error', (error) => reject(reasonOf(error, ask.signal)));
      sent.end(ask.body);
    });
  }

  [Symbol.dispose](): void {
    this.#isClosed = true;
    this.#agent.destroy();
  }

  #once(ask: HttpAsk): Promise<HttpAnswer> {
    return new Promise((resolve, reject) => {
      const sent = request({ ...this.#target(ask), agent: this.#agent });
      sent.once('response', (answer) => collect(answer, ask.maxBody).then(resolve, reject));
      sent.once('error', (error) => {
        const isStale = sent.reusedSocket && STALE.has(systemCode(error));
        reject(isStale ? new StaleConnection(error) : reasonOf(error, ask.signal));
      });
      sent.end(ask.body);
    });
  }

  #target({ to, method, path, headers, signal }: Omit<HttpAsk, 'repeatable' | 'body' | 'maxBody'>): ClientRequestArgs {
    return { host: to.address, port: to.port, method, path, headers: { ...headers }, signal };
  }
}

/** A kept connection that the other side had closed already. */
class StaleConnection extends Error {
  constructor(cause: Error) {
    super(cause.message, { cause });
  }
}

class DiallingAgent extends Agent {
  readonly #dial: Dial;

  constructor(dial: Dial) {
    super({ keepAlive: true, maxSockets: CONNECTIONS, maxFreeSockets: KEPT, timeout: IDLE_MS, scheduling: 'lifo' });
    this.#dial = dial;
  }

  override createConnection({ host, port }: ClientRequestArgs, done: Connected): undefined {
    void connectBy(this.#dial, { address: host ?? '', port: Number(port) }, done);
  }
}

type Connected = (error: Error | null, socket: Duplex) => void;

async function connectBy(dial: Dial, to: Endpoint, done: Connected): Promise<void> {
  let socket: Socket;
  try {
    socket = await dial(to, AbortSignal.timeout(DIAL_MS));
  } catch (error) {
    // The second argument is not looked at when there is an error, though its type has no room for that.
    done(error as Error, undefined as unknown as Duplex);
    return;
  }
  done(null, socket);
}

/** The whole answer. Throws `too_large` when its body is longer than `limit` bytes. */
export async function collect(answer: AsyncIterable<Buffer> & Incoming, limit: number): Promise<HttpAnswer> {
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of answer) {
    length += piece.length;
    if (length > limit) throw new OpsbroError('too_large', `the answer is longer than ${limit} bytes`);
    pieces.push(piece);
  }
  return { status: answer.statusCode ?? 0, headers: answer.headers, body: Buffer.concat(pieces) };
}

interface Incoming {
  readonly statusCode?: number | undefined;
  readonly headers: IncomingHttpHeaders;
}

const reasonOf = (error: Error, { aborted, reason }: AbortSignal): unknown => (aborted ? reason : error);
