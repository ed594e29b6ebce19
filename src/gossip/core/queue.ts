import type { PacketMessage } from '../wire/messages.ts';
import { encode } from '../wire/packet.ts';

/** What is told on before what, when a datagram cannot hold everything. */
export const CLASSES = ['membership', 'intent', 'query', 'event', 'own'] as const;
export type QueueClass = (typeof CLASSES)[number];

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
interface Taking {
  readonly classes: readonly QueueClass[];
  /** How often each message is told on. */
  readonly limit: number;
  /** Name of the receiver; empty when it is not known. */
  readonly to: string;
}

/** Each part of a datagram of several is announced by its length in 2 bytes. */
const PART_OVERHEAD = 2;

/**
 * News on its way through the pool: each is told on a limited number of times, the least told first. Newer news about the same thing
 * replaces older.
 */
export class BroadcastQueue {
  readonly #classes: Readonly<Record<QueueClass, Map<string, Item>>> = {
    membership: new Map(),
    intent: new Map(),
    query: new Map(),
    event: new Map(),
    own: new Map(),
  };
  #order = 0;
  #filled = 0;

  get isEmpty(): boolean {
    return CLASSES.every((name) => this.#classes[name].size === 0);
  }

  depth(name: QueueClass): number {
    return this.#classes[name].size;
  }

  has(name: QueueClass, key: string): boolean {
    return this.#classes[name].has(key);
  }

  put(name: QueueClass, key: string, message: PacketMessage): void {
    const items = this.#classes[name];
    // A new entry goes to the end of the map, so that the order of the map is the order of coming.
    items.delete(key);
    this.#order += 1;
    items.set(key, { key, message, size: encode(message).length, order: this.#order, told: 0 });
  }

  clear(): void {
    for (const name of CLASSES) this.#classes[name].clear();
  }

  /** Drops the most told messages of each class that holds more than `depth`; answers how many went. */
  trim(depth: number): number {
    let dropped = 0;
    for (const name of CLASSES) {
      const items = this.#classes[name];
      if (items.size <= depth) continue;
      const surplus = sorted(items).slice(depth);
      for (const { key } of surplus) items.delete(key);
      dropped += surplus.length;
    }
    return dropped;
  }

  /**
   * Takes what fits into `room` and counts it as told once more; what was told `limit` times is dropped. Every fourth datagram starts
   * with the other classes, so that in a big pool membership does not starve them.
   */
  take(room: Room, { classes, limit, to }: Taking): PacketMessage[] {
    if (classes.every((name) => this.#classes[name].size === 0)) return [];
    this.#filled += 1;
    const order = this.#filled % 4 === 0 ? [...classes.slice(1), ...classes.slice(0, 1)] : classes;
    return order.flatMap((name) => takeFrom(this.#classes[name], room, { limit, to }));
  }
}

function takeFrom(items: Map<string, Item>, room: Room, { limit, to }: Omit<Taking, 'classes'>): PacketMessage[] {
  const taken: PacketMessage[] = [];
  for (const item of sorted(items)) {
    if (room.parts === 0) break;
    if (isOwnWord(item.message, to)) continue;
    const cost = item.size + PART_OVERHEAD;
    if (cost > room.bytes) continue;
    room.bytes -= cost;
    room.parts -= 1;
    item.told += 1;
    if (item.told >= limit) items.delete(item.key);
    taken.push(item.message);
  }
  return taken;
}

/** Least told first, then the longest (small ones find room later), then the newest. */
const sorted = (items: ReadonlyMap<string, Item>): Item[] =>
  [...items.values()].sort((a, b) => a.told - b.told || b.size - a.size || b.order - a.order);

/** A member need not be told that it lives or joined; what is said against it, it has to hear. */
const isOwnWord = (message: PacketMessage, name: string): boolean =>
  (message.kind === 'alive' || message.kind === 'joinIntent') && message.node === name;
