import type { Clock } from '../base/clock.ts';
import type { Shelf } from '../base/shelf.ts';

const KEEP_MS = 30 * 86_400_000;
const MAX_CHANGES = 10_000;
/** Changes that the disk may not have yet. */
const MAX_FRESH = 256;

interface Numbered {
  /** Grows with each change, also over restarts. */
  readonly number: number;
  /** Epoch milliseconds. */
  readonly at: number;
}

/**
 * Keeps changes for 30 days, the last 10,000 of them. Nearly all of it is on disk only: it is read when somebody asks.
 */
export class ChangeLog<Change extends Numbered> {
  readonly #shelf: Shelf;
  readonly #clock: Clock;
  readonly #fresh: Change[] = [];
  #number: number;

  private constructor(shelf: Shelf, clock: Clock, number: number) {
    this.#shelf = shelf;
    this.#clock = clock;
    this.#number = number;
  }

  /** Goes on with what the shelf holds, which is for this log alone; what is too old is dropped from it. */
  static async open<Change extends Numbered>(shelf: Shelf, clock: Clock): Promise<ChangeLog<Change>> {
    const oldest = clock.wall() - KEEP_MS;
    let last = 0;
    for (const [key, kept] of await shelf.load()) {
      if (!isNumbered(kept) || kept.at < oldest) shelf.delete(key);
      if (isNumbered(kept)) last = Math.max(last, kept.number);
    }
    return new ChangeLog(shelf, clock, last + 1);
  }

  /** Notes what happens now; `make` gets the number and the time of the change. */
  add(make: (stamp: Numbered) => Change): void {
    const change = make({ number: this.#number, at: this.#clock.wall() });
    this.#number += 1;
    // A new change takes the place of the one that is too many.
    this.#shelf.put(`change:${change.number % MAX_CHANGES}`, change);
    this.#fresh.push(change);
    if (this.#fresh.length > MAX_FRESH) this.#fresh.shift();
  }

  /** Everything that is kept, oldest first. */
  async changes(): Promise<readonly Change[]> {
    const kept = [...(await this.#shelf.load()).values()].filter((each): each is Change => isNumbered(each));
    const oldest = this.#clock.wall() - KEEP_MS;
    const byNumber = new Map([...kept, ...this.#fresh].map((change) => [change.number, change]));
    return [...byNumber.values()]
      .filter(({ number, at }) => at >= oldest && number >= this.#number - MAX_CHANGES)
      .sort((a, b) => a.number - b.number);
  }
}

/** What another version kept may lack what this one needs to put it in order. */
const isNumbered = (kept: unknown): kept is Numbered =>
  typeof kept === 'object' &&
  kept !== null &&
  'number' in kept &&
  Number.isSafeInteger(kept.number) &&
  'at' in kept &&
  typeof kept.at === 'number';
