/** What orders news of which the same number of tellings is left. */
interface Ordered {
  /** Bytes. */
  readonly size: number;
  /** Later news has the higher number; no two have the same. */
  readonly order: number;
}

/**
 * News that was told equally often, kept in order: the longest last, of equal length the newest last. That is the end from which it is
 * taken and at which most of it arrives, so that neither moves the rest.
 */
export class Bucket<Item extends Ordered> {
  readonly #items: Item[] = [];

  get size(): number {
    return this.#items.length;
  }

  /** The item at a place, counted from what goes first: the longest, of equal ones the newest. */
  at(place: number): Item | undefined {
    return this.#items[this.#items.length - 1 - place];
  }

  add(item: Item): void {
    const items = this.#items;
    const last = items[items.length - 1];
    if (!last || isBefore(last, item.size, item.order)) items.push(item);
    else items.splice(this.#countBefore(item.size, item.order), 0, item);
  }

  delete(item: Item): void {
    const items = this.#items;
    if (items[items.length - 1] === item) {
      items.pop();
      return;
    }
    const place = this.#countBefore(item.size, item.order);
    if (items[place] === item) items.splice(place, 1);
  }

  /** The place, as `at` counts, of the first item of at most so many bytes. */
  placeOfSize(bytes: number): number {
    return this.#items.length - this.#countBefore(bytes, Number.POSITIVE_INFINITY);
  }

  clear(): void {
    this.#items.length = 0;
  }

  /** How many items are shorter, or as long and older. */
  #countBefore(size: number, order: number): number {
    let low = 0;
    let high = this.#items.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const item = this.#items[middle];
      if (item && isBefore(item, size, order)) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

const isBefore = (item: Ordered, size: number, order: number): boolean =>
  item.size < size || (item.size === size && item.order < order);
