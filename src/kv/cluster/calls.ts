import type { Clock } from '../../base/clock.ts';
import { OpsbroError } from '../../base/errors.ts';
import { atTurnEnd } from '../../base/turn.ts';
import { UnderWay } from '../../base/under-way.ts';
import { bundled, unbundled } from './bundles.ts';
import { Pieces, piecesOf } from './pieces.ts';

const ASKED = 0;
const ANSWERED = 1;
/** Questions under way at a time, of each side. */
const MOST = 1_024;
/** Bytes that wait until the other side reads on. */
const MOST_WAITING = 67_108_864;

/** A stream of frames to another node, such as those of the peer API. */
export interface FrameStream {
  /** False: it will go, but hold the next ones back until drained. */
  send(payload: Uint8Array): boolean;
  onDrain(listen: () => void): void;
  onFrame(listen: (payload: Buffer) => void): void;
  onClose(listen: (reason: string) => void): void;
  close(reason?: 'done' | 'refused'): void;
}

interface Waiting {
  resolve(answer: Uint8Array): void;
  reject(reason: unknown): void;
  readonly late: Disposable;
}

/** Answers a question of the other side; `undefined` when it makes no sense, which ends the stream. */
export type Serve = (question: Uint8Array) => Promise<Uint8Array | undefined>;

/**
 * Questions and answers of both sides on one stream, many at a time, in any order, in pieces when they are long. The type is 0 for what is
 * asked and 1 for what is answered; the number is counted by the one who asks. What is said in one turn of the loop goes out together.
 */
export class Calls {
  readonly #stream: FrameStream;
  readonly #clock: Clock;
  readonly #serve: Serve;
  readonly #onEnd: () => void;
  readonly #waiting = new UnderWay<Waiting>();
  readonly #pieces = new Pieces();
  /** Pieces that were said in this turn of the loop. */
  #said: Uint8Array[] = [];
  /** Frames that the stream has yet to take. */
  #outbox: Uint8Array[] = [];
  /** Bytes of both. */
  #waitingBytes = 0;
  #isHeldBack = false;
  /** The last question when `closeIfIdle` looked before. */
  #seen = -1;
  #serving = 0;
  #ended: string | undefined;

  /** `onEnd` is told when nothing can be asked any more. */
  constructor(stream: FrameStream, clock: Clock, serve: Serve, onEnd: () => void = () => {}) {
    this.#stream = stream;
    this.#onEnd = onEnd;
    this.#clock = clock;
    this.#serve = serve;
    stream.onClose((reason) => this.#end(reason));
    stream.onDrain(() => {
      this.#isHeldBack = false;
      this.#flush();
    });
    stream.onFrame((frame) => this.#onFrame(frame));
  }

  /** Whether nothing can be asked any more. */
  get isOver(): boolean {
    return this.#ended !== undefined;
  }

  /** Rejects with `unreachable` when it was not asked, with `overloaded` when too much is under way, with `peer_timeout` when no answer came. */
  async ask(question: Uint8Array, timeoutMs: number): Promise<Uint8Array> {
    if (this.#ended !== undefined) throw new OpsbroError('unreachable', `the stream ended: ${this.#ended}`);
    if (this.#waiting.size >= MOST || this.#waitingBytes + question.length > MOST_WAITING)
      throw new OpsbroError('overloaded', `more than ${MOST} questions wait for this node`);
    return await new Promise((resolve, reject) => {
      const late = this.#clock.after(timeoutMs, () => {
        this.#waiting.take(number);
        reject(new OpsbroError('peer_timeout', `no answer within ${timeoutMs} ms`));
      });
      const number = this.#waiting.add({ resolve, reject, late });
      this.#send(ASKED, number, question);
    });
  }

  /** Ends the stream when nothing was asked since this was called before, and no answer is waited for. */
  closeIfIdle(): void {
    const isIdle = this.#waiting.last === this.#seen && this.#waiting.size === 0;
    this.#seen = this.#waiting.last;
    if (!isIdle || this.#ended !== undefined) return;
    this.#stream.close('done');
    this.#end('done');
  }

  #onFrame(frame: Buffer): void {
    const pieces = unbundled(frame);
    if (pieces === undefined) this.#refuse();
    else for (const piece of pieces) if (this.#ended === undefined) this.#onPiece(piece);
  }

  #onPiece(piece: Buffer): void {
    const message = this.#pieces.push(piece);
    if (message === undefined) return;
    if (message === 'senseless') this.#refuse();
    else if (message.type === ANSWERED) this.#settle(message.number, message.bytes);
    else if (message.type === ASKED && this.#serving < MOST) void this.#answer(message.number, message.bytes);
    else this.#refuse();
  }

  #settle(number: number, answer: Uint8Array): void {
    const waiting = this.#waiting.take(number);
    // Who comes too late is not waited for any more.
    if (waiting === undefined) return;
    waiting.late[Symbol.dispose]();
    waiting.resolve(answer);
  }

  async #answer(number: number, question: Uint8Array): Promise<void> {
    this.#serving += 1;
    try {
      const answer = await this.#serve(question);
      if (answer === undefined) this.#refuse();
      else this.#send(ANSWERED, number, answer);
    } catch {
      // Whoever serves has told of it; the other side hears nothing, and gives up in its time.
    } finally {
      this.#serving -= 1;
    }
  }

  #send(type: number, number: number, bytes: Uint8Array): void {
    if (this.#said.length === 0) atTurnEnd(() => this.#bundle());
    for (const piece of piecesOf({ type, number, bytes })) {
      this.#said.push(piece);
      this.#waitingBytes += piece.length;
    }
  }

  #bundle(): void {
    if (this.#ended !== undefined) return;
    const pieces = this.#said;
    this.#said = [];
    for (const piece of pieces) this.#waitingBytes -= piece.length;
    for (const frame of bundled(pieces)) {
      this.#outbox.push(frame);
      this.#waitingBytes += frame.length;
    }
    this.#flush();
  }

  /** What the stream cannot take at the moment waits here, so that it does not take us for one who never stops. */
  #flush(): void {
    let sent = 0;
    for (const frame of this.#outbox) {
      if (this.#isHeldBack) break;
      this.#isHeldBack = !this.#stream.send(frame);
      this.#waitingBytes -= frame.length;
      sent += 1;
    }
    this.#outbox = this.#outbox.slice(sent);
  }

  #refuse(): void {
    this.#stream.close('refused');
    this.#end('refused');
  }

  #end(reason: string): void {
    if (this.#ended !== undefined) return;
    this.#ended = reason;
    this.#said = [];
    this.#outbox = [];
    for (const [number, { reject, late }] of [...this.#waiting.entries()]) {
      this.#waiting.take(number);
      late[Symbol.dispose]();
      reject(new OpsbroError('peer_failed', `the stream ended before an answer came: ${reason}`));
    }
    this.#onEnd();
  }
}
