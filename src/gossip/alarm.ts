import type { Clock } from '../base/clock.ts';

/** Rings once at a time that may be changed; a change to the same time costs nothing. */
export class Alarm implements Disposable {
  readonly #clock: Clock;
  readonly #ring: () => void;
  #at: number | undefined;
  #timer: Disposable | undefined;

  constructor(clock: Clock, ring: () => void) {
    this.#clock = clock;
    this.#ring = ring;
  }

  /** When to ring, by monotonic time; `undefined`: not at all. */
  set(at: number | undefined): void {
    if (at === this.#at) return;
    this.#timer?.[Symbol.dispose]();
    this.#at = at;
    if (at === undefined) return;
    this.#timer = this.#clock.after(Math.max(0, at - this.#clock.now()), () => {
      this.#at = undefined;
      this.#ring();
    });
  }

  /** As `set`, unless it is set already. */
  setOnce(at: number): void {
    if (this.#at === undefined) this.set(at);
  }

  [Symbol.dispose](): void {
    this.set(undefined);
  }
}
