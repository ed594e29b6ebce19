import type { Appointment } from './agenda.ts';
import type { Desk } from './desk.ts';

/** So many members that are back within a second are no accident but another half of the pool. */
const MANY = 8;
const TOGETHER_MS = 1_000;
/** By then gossip has brought most of the word; it would need a minute for the last of it in a pool of a thousand. */
const SETTLING_MS = 4_000;
const SPREAD_MS = 4_000;

/**
 * Sees that a pool that was split is whole again: every member has to hear of the return of half of the others, and gossip gets around to
 * some of it late. So each exchanges everything with one other member, once most of it has come.
 */
export class Returns {
  readonly #desk: Desk;
  readonly #exchange: () => void;
  #since = Number.NEGATIVE_INFINITY;
  #count = 0;
  #appointment: Appointment | undefined;

  /** `exchange` exchanges everything with anyone. */
  constructor(desk: Desk, exchange: () => void) {
    this.#desk = desk;
    this.#exchange = exchange;
  }

  /** A member that was held for dead is back. */
  noticed(): void {
    const { now } = this.#desk;
    if (now - this.#since >= TOGETHER_MS) {
      this.#since = now;
      this.#count = 0;
    }
    this.#count += 1;
    if (this.#count < MANY) return;
    this.#appointment ??= this.#desk.later(SETTLING_MS + this.#desk.random() * SPREAD_MS, () => {
      this.#appointment = undefined;
      this.#exchange();
    });
  }
}
