import type { Clock } from '../base/clock.ts';
import { type Endpoint, literalEndpoint } from '../net/address.ts';
import { type Connection, connectTcp } from '../net/tcp.ts';
import { bindUdp, type UdpSocket } from '../net/udp.ts';
import type { Transport } from './answer.ts';

/** What a recursor needs. */
export interface RecursorOptions {
  /** Servers, as `address` or `address:port`, asked one after the other. */
  readonly servers: readonly string[];
  readonly clock: Clock;
  /** Numbers nobody can foresee. */
  readonly secureBytes: (length: number) => Uint8Array;
}

/** How asking others ended: with their answer, none in time, or because too much is asked already. */
export type Recursion = { readonly kind: 'answer'; readonly bytes: Buffer } | { readonly kind: 'late' | 'busy' };

const MAX_IN_FLIGHT = 256;
const PATIENCE_MS = 2_000;
const HEADER = 12;
const DNS_PORT = 53;
const TRUNCATED = 0x02;

/** Asks other servers for names that are not ours; nothing is remembered. */
export class Recursor {
  readonly #servers: readonly Endpoint[];
  readonly #options: RecursorOptions;
  #inFlight = 0;

  constructor(options: RecursorOptions) {
    this.#options = options;
    this.#servers = options.servers.map(
      (server) => literalEndpoint(server) ?? { address: server.replace(/^\[(.*)\]$/, '$1'), port: DNS_PORT },
    );
  }

  /**
   * Passes a query on, and gives the answer of the first server that has one within 2 s. What was cut is asked again by TCP for one who
   * can take more.
   */
  async ask(query: Buffer, transport: Transport): Promise<Recursion> {
    if (this.#inFlight >= MAX_IN_FLIGHT) return { kind: 'busy' };
    this.#inFlight += 1;
    const patienceMs = PATIENCE_MS / this.#servers.length;
    try {
      for (const server of this.#servers) {
        const bytes = await this.#askOne(query, server, patienceMs).catch(() => undefined);
        if (!bytes) continue;
        const isCut = transport === 'tcp' && (bytes.readUInt8(2) & TRUNCATED) !== 0;
        const whole = isCut ? await this.#askByTcp(query, server, patienceMs).catch(() => undefined) : undefined;
        return { kind: 'answer', bytes: whole ?? bytes };
      }
      return { kind: 'late' };
    } finally {
      this.#inFlight -= 1;
    }
  }

  /** Each query has a socket and a number of its own, so that nobody can guess what to answer to. */
  async #askOne(query: Buffer, server: Endpoint, patienceMs: number): Promise<Buffer | undefined> {
    const address = server.address.includes(':') ? '::' : '0.0.0.0';
    await using socket = await bindUdp({ address, port: 0 });
    const asked = Buffer.from(query);
    asked.set(this.#options.secureBytes(2));
    return await this.#awaited(socket, { asked, number: query.subarray(0, 2), server }, patienceMs);
  }

  async #askByTcp(query: Buffer, server: Endpoint, patienceMs: number): Promise<Buffer | undefined> {
    const given = new AbortController();
    using _ = this.#options.clock.after(patienceMs, () => given.abort());
    const connection = await connectTcp(server, given.signal);
    try {
      connection.write(Buffer.concat([Buffer.of(query.length >> 8, query.length & 0xff), query]));
      const answer = await messageFrom(connection, given.signal);
      return answer && isAnswerTo(query, answer) ? answer : undefined;
    } finally {
      connection.close();
    }
  }

  #awaited(
    socket: UdpSocket,
    { asked, number, server }: { readonly asked: Buffer; readonly number: Buffer; readonly server: Endpoint },
    patienceMs: number,
  ): Promise<Buffer | undefined> {
    return new Promise((resolve) => {
      const timer = this.#options.clock.after(patienceMs, () => resolve(undefined));
      const end = (answer: Buffer | undefined) => {
        timer[Symbol.dispose]();
        resolve(answer);
      };
      socket.onMessage((bytes, from) => {
        const answer = Buffer.from(bytes);
        if (from.port !== server.port || from.address !== server.address || !isAnswerTo(asked, answer)) return;
        answer.set(number);
        end(answer);
      });
      socket.send(asked, server, () => end(undefined));
    });
  }
}

/** The first message of a connection; nothing when it ends before, or the signal aborts. */
function messageFrom(connection: Connection, signal: AbortSignal): Promise<Buffer | undefined> {
  return new Promise((resolve) => {
    let received = Buffer.alloc(0);
    signal.addEventListener('abort', () => resolve(undefined));
    connection.onEnd(() => resolve(undefined));
    connection.onData((bytes) => {
      received = Buffer.concat([received, bytes]);
      const end = received.length < 2 ? Number.POSITIVE_INFINITY : 2 + received.readUInt16BE(0);
      if (received.length >= end) resolve(received.subarray(2, end));
    });
  });
}

/** Same number, a response, and the same question byte for byte. */
function isAnswerTo(asked: Buffer, answer: Buffer): boolean {
  if (answer.length < HEADER || ((answer[2] ?? 0) & 0x80) === 0) return false;
  if (!answer.subarray(0, 2).equals(asked.subarray(0, 2))) return false;
  const end = endOfQuestion(asked);
  return answer.readUInt16BE(4) === 1 && answer.subarray(HEADER, end).equals(asked.subarray(HEADER, end));
}

/** Where the question of a sound query ends. */
function endOfQuestion(query: Buffer): number {
  let at = HEADER;
  for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) at += 1 + length;
  return at + 5;
}
