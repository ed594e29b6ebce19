/** Something to do at a time. Cancelled, it is not done. */
export class Appointment {
  at: number;
  cancelled = false;
  readonly run: () => void;

  constructor(at: number, run: () => void) {
    this.at = at;
    this.run = run;
  }
}

/**
 * What the core has to do later, by monotonic time; the earliest first, of equal ones the first noted.
 *
 * A pool of a thousand holds a handful of entries, so a sorted list is enough.
 */
export class Agenda {
  readonly #entries: Appointment[] = [];

  /** The time of the earliest entry that still stands. */
  get next(): number | undefined {
    while (this.#entries[0]?.cancelled) this.#entries.shift();
    return this.#entries[0]?.at;
  }

  /** Notes what to do at that time. */
  note(at: number, run: () => void): Appointment {
    const entry = new Appointment(at, run);
    let place = this.#entries.length;
    for (let before = this.#entries[place - 1]; before && before.at > at; before = this.#entries[place - 1]) place -= 1;
    this.#entries.splice(place, 0, entry);
    return entry;
  }

  /** Takes out the earliest entry if it is due. */
  takeDue(now: number): Appointment | undefined {
    return this.next !== undefined && this.next <= now ? this.#entries.shift() : undefined;
  }

  /** Puts everything off: after a sleep nothing is made up for and nobody is blamed for our silence. */
  postpone(ms: number): void {
    for (const entry of this.#entries) entry.at += ms;
  }

  /** Forgets everything. */
  clear(): void {
    this.#entries.length = 0;
  }
}
