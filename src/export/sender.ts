import { type Clock, delay } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import type { Random } from '../base/random.ts';
import type { Spool } from './spool.ts';
import type { Unsent } from './unsent.ts';
import type { Dial, Wire } from './wire.ts';

const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 60_000;
const IDLE_MS = 1_000;
/** For how long is still sent when it is to stop; what is left then waits on disk. */
const LAST_MS = 2_000;
/** Bytes of lines sent in one go. */
const PIECE = 65_536;

/** What sends the lines of a spool. */
export interface SenderOptions {
  /** Names it in log lines. */
  readonly target: string;
  readonly spool: Spool;
  readonly unsent: Unsent;
  readonly dial: Dial;
  /** Lines as they go over the wire. */
  readonly encode: (lines: Buffer) => Buffer;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
}

/** How sending goes. */
export interface SenderState {
  /** Lines sent, doubles included. */
  readonly sent: number;
  /** Why nothing can be sent; empty while it can. */
  readonly failure: string;
}

/** Sends the lines of a spool over a connection that is made anew whenever it breaks; until it is stopped. */
export class Sender {
  readonly #options: SenderOptions;
  readonly #stop = new AbortController();
  readonly #running: Promise<void>;
  #sent = 0;
  #failure = '';

  constructor(options: SenderOptions) {
    this.#options = options;
    this.#running = this.#run();
  }

  get state(): SenderState {
    return { sent: this.#sent, failure: this.#failure };
  }

  /** Sends what is on disk while there is a connection, for two seconds at most, and ends it. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    let wait = FIRST_WAIT_MS;
    while (!this.#stop.signal.aborted) {
      try {
        const wire = await this.#options.dial(this.#stop.signal);
        this.#noteWell();
        await this.#serve(wire, () => {
          wait = FIRST_WAIT_MS;
        });
      } catch (error) {
        if (this.#stop.signal.aborted) return;
        this.#noteBroken(messageOf(error));
        await this.#pause(wait * (0.8 + 0.4 * this.#options.random()));
        wait = Math.min(LONGEST_WAIT_MS, 2 * wait);
      }
    }
  }

  /** Sends until the connection breaks, which throws, or it is to stop. */
  async #serve(wire: Wire, worked: () => void): Promise<void> {
    const { clock, unsent, spool } = this.#options;
    try {
      while (!this.#stop.signal.aborted) {
        unsent.note(clock.now());
        if (await this.#sendPiece(wire)) worked();
        else await this.#pause(IDLE_MS);
      }
      const end = clock.now() + LAST_MS;
      while (clock.now() < end && (await this.#sendPiece(wire))) {}
      await wire.finish();
    } catch (error) {
      unsent.broken(spool.end);
      throw error;
    } finally {
      wire.close();
    }
  }

  /** Sends some lines; false when none are waiting. */
  async #sendPiece(wire: Wire): Promise<boolean> {
    const { unsent, spool, encode } = this.#options;
    for (const _turn of [1, 2]) {
      const range = unsent.next();
      const lines = await spool.read(range.from, range.to, PIECE);
      if (lines) {
        await wire.send(encode(lines.bytes));
        unsent.sent(range, lines.next);
        this.#sent += countLines(lines.bytes);
        return true;
      }
      // A range with an end that has no lines any more is done.
      if (range.to !== Number.POSITIVE_INFINITY) unsent.sent(range, range.to);
    }
    // A broken connection is noticed while nothing is sent, too.
    await wire.send(Buffer.alloc(0));
    return false;
  }

  #pause(ms: number): Promise<void> {
    return delay(this.#options.clock, ms, this.#stop.signal).catch(() => {});
  }

  #noteWell(): void {
    if (this.#failure !== '') this.#options.log.info({ target: this.#options.target }, 'points are forwarded again');
    this.#failure = '';
  }

  #noteBroken(reason: string): void {
    const { target, log } = this.#options;
    if (this.#failure === '') log.warn({ target, reason }, 'points cannot be forwarded; they wait on disk');
    this.#failure = reason;
  }
}

function countLines(bytes: Buffer): number {
  let lines = 0;
  for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) lines += 1;
  return lines;
}
