/** Messages that may be sent at once after a calm time. */
const BURST = 10;

/** Lets so many messages through: a bucket that fills again as time goes by. */
export class Rate {
  readonly #count: number;
  readonly #perMs: number;
  readonly #most: number;
  #left: number;
  #filled: number;

  /** `now` is monotonic milliseconds, here and in `take`. */
  constructor({ count, perMs }: { readonly count: number; readonly perMs: number }, now: number) {
    this.#count = count;
    this.#perMs = perMs;
    this.#most = Math.min(BURST, count);
    this.#left = this.#most;
    this.#filled = now;
  }

  /** Whether one more may be sent now; then it counts as sent. */
  take(now: number): boolean {
    this.#left = Math.min(this.#most, this.#left + ((now - this.#filled) / this.#perMs) * this.#count);
    this.#filled = now;
    if (this.#left < 1) return false;
    this.#left -= 1;
    return true;
  }

  /** Milliseconds until one more may be sent. */
  waitMs(): number {
    return Math.max(0, ((1 - this.#left) / this.#count) * this.#perMs);
  }
}
