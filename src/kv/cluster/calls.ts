import type { Clock } from '../../base/clock.ts';
import { OpsbroError } from '../../base/errors.ts';

const HEAD = 5;
const ASKED = 0;
const ANSWERED = 1;
/** Questions under way at a time, of each side. */
const MOST = 1_024;

/** A stream of frames to another node, such as those of the peer API. */
export interface FrameStream {
  send(payload: Uint8Array): unknown;
  onFrame(listen: (payload: Buffer) => void): void;
  onClose(listen: (reason: string) => void): void;
  close(reason?: 'refused'): void;
}

interface Waiting {
  resolve(answer: Uint8Array): void;
  reject(reason: unknown): void;
  readonly late: Disposable;
}

/** Answers a question of the other side; `undefined` when it makes no sense, which ends the stream. */
export type Serve = (question: Uint8Array) => Promise<Uint8Array | undefined>;

/**
 * Questions and answers of both sides on one stream, many at a time, in any order. A frame is one byte (0 asked, 1 answered), four bytes of
 * number (big-endian, counted by the one who asks), and the message.
 */
export class Calls {
  readonly #stream: FrameStream;
  readonly #clock: Clock;
  readonly #serve: Serve;
  readonly #waiting = new Map<number, Waiting>();
  #last = 0;
  #serving = 0;
  #ended: string | undefined;

  constructor(stream: FrameStream, clock: Clock, serve: Serve) {
    this.#stream = stream;
    this.#clock = clock;
    this.#serve = serve;
    stream.onClose((reason) => this.#end(reason));
    stream.onFrame((frame) => this.#onFrame(frame));
  }

  /** Whether nothing can be asked any more. */
  get isOver(): boolean {
    return this.#ended !== undefined;
  }

  /** Rejects with `unreachable` when it was not asked, with `overloaded` when too much is under way, with `peer_timeout` when no answer came. */
  async ask(question: Uint8Array, timeoutMs: number): Promise<Uint8Array> {
    if (this.#ended !== undefined) throw new OpsbroError('unreachable', `the stream ended: ${this.#ended}`);
    if (this.#waiting.size >= MOST)
      throw new OpsbroError('overloaded', `more than ${MOST} questions wait for this node`);
    this.#last = (this.#last + 1) >>> 0;
    const number = this.#last;
    return await new Promise((resolve, reject) => {
      const late = this.#clock.after(timeoutMs, () => {
        this.#waiting.delete(number);
        reject(new OpsbroError('peer_timeout', `no answer within ${timeoutMs} ms`));
      });
      this.#waiting.set(number, { resolve, reject, late });
      this.#stream.send(framed(ASKED, number, question));
    });
  }

  #onFrame(frame: Buffer): void {
    const type = frame[0];
    const number = frame.length < HEAD ? undefined : frame.readUInt32BE(1);
    const message = frame.subarray(HEAD);
    if (number !== undefined && type === ANSWERED) this.#settle(number, message);
    else if (number !== undefined && type === ASKED && this.#serving < MOST) void this.#answer(number, message);
    else this.#refuse();
  }

  #settle(number: number, answer: Uint8Array): void {
    const waiting = this.#waiting.get(number);
    // Who comes too late is not waited for any more.
    if (waiting === undefined) return;
    this.#waiting.delete(number);
    waiting.late[Symbol.dispose]();
    waiting.resolve(answer);
  }

  async #answer(number: number, question: Uint8Array): Promise<void> {
    this.#serving += 1;
    try {
      const answer = await this.#serve(question);
      if (answer === undefined) this.#refuse();
      else this.#stream.send(framed(ANSWERED, number, answer));
    } catch {
      // Whoever serves has told of it; the other side hears nothing, and gives up in its time.
    } finally {
      this.#serving -= 1;
    }
  }

  #refuse(): void {
    this.#stream.close('refused');
    this.#end('refused');
  }

  #end(reason: string): void {
    if (this.#ended !== undefined) return;
    this.#ended = reason;
    for (const { reject, late } of this.#waiting.values()) {
      late[Symbol.dispose]();
      reject(new OpsbroError('peer_failed', `the stream ended before an answer came: ${reason}`));
    }
    this.#waiting.clear();
  }
}

function framed(type: number, number: number, message: Uint8Array): Uint8Array {
  const frame = Buffer.allocUnsafe(HEAD + message.length);
  frame[0] = type;
  frame.writeUInt32BE(number, 1);
  frame.set(message, HEAD);
  return frame;
}
