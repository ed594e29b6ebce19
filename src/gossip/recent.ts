/**
 * Keeps something for each of many strangers without end: at least the last `limit` that were looked up are known, never more than twice as
 * many. Costs nothing but the look-up.
 */
export class Recent<Value> {
  readonly #limit: number;
  #young = new Map<string, Value>();
  #old = new Map<string, Value>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  get(key: string): Value | undefined {
    const known = this.#young.get(key);
    if (known !== undefined) return known;
    const old = this.#old.get(key);
    if (old !== undefined) this.set(key, old);
    return old;
  }

  set(key: string, value: Value): void {
    if (this.#young.size >= this.#limit && !this.#young.has(key)) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(key, value);
  }

  /** Everything that is known, the newest last. */
  *entries(): Iterable<readonly [key: string, value: Value]> {
    for (const [key, value] of this.#old) if (!this.#young.has(key)) yield [key, value];
    yield* this.#young;
  }
}
