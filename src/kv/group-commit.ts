import { turnEnd } from '../base/turn.ts';

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
  /** Items of the last batch. */
  #size = 0;

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
    // Those who come in the same turn ride in the first batch. Who comes alone, as the one before did, does not wait for its end.
    await (this.#size > 1 ? turnEnd() : undefined);
    while (this.#waiting.length > 0) {
      const items = this.#take();
      this.#size = items.length;
      await this.#commit(items);
    }
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
