import { type Clock, delay } from '../base/clock.ts';

/** Keeps starts apart: nobody gets a turn sooner than a gap after the one before. Turns are given in the order in which they are asked for. */
export class Turns {
  readonly #clock: Clock;
  readonly #gapMs: () => number;
  #last: Promise<void> = Promise.resolve();
  #freeAt = Number.NEGATIVE_INFINITY;

  /** `gapMs` is asked at every turn for the gap behind it. */
  constructor(clock: Clock, gapMs: () => number) {
    this.#clock = clock;
    this.#gapMs = gapMs;
  }

  /** Resolves when it is one's turn. Rejects with the signal's reason when that aborts before; the turn is the next one's then. */
  take(signal: AbortSignal): Promise<void> {
    const turn = this.#last.then(() => this.#wait(signal));
    this.#last = turn.catch(() => {});
    return turn;
  }

  /** A timer that comes late moves all who wait: the gap is kept between real starts. */
  async #wait(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const wait = this.#freeAt - this.#clock.now();
    if (wait > 0) await delay(this.#clock, wait, signal);
    this.#freeAt = this.#clock.now() + this.#gapMs();
  }
}
