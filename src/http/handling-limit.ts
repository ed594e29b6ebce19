import type { Clock } from '../base/clock.ts';
import { OpsbroError } from '../base/errors.ts';
import { TimeLimit } from '../base/time-limit.ts';

const LIMIT_MS = 60_000;

/** Gives up on answers that take too long. */
export class HandlingLimit {
  readonly #limit: TimeLimit;

  constructor(clock: Clock) {
    this.#limit = new TimeLimit(clock, LIMIT_MS);
  }

  /** What the work comes to. Throws `overloaded` when it has not after 60 s; the work itself goes on. */
  within<Answered>(work: Promise<Answered>): Promise<Answered> {
    return this.#limit.within(work, late);
  }
}

const late = () =>
  new OpsbroError(
    'overloaded',
    `there was no answer within ${LIMIT_MS / 1_000} s; what was asked for may still be done`,
  );
