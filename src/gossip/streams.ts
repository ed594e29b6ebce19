import { messageOf, systemCode } from '../base/errors.ts';
import { type Endpoint, endpointText } from '../net/address.ts';
import { type Connection, connectTcp } from '../net/tcp.ts';
import { admittedStream } from './announced.ts';
import { ledBy } from './former-keys.ts';
import type { Guard } from './guard.ts';
import { Intake } from './intake.ts';
import type { GossipKey } from './wire/keyring.ts';
import type { DropReason, Failure, Malformed, StreamMessage } from './wire/messages.ts';
import { isMalformed } from './wire/refusal.ts';
import { type StreamContent, StreamReader, sealStream } from './wire/stream.ts';

interface StreamsOptions {
  readonly guard: Guard;
  /** Longest time for a whole exchange that others begin, in milliseconds. */
  readonly timeoutMs: number;
  /** Told of each message that others send; may be answered by `answer` before it returns. */
  readonly asked: (stream: number, message: StreamMessage) => void;
}

const MAX_STREAMS = 256;
const MAX_STREAMS_PER_ADDRESS = 32;

/** Exchanges over TCP: one message each way, then the connection ends. */
export class Streams {
  readonly #options: StreamsOptions;
  readonly #guard: Guard;
  readonly #waiting = new Map<number, Connection>();
  readonly #perAddress = new Map<string, number>();
  readonly #intake = new Intake();
  /** With which key who asked encrypts, by fingerprint: it can read the answer then. */
  readonly #keys = new WeakMap<Connection, string>();
  #open = 0;
  #last = 0;

  constructor(options: StreamsOptions) {
    this.#options = options;
    this.#guard = options.guard;
  }

