import type { Clock } from '../base/clock.ts';
import type { Incoming } from '../net/tcp.ts';
import type { Prepared } from './prepared.ts';

/** What a session over TCP needs beside its connection. */
export interface SessionOptions {
  readonly clock: Clock;
  /** Time without a message until it is closed. */
  readonly idleMs: number;
  /**
   * The answer to the message at these bytes; `undefined`: nothing. `later` sends one that is not there yet, and must be called once then.
   */
  answer(packet: Buffer, start: number, end: number, later: () => Later): Prepared | undefined;
  /** Told once, when the session has ended; with a reason when we ended it. */
  ended(reason?: SessionFault): void;
}

/** Sends an answer when it is there; nothing is sent without one. */
export type Later = (answer?: Buffer) => void;

export type SessionFault = 'idle' | 'slow' | 'tiny' | 'unread';

const LENGTH = 2;
const DNS_HEADER = 12;
const MESSAGE_MS = 5_000;
const MAX_UNSENT = 1 << 20;
/** Answers that are not there yet; with so many nothing more is read. */
const MAX_OWED = 64;
/** Bytes of answers that are put together before they are written. */
const BATCH = 1 << 16;

/**
 * Answers the messages of one connection, each behind its length of two bytes, in the order they come. The connection stays open until
 * the peer closes it, is idle, takes more than 5 s over one message, or leaves a MiB of answers unread. While 64 answers are not there yet the
 * peer has to wait.
 */
export class TcpSession {
  readonly #connection: Incoming;
  readonly #options: SessionOptions;
  #pending: Buffer = Buffer.alloc(0);
  /** Answers that are not written yet, and how many bytes of it are. */
  #batch: Buffer = Buffer.alloc(0);
  #batched = 0;
  #timer: Disposable;
  #isOpen: boolean = true;
  /** Answers that are not there yet. */
  #owed = 0;
  #isFinished = false;
  #activeAt: number;

  constructor(connection: Incoming, options: SessionOptions) {
    this.#connection = connection;
    this.#options = options;
    this.#activeAt = options.clock.now();
    this.#timer = options.clock.after(options.idleMs, () => this.#onTimer());
    connection.onData((bytes) => this.#onData(bytes));
    connection.onEnd((error) => (error ? this.#end() : this.#onEnd()));
  }

  #onEnd(): void {
    this.#isFinished = true;
    if (this.#owed > 0) return;
    // What the peer has not read yet is waited for as long as for a question.
    this.#connection.finish(() => this.#end());
  }

  #onData(bytes: Uint8Array): void {
    if (!this.#isOpen) return;
    const before = this.#pending.length;
    this.#pending = before > 0 ? Buffer.concat([this.#pending, bytes]) : asBuffer(bytes);
    const fault = this.#answerWhole();
    if (fault) this.#drop(fault);
    else this.#rearm(before > 0 && this.#pending.length > before);
  }

  /** Answers all whole messages, several answers in one write. */
  #answerWhole(): SessionFault | undefined {
    let at = 0;
    for (let end = this.#endOfMessage(at); end !== undefined && this.#owed < MAX_OWED; end = this.#endOfMessage(at)) {
      if (end < at + LENGTH + DNS_HEADER) return 'tiny';
      const answer = this.#options.answer(this.#pending, at + LENGTH, end, () => this.#owe());
      if (answer) this.#put(answer, at + LENGTH, end);
      at = end;
      if (this.#connection.unsent > MAX_UNSENT) return 'unread';
    }
    this.#flush();
    // What is left over would keep the whole piece that it came in.
    this.#pending = at === this.#pending.length ? NOTHING : Buffer.from(this.#pending.subarray(at));
    return undefined;
  }

  /** Puts an answer behind the others, with room for as many more as there are likely to be. */
  #put(answer: Prepared, start: number, end: number): void {
    const most = LENGTH + answer.size;
    if (this.#batched + most > this.#batch.length) {
      this.#flush();
      const left = Math.ceil((this.#pending.length - end) / (LENGTH + end - start));
      this.#batch = Buffer.allocUnsafe(Math.max(most, Math.min(most * (left + 1), BATCH)));
    }
    const length = answer.write(this.#pending, start, this.#batch, this.#batched + LENGTH);
    this.#batch[this.#batched] = length >> 8;
    this.#batch[this.#batched + 1] = length & 0xff;
    this.#batched += LENGTH + length;
  }

  #flush(): void {
    if (this.#batched > 0) this.#connection.write(this.#batch.subarray(0, this.#batched));
    this.#batch = NOTHING;
    this.#batched = 0;
  }

  #owe(): Later {
    this.#owed += 1;
    if (this.#owed === MAX_OWED) this.#connection.pause();
    return (answer) => {
      this.#owed -= 1;
      if (!this.#isOpen) return;
      if (answer) this.#connection.write(Buffer.concat([Buffer.of(answer.length >> 8, answer.length & 0xff), answer]));
      if (this.#owed === MAX_OWED - 1) this.#readOn();
      if (this.#isFinished) this.#onEnd();
    };
  }

  /** Goes on with what had to wait. */
  #readOn(): void {
    this.#connection.resume();
    const fault = this.#answerWhole();
    if (fault) this.#drop(fault);
    else this.#rearm(false);
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
    this.#activeAt = this.#options.clock.now();
    if (this.#pending.length === 0) return;
    this.#timer[Symbol.dispose]();
    this.#timer = this.#options.clock.after(MESSAGE_MS, () => this.#onTimer());
  }

  /** Idle time is looked at only now and then: a timer for each message would cost more than the answer. */
  #onTimer(): void {
    const { clock, idleMs } = this.#options;
    const isWithin = this.#pending.length > 0;
    const left = this.#activeAt + (isWithin ? MESSAGE_MS : idleMs) - clock.now();
    if (left <= 0) this.#drop(this.#isFinished ? 'unread' : isWithin ? 'slow' : 'idle');
    else this.#timer = clock.after(left, () => this.#onTimer());
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

const NOTHING = Buffer.alloc(0);

const asBuffer = (bytes: Uint8Array): Buffer =>
  Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
