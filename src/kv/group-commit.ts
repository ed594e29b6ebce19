import { turnEnd } from '../base/turn.ts';

interface Limits {
  readonly items: number;
  readonly bytes: number;
}

interface Waiting<Item> {
  readonly item: Item;
  readonly bytes: number;
  readonly weight: number;
}

/** After a batch that counts as more items the next one waits for the end of the turn: where so many come, others of them have just arrived. */
const MANY = 16;

/**
 * Gathers what comes while a commit is under way and commits it together when that one ends: the more there is to do, the larger the
 * batches. Nobody waits for longer than to the end of a turn. There is no timer.
 */
export class GroupCommit<Item> {
  readonly #commit: (items: readonly Item[]) => Promise<void>;
  readonly #limits: Limits;
  #waiting: Waiting<Item>[] = [];
  #running: Promise<void> | undefined;
  /** Items of the last batch. */
  #size = 0;

  /** `commit` deals with every failure itself. It gets at most `limits.items` at once, and no more than `limits.bytes`, unless a single one is more. */
  constructor(commit: (items: readonly Item[]) => Promise<void>, limits: Limits) {
    this.#commit = commit;
    this.#limits = limits;
  }

  /** `weight`: it counts as so many items. */
  add(item: Item, bytes: number, weight = 1): void {
    this.#waiting.push({ item, bytes, weight });
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
      const taken = this.#take();
      this.#size = taken.length;
      await this.#commit(taken.map(({ item }) => item));
      if (taken.reduce((sum, { weight }) => sum + weight, 0) > MANY) await turnEnd();
    }
    this.#running = undefined;
  }

  #take(): readonly Waiting<Item>[] {
    const limits = this.#limits;
    let [count, weight, bytes] = [0, 0, 0];
    for (const waiting of this.#waiting) {
      weight += waiting.weight;
      bytes += waiting.bytes;
      if (count > 0 && (weight > limits.items || bytes > limits.bytes)) break;
      count += 1;
    }
    const taken = this.#waiting.slice(0, count);
    this.#waiting = this.#waiting.slice(count);
    return taken;
  }
}
