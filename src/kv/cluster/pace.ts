import { type Clock, delay } from '../../base/clock.ts';

/** What was moved may be ahead of its time by so much. */
const AHEAD_MS = 250;

/** Keeps what is moved between nodes to so many bytes a second, so that requests of clients go first. */
export class Pace {
  readonly #clock: Clock;
  readonly #bytesPerSecond: number;
  /** When everything that was moved would have been, at that speed; monotonic. */
  #due = 0;

  /** 0 is no limit. */
  constructor(clock: Clock, bytesPerSecond: number) {
    this.#clock = clock;
    this.#bytesPerSecond = bytesPerSecond;
  }

  /** Resolves when more may be moved after so many bytes. */
  async moved(bytes: number): Promise<void> {
    if (this.#bytesPerSecond === 0) return;
    const now = this.#clock.now();
    this.#due = Math.max(this.#due, now) + (bytes * 1_000) / this.#bytesPerSecond;
    const ahead = this.#due - now;
    if (ahead > AHEAD_MS) await delay(this.#clock, ahead - AHEAD_MS);
  }
}