  /** Takes an incoming connection: reads one message, lets it be answered, closes. */
  accept(connection: Connection): void {
    if (!this.#mayCome(connection)) {
      connection.close();
      return;
    }
    const { address } = connection.remote;
    const fromThere = this.#perAddress.get(address) ?? 0;
    const isFull = this.#open >= MAX_STREAMS || fromThere >= MAX_STREAMS_PER_ADDRESS;
    if (isFull || !this.#intake.hasRoomFor(address)) {
      this.#guard.count('dropped_busy');
      connection.close();
      return;
    }
    this.#open += 1;
    this.#perAddress.set(address, fromThere + 1);
    this.#intake.begin(connection);
    const deadline = this.#guard.clock.after(this.#options.timeoutMs, () => connection.close());
    connection.onEnd(() => {
      deadline[Symbol.dispose]();
      this.#open -= 1;
      this.#release(address);
      this.#intake.end(connection);
      connection.finish();
    });
    this.#read(connection, (message, key) => {
      if (key) this.#keys.set(connection, key.fingerprint);
      this.#serve(connection, message);
    });
  }

  /** Sends the answer to an incoming message. */
  answer(stream: number, message: StreamMessage): void {
    const connection = this.#waiting.get(stream);
    if (connection) this.#write(connection, message);
  }

  /** Sends one message and resolves with the answer; rejects with a sentence for people. */
  async request(to: Endpoint, message: StreamMessage, timeoutMs: number): Promise<StreamMessage> {
    const { problem } = this.#guard.shield;
    if (problem !== undefined) {
      this.#guard.count('dropped_closed');
      throw new Error(`gossip is closed: ${problem}`);
    }
    const abort = new AbortController();
    const deadline = this.#guard.clock.after(timeoutMs, () => abort.abort());
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
    if (this.#guard.shield.problem !== undefined) {
      this.#guard.count('dropped_closed');
      return;
    }
    const abort = new AbortController();
    const deadline = this.#guard.clock.after(timeoutMs, () => abort.abort());
    try {
      const connection = await this.#connect(to, abort.signal);
      abort.signal.addEventListener('abort', () => connection.close());
      connection.onEnd(() => deadline[Symbol.dispose]());
      this.#write(connection, message);
      connection.finish();
    } catch {
      deadline[Symbol.dispose]();
      this.#guard.count('send_failed');
    }
  }

  /** Whether anything from there is to be read at all. */
  #mayCome({ remote: { address } }: Connection): boolean {
    const { clock, count, drops, limits, shield } = this.#guard;
    if (shield.problem !== undefined) {
      count('dropped_closed');
      return false;
    }
    const refusal = limits.stream(address, clock.now());
    if (refusal) drops.note(refusal, address, 'streams');
    return refusal === undefined;
  }

  #release(address: string): void {
    const left = (this.#perAddress.get(address) ?? 1) - 1;
    if (left === 0) this.#perAddress.delete(address);
    else this.#perAddress.set(address, left);
  }

  #serve(connection: Connection, message: StreamMessage): void {
    if (message.kind === 'pushPull' && message.join && !this.#mayJoin(connection.remote.address)) {
      this.#write(connection, TOO_MANY_JOINS);
      connection.finish();
      return;
    }
    this.#last += 1;
    const stream = this.#last;
    this.#waiting.set(stream, connection);
    this.#options.asked(stream, message);
    this.#waiting.delete(stream);
    connection.finish();
  }

  #mayJoin(address: string): boolean {
    const { clock, drops, limits } = this.#guard;
    const mayJoin = limits.join(address, clock.now());
    if (!mayJoin) drops.note('joins', address, 'streams');
    return mayJoin;
  }

  #read(connection: Connection, take: (message: StreamMessage, key: GossipKey | undefined) => void): void {
    let reader: StreamReader | undefined = new StreamReader(this.#guard.shield.protection);
    connection.onData((chunk) => {
      this.#guard.count('stream_bytes_in', chunk.length);
      if (reader && !this.#hold(connection, chunk.length)) reader = undefined;
      const content = reader?.push(chunk);
      if (!content) return;
      // The peer may stay for a while; what it sent need not.
      reader = undefined;
      this.#intake.end(connection);
      const message = this.#messageOf(content, connection.remote.address);
      if (message) return take(message, isMalformed(content) ? undefined : content.key);
      const failure = isMalformed(content) ? FAILURES.get(content.reason) : undefined;
      // Who has no key or another one cannot read an encrypted answer, but sees that it is one, and so learns at once what is wrong.
      if (failure) this.#write(connection, failure);
      connection.finish();
    });
  }

  /** The message of a stream, without what is not allowed in it; every drop is noted. */
  #messageOf(content: StreamContent | Malformed, from: string): StreamMessage | undefined {
    const { clock, count, drops, limits, networks, shield } = this.#guard;
    // The keys may have gone while it arrived.
    if (shield.problem !== undefined) {
      count('dropped_closed');
      return undefined;
    }
    if (isMalformed(content)) {
      drops.note(content.reason, from, 'streams');
      if (content.reason === 'decrypt') limits.failed(from, clock.now());
      return undefined;
    }
    for (const reason of content.dropped) drops.note(reason, from, 'streams');
    return admittedStream(content.message, networks, () => drops.note('announced', from, 'streams'));
  }

  /** Whether bytes that arrived may be held; the newest streams are closed while all together hold too much. */
  #hold(connection: Connection, bytes: number): boolean {
    const intake = this.#intake;
    intake.hold(connection, bytes);
    for (let excess = intake.excess; excess; excess = intake.excess) {
      this.#guard.count('dropped_stream_budget');
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
      const reader = new StreamReader(this.#guard.shield.protection);
      signal.addEventListener('abort', () => reject(new Error(`${place}: no answer in time`)), { once: true });
      connection.onEnd((error) =>
        reject(new Error(`${place}: closed without an answer${error ? ` (${error.message})` : ''}`)),
      );
      connection.onData((chunk) => {
        this.#guard.count('stream_bytes_in', chunk.length);
        const content = reader.push(chunk);
        if (!content) return;
        const answer = this.#messageOf(content, connection.remote.address);
        if (answer) return resolve(answer);
        const why = isMalformed(content) ? UNREADABLE.get(content.reason) : undefined;
        reject(new Error(`${place}: ${why ?? 'not a gossip peer'}`));
      });
      this.#write(connection, message);
    });
  }

  #write(connection: Connection, message: StreamMessage): void {
    if (this.#guard.shield.problem !== undefined) {
      this.#guard.count('dropped_closed');
      connection.close();
      return;
    }
    const asked = this.#keys.get(connection);
    const { formerKeys, shield } = this.#guard;
    const seal = shield.led((keyring) =>
      asked === undefined ? formerKeys.for(connection.remote, keyring) : ledBy(asked, keyring),
    );
    const bytes = sealStream(message, seal);
    this.#guard.count('stream_bytes_out', bytes.length);
    connection.write(bytes);
  }
}

const failure = (text: string): Failure => ({ kind: 'error', text });

const TOO_MANY_JOINS = failure('too many joins from this address; try again in some seconds');

/** What is answered to who has other keys. */
const FAILURES: ReadonlyMap<DropReason, Failure> = new Map<DropReason, Failure>([
  ['encrypted', failure('this pool is not encrypted')],
  ['clearText', failure('this pool is encrypted')],
  ['decrypt', failure('this pool does not have that key')],
]);

/** Why an answer could not be read. */
const UNREADABLE: ReadonlyMap<DropReason, string> = new Map<DropReason, string>([
  ['encrypted', 'peer requires encryption'],
  ['clearText', 'peer does not encrypt, but this zone has a key'],
  ['decrypt', 'peer encrypts with a key that this zone does not have'],
  ['label', 'peer belongs to a pool with another label'],
]);

const REASONS: ReadonlyMap<string, string> = new Map([
  ['ECONNREFUSED', 'nobody listens there'],
  ['EHOSTUNREACH', 'no way there'],
  ['ENETUNREACH', 'no way there'],
  ['ETIMEDOUT', 'no answer in time'],
]);
