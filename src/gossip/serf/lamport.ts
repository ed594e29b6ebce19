/** Times above this are nonsense and would stop the clock for ever. */
const MAX_TIME = 2 ** 48;
/**
 * No pool tells so many messages while a member is away. Without this bound one forged message could set all clocks to the end of time,
 * after which nobody could say anything new.
 */
const MAX_LEAP = 2 ** 32;

/** A Lamport clock: later than everything it has witnessed. */
export class LamportClock {
  #time: number;

  constructor(time = 1) {
    this.#time = time;
  }

  get time(): number {
    return this.#time;
  }

  /** The time of a message of our own; the clock goes on. */
  next(): number {
    this.#time += 1;
    return this.#time - 1;
  }

  /** Sets the clock after a time that someone else has told; false when that is out of reason. */
  witness(time: number): boolean {
    if (time > MAX_TIME || time > this.#time + MAX_LEAP) return false;
    this.#time = Math.max(this.#time, time + 1);
    return true;
  }
}

/** The three clocks of the Serf layer. */
export interface Clocks {
  readonly member: LamportClock;
  readonly event: LamportClock;
  readonly query: LamportClock;
}
