interface Limits {
  readonly items: number;
  readonly bytes: number;
}

interface Waiting<Item> {
  readonly item: Item;
  readonly bytes: number;
}

/**
 * Gathers what comes while a commit is under way and commits it together when that one ends: the more there is to do, the larger the
 * batches, and without load nothing ever waits. There is no timer.
 */
export class GroupCommit<Item> {
  readonly #commit: (items: readonly Item[]) => Promise<void>;
  readonly #limits: Limits;
  #waiting: Waiting<Item>[] = [];
  #running: Promise<void> | undefined;

  /** `commit` deals with every failure itself. It gets at most `limits.items` at once, and no more than `limits.bytes` unless a single one is larger. */
  constructor(commit: (items: readonly Item[]) => Promise<void>, limits: Limits) {
    this.#commit = commit;
    this.#limits = limits;
  }

  add(item: Item, bytes: number): void {
    this.#waiting.push({ item, bytes });
    this.#running ??= this.#run();
  }

  /** Resolves when everything that was added is committed. */
  async idle(): Promise<void> {
    await this.#running;
  }

  async #run(): Promise<void> {
    await undefined; // lets those who came in the same turn ride in the first batch
    while (this.#waiting.length > 0) await this.#commit(this.#take());
    this.#running = undefined;
  }

  #take(): readonly Item[] {
    let count = 0;
    let bytes = 0;
    for (const waiting of this.#waiting) {
      bytes += waiting.bytes;
      if (count === this.#limits.items || (count > 0 && bytes > this.#limits.bytes)) break;
      count += 1;
    }
    const taken = this.#waiting.slice(0, count);
    this.#waiting = this.#waiting.slice(count);
    return taken.map(({ item }) => item);
  }
}
