import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';

const PAUSE_MS = 60_000;
const MOST_SOURCES = 1_024;

/** Logs what comes from outside and should not, at most once a minute for each source. */
export class Complaints {
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #told = new Map<string, number>();

  constructor(clock: Clock, log: Logger) {
    this.#clock = clock;
    this.#log = log;
  }

  /** Says that something of a source was refused, unless that was said of it in the last minute or too many others are complained of. */
  tell(source: string, reason: string): void {
    const now = this.#clock.now();
    if (this.#told.size >= MOST_SOURCES) this.#forget(now);
    if (this.#told.has(source) && now - (this.#told.get(source) ?? 0) < PAUSE_MS) return;
    if (this.#told.size >= MOST_SOURCES) return;
    this.#told.set(source, now);
    this.#log.warn({ source, reason }, 'a peer was refused');
  }

  #forget(now: number): void {
    for (const [source, told] of this.#told) if (now - told >= PAUSE_MS) this.#told.delete(source);
  }
}
