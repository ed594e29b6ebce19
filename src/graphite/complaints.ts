import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import { Seldom } from '../base/seldom.ts';

const SHOWN = 100;

/** Tells the log of the first bad line of each source in a minute. */
export class LineComplaints {
  readonly #seldom: Seldom;
  readonly #log: Logger;

  constructor(clock: Clock, log: Logger) {
    this.#seldom = new Seldom(clock);
    this.#log = log;
  }

  /** Notes that something of a source was bad. */
  note(source: string, fault: string, line: Buffer): void {
    if (!this.#seldom.isTimeFor(source)) return;
    const shown = line.toString('utf8', 0, SHOWN).replace(/[\p{Cc}\uFFFD]/gu, '?');
    this.#log.warn({ source, fault, line: shown }, 'a line of Graphite gives no point');
  }
}
