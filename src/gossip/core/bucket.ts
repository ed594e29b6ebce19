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
    else insertAt(items, this.#countBefore(item.size, item.order), item);
  }

  delete(item: Item): void {
    const items = this.#items;
    if (items[items.length - 1] === item) {
      items.pop();
      return;
    }
    const place = this.#countBefore(item.size, item.order);
    if (items[place] === item) removeAt(items, place);
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

/** By hand, as `splice` makes an array each time, which costs more than to move the few that mostly follow. */
function insertAt<Item>(items: Item[], place: number, item: Item): void {
  let moved = item;
  for (let at = place; at < items.length; at += 1) {
    const next = items[at];
    items[at] = moved;
    if (next !== undefined) moved = next;
  }
  items.push(moved);
}

function removeAt<Item>(items: Item[], place: number): void {
  for (let at = place + 1; at < items.length; at += 1) {
    const next = items[at];
    if (next !== undefined) items[at - 1] = next;
  }
  items.pop();
}

const isBefore = (item: Ordered, size: number, order: number): boolean =>
  item.size < size || (item.size === size && item.order < order);
