import type { Clock } from '../base/clock.ts';
import type { Shelf } from '../base/shelf.ts';

const MAX_CHANGES = 10_000;
/** What a change takes on disk, with a long text. */
const CHANGE_BYTES = 1_024;
/** Changes that the disk may not have yet. */
const MAX_FRESH = 256;

/** How much of what happened is kept. */
export interface HistoryLimits {
  readonly keepMs: number;
  /** On disk. */
  readonly maxBytes: number;
}

/** What is kept of a history when nobody says otherwise: 30 days. */
export const USUAL_LIMITS: HistoryLimits = { keepMs: 30 * 86_400_000, maxBytes: 100_000_000 };

/** A history whose limits may change; it listens until disposed of. */
export interface Kept extends Disposable {
  /** From now on so much is kept; what is too much goes at once. */
  limit(limits: HistoryLimits): Promise<void>;
}

interface Numbered {
  /** Grows with each change, also over restarts. */
  readonly number: number;
  /** Epoch milliseconds. */
  readonly at: number;
}

/**
 * Keeps changes for so long as its limits say, the last 10,000 of them at most. Nearly all of it is on disk only: it is read when somebody
 * asks.
 */
export class ChangeLog<Change extends Numbered> {
  readonly #shelf: Shelf;
  readonly #clock: Clock;
  readonly #fresh: Change[] = [];
  #number = 1;
  #limits: HistoryLimits;

  private constructor(shelf: Shelf, clock: Clock, limits: HistoryLimits) {
    this.#shelf = shelf;
    this.#clock = clock;
    this.#limits = limits;
  }

  /** Goes on with what the shelf holds, which is for this log alone; what is too old or too much is dropped from it. */
  static async open<Change extends Numbered>(
    shelf: Shelf,
    clock: Clock,
    limits: HistoryLimits = USUAL_LIMITS,
  ): Promise<ChangeLog<Change>> {
    const log = new ChangeLog<Change>(shelf, clock, limits);
    await log.limit(limits);
    return log;
  }

  /** From now on so much is kept; what is too much goes at once. */
  async limit(limits: HistoryLimits): Promise<void> {
    this.#limits = limits;
    const kept = [...(await this.#shelf.load())];
    for (const [, each] of kept) if (isNumbered(each)) this.#number = Math.max(this.#number, each.number + 1);
    for (const [key, each] of kept) if (!isNumbered(each) || !this.#isKept(each)) this.#shelf.delete(key);
  }

  /** Notes what happens now; `make` gets the number and the time of the change. */
  add(make: (stamp: Numbered) => Change): void {
    const change = make({ number: this.#number, at: this.#clock.wall() });
    this.#number += 1;
    // A new change takes the place of the one that is too many.
    this.#shelf.put(slotOf(change.number), change);
    if (this.#most < MAX_CHANGES) this.#shelf.delete(slotOf(change.number + MAX_CHANGES - this.#most));
    this.#fresh.push(change);
    if (this.#fresh.length > MAX_FRESH) this.#fresh.shift();
  }

  /** Everything that is kept, oldest first. */
  async changes(): Promise<readonly Change[]> {
    const kept = [...(await this.#shelf.load()).values()].filter((each): each is Change => isNumbered(each));
    const byNumber = new Map([...kept, ...this.#fresh].map((change) => [change.number, change]));
    return [...byNumber.values()].filter((change) => this.#isKept(change)).sort((a, b) => a.number - b.number);
  }

  get #most(): number {
    return Math.min(MAX_CHANGES, Math.max(1, Math.floor(this.#limits.maxBytes / CHANGE_BYTES)));
  }

  #isKept({ number, at }: Numbered): boolean {
    return at >= this.#clock.wall() - this.#limits.keepMs && number >= this.#number - this.#most;
  }
}

const slotOf = (number: number): string => `change:${number % MAX_CHANGES}`;

/** What another version kept may lack what this one needs to put it in order. */
const isNumbered = (kept: unknown): kept is Numbered =>
  typeof kept === 'object' &&
  kept !== null &&
  'number' in kept &&
  Number.isSafeInteger(kept.number) &&
  'at' in kept &&
  typeof kept.at === 'number';
