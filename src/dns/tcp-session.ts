import type { Clock } from '../base/clock.ts';
import type { Connection } from '../net/tcp.ts';

/** What a session over TCP needs beside its connection. */
export interface SessionOptions {
  readonly clock: Clock;
  /** The bytes to send back for one message; `undefined`: nothing. */
  answer(message: Buffer): Buffer | undefined;
  /** Told once, when the session has ended; with a reason when we ended it. */
  ended(reason?: SessionFault): void;
}

export type SessionFault = 'idle' | 'slow' | 'tiny' | 'unread';

const LENGTH = 2;
const DNS_HEADER = 12;
const IDLE_MS = 10_000;
const MESSAGE_MS = 5_000;
const MAX_UNSENT = 1 << 20;
/** Bytes of answers that are put together before they are written. */
const BATCH = 1 << 18;

/**
 * Answers the messages of one connection, each behind its length of two bytes, in the order they come. The connection stays open until
 * the peer closes it, is idle for 10 s, takes more than 5 s over one message, or leaves a MiB of answers unread.
 */
export class TcpSession {
  readonly #connection: Connection;
  readonly #options: SessionOptions;
  #pending: Buffer = Buffer.alloc(0);
  #timer: Disposable;
  #isOpen: boolean = true;

  constructor(connection: Connection, options: SessionOptions) {
    this.#connection = connection;
    this.#options = options;
    this.#timer = options.clock.after(IDLE_MS, () => this.#onTimer());
    connection.onData((bytes) => this.#onData(bytes));
    connection.onEnd(() => {
      connection.finish();
      this.#end();
    });
  }

  #onData(bytes: Uint8Array): void {
    if (!this.#isOpen) return;
    const before = this.#pending.length;
    this.#pending = before > 0 ? Buffer.concat([this.#pending, bytes]) : Buffer.from(bytes);
    const fault = this.#answerWhole();
    if (fault) this.#drop(fault);
    else this.#rearm(before > 0 && this.#pending.length > before);
  }

  /** Answers all whole messages, several answers in one write. */
  #answerWhole(): SessionFault | undefined {
    const batch: Buffer[] = [];
    let at = 0;
    let size = 0;
    for (let end = this.#endOfMessage(at); end !== undefined; end = this.#endOfMessage(at)) {
      if (end < at + LENGTH + DNS_HEADER) return 'tiny';
      const answer = this.#options.answer(this.#pending.subarray(at + LENGTH, end));
      if (answer) {
        batch.push(lengthOf(answer), answer);
        size += answer.length;
      }
      at = end;
      if (size > BATCH) {
        this.#connection.write(Buffer.concat(batch.splice(0)));
        size = 0;
      }
      if (this.#connection.unsent > MAX_UNSENT) return 'unread';
    }
    if (batch.length > 0) this.#connection.write(Buffer.concat(batch));
    this.#pending = this.#pending.subarray(at);
    return undefined;
  }

  /** Where the message at `at` ends, if it is all there. */
  #endOfMessage(at: number): number | undefined {
    if (at + LENGTH > this.#pending.length) return undefined;
    const length = this.#pending.readUInt16BE(at);
    const end = at + LENGTH + length;
    return end <= this.#pending.length || length < DNS_HEADER ? end : undefined;
  }

  /** A message that is still incomplete does not earn time by a further byte. */
  #rearm(isSameMessage: boolean): void {
    if (isSameMessage) return;
    const isWithin = this.#pending.length > 0;
    this.#timer[Symbol.dispose]();
    this.#timer = this.#options.clock.after(isWithin ? MESSAGE_MS : IDLE_MS, () => this.#onTimer());
  }

  #onTimer(): void {
    this.#drop(this.#pending.length > 0 ? 'slow' : 'idle');
  }

  #drop(reason: SessionFault): void {
    this.#connection.close();
    this.#end(reason);
  }

  #end(reason?: SessionFault): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#timer[Symbol.dispose]();
    this.#options.ended(reason);
  }
}

function lengthOf(message: Buffer): Buffer {
  const head = Buffer.alloc(LENGTH);
  head.writeUInt16BE(message.length);
  return head;
}
