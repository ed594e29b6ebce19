import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import { Seldom } from '../base/seldom.ts';

/** Logs what comes from outside and should not, at most once a minute for each source. */
export class Complaints {
  readonly #seldom: Seldom;
  readonly #log: Logger;

  constructor(clock: Clock, log: Logger) {
    this.#seldom = new Seldom(clock);
    this.#log = log;
  }

  /** Says that something of a source was refused, unless that was said of it in the last minute or too many others are complained of. */
  tell(source: string, reason: string): void {
    if (this.#seldom.isTimeFor(source)) this.#log.warn({ source, reason }, 'a peer was refused');
  }
}
