const MOST_ADDRESSES = 10_000;

/** Gives out the numbers of our requests: for each address they only grow, and without large gaps however much is asked of others. */
export class Counters {
  readonly #last = new Map<string, number>();
  #floor = 0;

  /** The next number for an address. */
  next(address: string): number {
    if (this.#last.size >= MOST_ADDRESSES && !this.#last.has(address)) this.#forget();
    const counter = (this.#last.get(address) ?? this.#floor) + 1;
    this.#last.set(address, counter);
    return counter;
  }

  /** Whoever comes back goes on above everything that was ever given. */
  #forget(): void {
    for (const last of this.#last.values()) this.#floor = Math.max(this.#floor, last);
    this.#last.clear();
  }
}
