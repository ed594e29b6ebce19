import type { Clock } from './clock.ts';

const PAUSE_MS = 60_000;
const MOST_SOURCES = 1_024;

/** What is done at most once a minute for each source, and for no more sources than may be remembered, however many there are. */
export class Seldom {
  readonly #clock: Clock;
  readonly #done = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Whether it is time for this source again; then it is taken as done. */
  isTimeFor(source: string): boolean {
    const now = this.#clock.now();
    if (this.#done.size >= MOST_SOURCES) this.#forget(now);
    if (now - (this.#done.get(source) ?? Number.NEGATIVE_INFINITY) < PAUSE_MS) return false;
    if (this.#done.size >= MOST_SOURCES && !this.#done.has(source)) return false;
    this.#done.set(source, now);
    return true;
  }

  #forget(now: number): void {
    for (const [source, done] of this.#done) if (now - done >= PAUSE_MS) this.#done.delete(source);
  }
}
