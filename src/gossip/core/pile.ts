import type { PacketMessage } from '../wire/messages.ts';
import { Bucket } from './bucket.ts';

/** News on its way, and how often it was told already. */
interface Item {
  /** What it is about; newer news about the same replaces it. */
  readonly key: string;
  readonly message: PacketMessage;
  readonly size: number;
  readonly order: number;
  told: number;
}

/** How much a datagram may still hold. */
export interface Room {
  bytes: number;
  parts: number;
}

/** For whom a datagram is filled. */
export interface Receiver {
  /** How often each message is told on. */
  readonly limit: number;
  /** Its name; empty when it is not known. */
  readonly to: string;
}

/** Each part of a datagram of several is announced by its length in 2 bytes. */
const PART_OVERHEAD = 2;

/** The news of one class, by key and in the order of telling. */
export class Pile {
  readonly #items = new Map<string, Item>();
  /** By how often their news was told. */
  readonly #buckets: Bucket<Item>[] = [];
  /** What a datagram with all of it takes. */
  #bytes = 0;

  get size(): number {
    return this.#items.size;
  }

  has(key: string): boolean {
    return this.#items.has(key);
  }

  put(item: Item): void {
    const before = this.#items.get(item.key);
    if (before) {
      this.#bucket(before.told).delete(before);
      this.#bytes -= before.size + PART_OVERHEAD;
    }
    this.#items.set(item.key, item);
    this.#bytes += item.size + PART_OVERHEAD;
    this.#bucket(item.told).add(item);
  }

  clear(): void {
    this.#items.clear();
    this.#bytes = 0;
    for (const bucket of this.#buckets) bucket.clear();
  }

  /** Drops what would be told last until `depth` is left; answers how much went. */
  trim(depth: number): number {
    const surplus = Math.max(0, this.size - depth);
    for (let left = surplus; left > 0; left -= 1) {
      const bucket = this.#buckets.findLast(({ size }) => size > 0);
      const last = bucket?.at(bucket.size - 1);
      if (last) this.#delete(last);
    }
    return surplus;
  }

  /** Takes what fits, the least told first, and counts it as told once more; it is added to `messages`. */
  take(room: Room, { limit, to }: Receiver, messages: PacketMessage[]): void {
    if (this.#fits(room, to)) {
      this.#takeAll(room, limit, messages);
      return;
    }
    const taken: Item[] = [];
    for (const bucket of this.#buckets) if (bucket.size > 0) takeFrom(bucket, { room, to, taken });
    for (const item of taken) this.#bucket(item.told).delete(item);
    // The other way round they arrive in the order in which they are kept.
    for (let place = taken.length - 1; place >= 0; place -= 1) this.#countTold(taken[place], limit);
    for (const { message } of taken) messages.push(message);
  }

  /** Whether one datagram has room for all of it; mostly it has. */
  #fits(room: Room, to: string): boolean {
    if (this.#bytes > room.bytes || this.#items.size > room.parts) return false;
    if (to === '') return true;
    for (const { message } of this.#items.values()) if (isOwnWord(message, to)) return false;
    return true;
  }

  /** Nothing has to be put in order again: what was told equally often still is. */
  #takeAll(room: Room, limit: number, messages: PacketMessage[]): void {
    room.bytes -= this.#bytes;
    room.parts -= this.#items.size;
    const buckets = this.#buckets;
    for (const bucket of buckets) {
      for (let place = 0, { size } = bucket; place < size; place += 1) {
        const item = bucket.at(place);
        if (!item) continue;
        messages.push(item.message);
        item.told += 1;
        if (item.told >= limit) this.#forget(item);
      }
    }
    let spare: Bucket<Item> | undefined;
    while (buckets.length >= limit) spare = buckets.pop();
    spare?.clear();
    buckets.unshift(spare ?? new Bucket());
  }

  #countTold(item: Item | undefined, limit: number): void {
    if (!item) return;
    item.told += 1;
    if (item.told >= limit) this.#forget(item);
    else this.#bucket(item.told).add(item);
  }

  #delete(item: Item): void {
    this.#bucket(item.told).delete(item);
    this.#forget(item);
  }

  #forget({ key, size }: Item): void {
    this.#items.delete(key);
    this.#bytes -= size + PART_OVERHEAD;
  }

  #bucket(told: number): Bucket<Item> {
    for (let missing = this.#buckets.length; missing <= told; missing += 1) this.#buckets.push(new Bucket());
    const bucket = this.#buckets[told];
    if (!bucket) throw new Error('a bucket was just made for it');
    return bucket;
  }
}

interface Filling {
  readonly room: Room;
  readonly to: string;
  readonly taken: Item[];
}

/** Least told goes first, then the longest (small ones find room later), then the newest; what is too long for the room left is skipped. */
function takeFrom(bucket: Bucket<Item>, { room, to, taken }: Filling): void {
  let place = 0;
  while (room.parts > 0) {
    const item = bucket.at(place);
    if (!item) return;
    if (item.size + PART_OVERHEAD > room.bytes) {
      place = bucket.placeOfSize(room.bytes - PART_OVERHEAD);
      continue;
    }
    place += 1;
    if (isOwnWord(item.message, to)) continue;
    room.bytes -= item.size + PART_OVERHEAD;
    room.parts -= 1;
    taken.push(item);
  }
}

/** A member need not be told that it lives or joined; what is said against it, it has to hear. */
const isOwnWord = (message: PacketMessage, name: string): boolean =>
  (message.kind === 'alive' || message.kind === 'joinIntent') && message.node === name;
