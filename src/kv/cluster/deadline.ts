import type { Clock } from '../../base/clock.ts';
import { OpsbroError } from '../../base/errors.ts';
import { TimeLimit } from '../../base/time-limit.ts';
import type { Wish } from './messages.ts';

/** The time that requests have. */
export class Deadline {
  readonly #limit: TimeLimit;
  readonly #ms: number;

  constructor(clock: Clock, ms: number) {
    this.#limit = new TimeLimit(clock, ms);
    this.#ms = ms;
  }

  /**
   * Settles as a request does, or rejects with `quorum` when that takes too long. A write goes on, and may be done later: its client is told
   * that nobody knows.
   */
  within<Done>(wish: Wish, running: Promise<Done>): Promise<Done> {
    return this.#limit.within(running, () => {
      const details = wish.op === 'get' ? {} : { indeterminate: true };
      return new OpsbroError('quorum', `"${wish.key}": no outcome within ${this.#ms} ms; try again`, { details });
    });
  }
}
