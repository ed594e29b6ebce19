/** How much is remembered at most. */
interface Bounds<Key, Value> {
  readonly entries: number;
  readonly weight?: number;
  /** What an entry weighs; the same each time it is asked. */
  weigh?(key: Key, value: Value): number;
}

/**
 * What was set or asked for last. Entries lie in two halves: what is used moves to or stays in the young one; when that is full it becomes the
 * old one, and what was not used all that time is gone.
 *
 * The order of one map would do as well, if a used entry were taken out and put in again. But a map of V8 that sees many deletes is made anew
 * every so often, with a link from the table of before to the new one: a table that has grown old keeps alive what was in all those after it,
 * until all memory is looked through.
 */
export class Recent<Key, Value extends object> {
  readonly #entries: number;
  readonly #most: number;
  readonly #weigh: (key: Key, value: Value) => number;
  #young = new Map<Key, Value>();
  #old = new Map<Key, Value>();
  #weight = 0;

  constructor({ entries, weight = Number.POSITIVE_INFINITY, weigh = () => 0 }: Bounds<Key, Value>) {
    this.#entries = entries / 2;
    this.#most = weight / 2;
    this.#weigh = weigh;
  }

  get(key: Key): Value | undefined {
    const young = this.#young.get(key);
    if (young !== undefined) return young;
    const old = this.#old.get(key);
    if (old !== undefined) this.set(key, old);
    return old;
  }

  set(key: Key, value: Value): void {
    this.#weight += this.#weigh(key, value) - this.#youngWeight(key);
    this.#young.set(key, value);
    if (this.#young.size < this.#entries && this.#weight < this.#most) return;
    this.#old = this.#young;
    this.#young = new Map();
    this.#weight = 0;
  }

  delete(key: Key): void {
    this.#weight -= this.#youngWeight(key);
    this.#young.delete(key);
    this.#old.delete(key);
  }

  clear(): void {
    this.#young = new Map();
    this.#old = new Map();
    this.#weight = 0;
  }

  #youngWeight(key: Key): number {
    const young = this.#young.get(key);
    return young === undefined ? 0 : this.#weigh(key, young);
  }
}
