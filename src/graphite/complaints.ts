import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';

const MINUTE = 60_000;
const SOURCES = 1_024;
const SHOWN = 100;

/** Tells the log of the first bad line of each source in a minute. */
export class LineComplaints {
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #told = new Map<string, number>();

  constructor(clock: Clock, log: Logger) {
    this.#clock = clock;
    this.#log = log;
  }

  /** Notes that something of a source was bad. */
  note(source: string, fault: string, line: Buffer): void {
    const now = this.#clock.now();
    if (now - (this.#told.get(source) ?? Number.NEGATIVE_INFINITY) < MINUTE) return;
    if (this.#told.size >= SOURCES) this.#told.clear();
    this.#told.set(source, now);
    const shown = line.toString('utf8', 0, SHOWN).replace(/[\p{Cc}\uFFFD]/gu, '?');
    this.#log.warn({ source, fault, line: shown }, 'a line of Graphite gives no point');
  }
}
