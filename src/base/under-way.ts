const FIRST_CAPACITY = 16;

/**
 * Things that are under way for a moment, each by a number of its own; the numbers rise, up to 32 bits, and begin anew then.
 *
 * A map would do as well. But where thousands come and go a second, V8 makes the table of a map anew all the time, with a link from the table
 * of before to the new one: a table that has grown old keeps alive what was in all those after it, until all memory is looked through.
 */
export class UnderWay<Item extends object> {
  #items: (Item | undefined)[] = emptyPlaces(FIRST_CAPACITY);
  /** Whose number the last one at each place has. */
  #numbers = new Uint32Array(FIRST_CAPACITY);
  #size = 0;
  #last = 0;

  get size(): number {
    return this.#size;
  }

  /** The number given last; 0: none yet. */
  get last(): number {
    return this.#last;
  }

  /** Answers its number. */
  add(item: Item): number {
    if (this.#size * 2 >= this.#items.length) this.#grow();
    do this.#last = (this.#last + 1) >>> 0;
    while (this.#items[this.#placeOf(this.#last)] !== undefined);
    this.#put(this.#last, item);
    this.#size += 1;
    return this.#last;
  }

  /** Takes out what has a number; `undefined` when that is not under way. */
  take(number: number): Item | undefined {
    const place = this.#placeOf(number);
    const item = this.#numbers[place] === number ? this.#items[place] : undefined;
    if (item === undefined) return undefined;
    this.#items[place] = undefined;
    this.#size -= 1;
    return item;
  }

  /** All with their numbers, in no order. */
  *entries(): Generator<readonly [number, Item]> {
    for (const [place, item] of this.#items.entries()) {
      if (item !== undefined) yield [this.#numbers[place] ?? 0, item];
    }
  }

  #put(number: number, item: Item): void {
    const place = this.#placeOf(number);
    this.#items[place] = item;
    this.#numbers[place] = number;
  }

  /** Numbers that differ in their last bits do so with one bit more. */
  #grow(): void {
    const entries = [...this.entries()];
    this.#items = emptyPlaces(this.#items.length * 2);
    this.#numbers = new Uint32Array(this.#items.length);
    for (const [number, item] of entries) this.#put(number, item);
  }

  #placeOf(number: number): number {
    return number & (this.#items.length - 1);
  }
}

const emptyPlaces = (count: number): undefined[] => new Array<undefined>(count).fill(undefined);
