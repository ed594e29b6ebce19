import type { Duplex } from 'node:stream';
import { type Clock, every } from '../base/clock.ts';
import { FRAME, type Frame, FrameReader, frameBytes, frameHead, MAX_FRAME } from './frames.ts';

/** Why a stream ended; the place in this list, from 0, is the code on the wire. */
const REASONS = ['done', 'stopping', 'bad_frame', 'too_large', 'slow', 'silent', 'refused', 'lost'] as const;

/**
 * `done`: one side had enough; `stopping`: it stops; `bad_frame`, `too_large`: one side sent what is no frame; `slow`: the other side did
 * not read; `silent`: it gave no sign of life; `refused`: what it said makes no sense to us; `lost`: the connection broke.
 */
export type CloseReason = (typeof REASONS)[number];

/** Bytes that may wait before the sender is asked to hold back. */
const HIGH_WATER = 1024 * 1024;
/** Bytes that may wait before the other side is given up. */
const MOST_UNSENT = 16 * HIGH_WATER;
/** Payloads up to here are copied behind their heads, which costs less than a write of two parts. */
const MOST_COPIED = 16_384;
const BEAT_MS = 5_000;
const MOST_SILENT_BEATS = 3;
const CLOSING_MS = 1_000;

/**
 * A stream of frames between two nodes, the same from both sides. Each side gives a sign of life every 5 s, and gives the other up after
 * three of them without one. Nothing is read before somebody listens.
 */
export class PeerStream {
  readonly #socket: Duplex;
  readonly #clock: Clock;
  readonly #reader = new FrameReader();
  readonly #beat: Disposable;
  #onFrame: ((payload: Buffer) => void) | undefined;
  #onDrain: () => void = () => {};
  #onClose: ((reason: CloseReason) => void) | undefined;
  #ended: CloseReason | undefined;
  #isPaused: boolean = false;
  #isCorked = false;
  #isWaiting = false;
  #hasSent = false;
  #silentBeats = 0;

  /** Speaks frames on a connection that has been upgraded; `head` is what came with the upgrade. */
  constructor(socket: Duplex, head: Buffer, clock: Clock) {
    this.#socket = socket;
    this.#clock = clock;
    if (head.length > 0) socket.unshift(head);
    socket.on('drain', () => this.#drained());
    socket.on('error', () => socket.destroy());
    socket.once('end', () => this.#end('lost'));
    socket.once('close', () => this.#end('lost'));
    this.#beat = every(clock, BEAT_MS, () => this.#onBeat());
  }

  /** Bytes that wait until the other side reads. */
  get unsent(): number {
    return this.#socket.writableLength;
  }

  /**
   * Sends a payload of at most 2 MiB, which must not be changed afterwards. False: it will go, but hold the next ones back until drained.
   * What is sent on a stream that has ended is dropped. Throws `RangeError` when it is too long.
   */
  send(payload: Uint8Array): boolean {
    if (payload.length > MAX_FRAME) throw new RangeError(`a frame has at most ${MAX_FRAME} bytes`);
    if (this.#ended) return false;
    this.#cork();
    this.#hasSent = true;
    if (payload.length <= MOST_COPIED) this.#socket.write(frameBytes(FRAME.data, payload));
    else {
      this.#socket.write(frameHead(FRAME.data, payload.length));
      this.#socket.write(payload);
    }
    if (this.unsent > MOST_UNSENT) this.#drop('slow');
    this.#isWaiting = this.unsent > HIGH_WATER;
    return !this.#isWaiting;
  }

  /** The listener of payloads, in the order in which they were sent. */
  onFrame(listen: (payload: Buffer) => void): void {
    const isFirst = this.#onFrame === undefined;
    this.#onFrame = listen;
    if (isFirst) this.#socket.on('data', (bytes: Buffer) => this.#onData(bytes));
  }

  /** The listener of room: told when `send` answered false and what was sent has gone. */
  onDrain(listen: () => void): void {
    this.#onDrain = listen;
  }

  /** The listener of the end; told once, at once if it is over already. */
  onClose(listen: (reason: CloseReason) => void): void {
    if (this.#ended) listen(this.#ended);
    else this.#onClose = listen;
  }

  /** Stops reading, so that the other side has to wait. Frames that are here already still come. */
  pause(): void {
    this.#isPaused = true;
    this.#socket.pause();
  }

  /** Reads on. */
  resume(): void {
    this.#isPaused = false;
    this.#silentBeats = 0;
    if (this.#onFrame) this.#socket.resume();
  }

  /** Sends what waits, tells the other side why, and ends. */
  close(reason: CloseReason = 'done'): void {
    if (this.#ended) return;
    this.#end(reason);
    this.#socket.end(frameBytes(FRAME.close, Buffer.of(REASONS.indexOf(reason))));
    // What the other side still says is of no use, but unread it would keep the connection open.
    this.#socket.resume();
    const late = this.#clock.after(CLOSING_MS, () => this.#socket.destroy());
    this.#socket.once('close', () => late[Symbol.dispose]());
  }

  /** Frames that are sent together go out together. */
  #cork(): void {
    if (this.#isCorked) return;
    this.#isCorked = true;
    this.#socket.cork();
    process.nextTick(() => {
      this.#isCorked = false;
      this.#socket.uncork();
    });
  }

  #drained(): void {
    if (!this.#isWaiting || this.#ended) return;
    this.#isWaiting = false;
    this.#onDrain();
  }

  #onData(bytes: Buffer): void {
    if (this.#ended) return;
    this.#silentBeats = 0;
    const frames = this.#reader.push(bytes);
    if (frames === 'too_large') this.close('too_large');
    else for (const frame of frames) if (!this.#ended) this.#onWhole(frame);
  }

  #onWhole({ type, payload }: Frame): void {
    switch (type) {
      case FRAME.data:
        this.#onFrame?.(payload);
        return;
      case FRAME.beat:
        return;
      case FRAME.close:
        this.#end(REASONS[payload[0] ?? 0] ?? 'lost');
        this.#socket.end();
        return;
      default:
        this.close('bad_frame');
    }
  }

  #onBeat(): void {
    // Before anybody listens, and while we do not read, the silence is ours.
    if (this.#onFrame && !this.#isPaused) this.#silentBeats += 1;
    if (this.#silentBeats >= MOST_SILENT_BEATS) this.#drop('silent');
    else if (!this.#hasSent) this.#socket.write(frameHead(FRAME.beat, 0));
    this.#hasSent = false;
  }

  #drop(reason: CloseReason): void {
    this.#end(reason);
    this.#socket.destroy();
  }

  #end(reason: CloseReason): void {
    if (this.#ended) return;
    this.#ended = reason;
    this.#beat[Symbol.dispose]();
    if (reason === 'lost') this.#socket.destroy();
    this.#onClose?.(reason);
  }
}
