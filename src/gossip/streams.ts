import type { Clock } from '../base/clock.ts';
import { messageOf, systemCode } from '../base/errors.ts';
import { type Endpoint, endpointText } from '../net/address.ts';
import { type Connection, connectTcp } from '../net/tcp.ts';
import { Intake } from './intake.ts';
import type { StreamMessage } from './wire/messages.ts';
import { isMalformed } from './wire/refusal.ts';
import { StreamReader, sealStream } from './wire/stream.ts';

interface StreamsOptions {
  readonly clock: Clock;
  /** Longest time for a whole exchange that others begin, in milliseconds. */
  readonly timeoutMs: number;
  readonly count: (name: string, by?: number) => void;
  /** Told of each message that others send; may be answered by `answer` before it returns. */
  readonly asked: (stream: number, message: StreamMessage) => void;
}

const MAX_STREAMS = 256;
const MAX_STREAMS_PER_ADDRESS = 32;

/** Exchanges over TCP: one message each way, then the connection ends. */
export class Streams {
  readonly #options: StreamsOptions;
  readonly #waiting = new Map<number, Connection>();
  readonly #perAddress = new Map<string, number>();
  readonly #intake = new Intake();
  #open = 0;
  #last = 0;

  constructor(options: StreamsOptions) {
    this.#options = options;
  }

  /** Takes an incoming connection: reads one message, lets it be answered, closes. */
  accept(connection: Connection): void {
    const { address } = connection.remote;
    const fromThere = this.#perAddress.get(address) ?? 0;
    const isFull = this.#open >= MAX_STREAMS || fromThere >= MAX_STREAMS_PER_ADDRESS;
    if (isFull || !this.#intake.hasRoomFor(address)) {
      this.#options.count('dropped_busy');
      connection.close();
      return;
    }
    this.#open += 1;
    this.#perAddress.set(address, fromThere + 1);
    this.#intake.begin(connection);
    const deadline = this.#options.clock.after(this.#options.timeoutMs, () => connection.close());
    connection.onEnd(() => {
      deadline[Symbol.dispose]();
      this.#open -= 1;
      this.#release(address);
      this.#intake.end(connection);
      connection.finish();
    });
    this.#read(connection, (message) => this.#serve(connection, message));
  }

  /** Sends the answer to an incoming message. */
  answer(stream: number, message: StreamMessage): void {
    const connection = this.#waiting.get(stream);
    if (connection) this.#write(connection, message);
  }

  /** Sends one message and resolves with the answer; rejects with a sentence for people. */
  async request(to: Endpoint, message: StreamMessage, timeoutMs: number): Promise<StreamMessage> {
    const abort = new AbortController();
    const deadline = this.#options.clock.after(timeoutMs, () => abort.abort());
    try {
      const connection = await this.#connect(to, abort.signal);
      try {
        return await this.#ask(connection, message, abort.signal);
      } finally {
        connection.close();
      }
    } finally {
      deadline[Symbol.dispose]();
    }
  }

  /** Sends one message that is not answered; a failure is counted. */
  async post(to: Endpoint, message: StreamMessage, timeoutMs: number): Promise<void> {
    const abort = new AbortController();
    const deadline = this.#options.clock.after(timeoutMs, () => abort.abort());
    try {
      const connection = await this.#connect(to, abort.signal);
      abort.signal.addEventListener('abort', () => connection.close());
      connection.onEnd(() => deadline[Symbol.dispose]());
      this.#write(connection, message);
      connection.finish();
    } catch {
      deadline[Symbol.dispose]();
      this.#options.count('send_failed');
    }
  }

  #release(address: string): void {
    const left = (this.#perAddress.get(address) ?? 1) - 1;
    if (left === 0) this.#perAddress.delete(address);
    else this.#perAddress.set(address, left);
  }

  #serve(connection: Connection, message: StreamMessage): void {
    this.#last += 1;
    const stream = this.#last;
    this.#waiting.set(stream, connection);
    this.#options.asked(stream, message);
    this.#waiting.delete(stream);
    connection.finish();
  }

  #read(connection: Connection, take: (message: StreamMessage) => void): void {
    let reader: StreamReader | undefined = new StreamReader();
    connection.onData((chunk) => {
      this.#options.count('stream_bytes_in', chunk.length);
      if (reader && !this.#hold(connection, chunk.length)) reader = undefined;
      const content = reader?.push(chunk);
      if (!content) return;
      // The peer may stay for a while; what it sent need not.
      reader = undefined;
      this.#intake.end(connection);
      if (isMalformed(content)) {
        this.#options.count(`dropped_${content.reason}`);
        if (content.reason === 'encrypted') connection.write(sealStream(NOT_ENCRYPTED));
        connection.finish();
        return;
      }
      for (const reason of content.dropped) this.#options.count(`dropped_${reason}`);
      take(content.message);
    });
  }

  /** Whether bytes that arrived may be held; the newest streams are closed while all together hold too much. */
  #hold(connection: Connection, bytes: number): boolean {
    const intake = this.#intake;
    intake.hold(connection, bytes);
    for (let excess = intake.excess; excess; excess = intake.excess) {
      this.#options.count('dropped_stream_budget');
      intake.end(excess);
      excess.close();
    }
    return intake.has(connection);
  }

  async #connect(to: Endpoint, signal: AbortSignal): Promise<Connection> {
    try {
      return await connectTcp(to, signal);
    } catch (cause) {
      const why = signal.aborted ? 'no answer in time' : (REASONS.get(systemCode(cause) ?? '') ?? messageOf(cause));
      throw new Error(`${endpointText(to)}: ${why}`, { cause });
    }
  }

  #ask(connection: Connection, message: StreamMessage, signal: AbortSignal): Promise<StreamMessage> {
    const place = endpointText(connection.remote);
    return new Promise((resolve, reject) => {
      const reader = new StreamReader();
      signal.addEventListener('abort', () => reject(new Error(`${place}: no answer in time`)), { once: true });
      connection.onEnd((error) =>
        reject(new Error(`${place}: closed without an answer${error ? ` (${error.message})` : ''}`)),
      );
      connection.onData((chunk) => {
        this.#options.count('stream_bytes_in', chunk.length);
        const content = reader.push(chunk);
        if (!content) return;
        if (!isMalformed(content)) {
          for (const reason of content.dropped) this.#options.count(`dropped_${reason}`);
          resolve(content.message);
          return;
        }
        this.#options.count(`dropped_${content.reason}`);
        reject(
          new Error(`${place}: ${content.reason === 'encrypted' ? 'peer requires encryption' : 'not a gossip peer'}`),
        );
      });
      this.#write(connection, message);
    });
  }

  #write(connection: Connection, message: StreamMessage): void {
    const bytes = sealStream(message);
    this.#options.count('stream_bytes_out', bytes.length);
    connection.write(bytes);
  }
}

const NOT_ENCRYPTED = { kind: 'error', text: 'this pool is not encrypted' } as const;

const REASONS: ReadonlyMap<string, string> = new Map([
  ['ECONNREFUSED', 'nobody listens there'],
  ['EHOSTUNREACH', 'no way there'],
  ['ENETUNREACH', 'no way there'],
  ['ETIMEDOUT', 'no answer in time'],
]);
