import type { PacketMessage } from '../wire/messages.ts';
import { encodedSize } from '../wire/size.ts';
import { Pile, type Receiver, type Room } from './pile.ts';

/** What is told on before what, when a datagram cannot hold everything. */
export const CLASSES = ['membership', 'intent', 'query', 'event', 'own'] as const;
export type QueueClass = (typeof CLASSES)[number];

/** For whom a datagram is filled. */
interface Taking extends Receiver {
  readonly classes: readonly QueueClass[];
}

/**
 * News on its way through the pool: each is told on a limited number of times, the least told first. Newer news about the same thing
 * replaces older.
 */
export class BroadcastQueue {
  readonly #classes: Readonly<Record<QueueClass, Pile>> = {
    membership: new Pile(),
    intent: new Pile(),
    query: new Pile(),
    event: new Pile(),
    own: new Pile(),
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
    this.#order += 1;
    this.#classes[name].put({ key, message, size: encodedSize(message), order: this.#order, told: 0 });
  }

  clear(): void {
    for (const name of CLASSES) this.#classes[name].clear();
  }

  /** Drops the most told messages of each class that holds more than `depth`; answers how many went. */
  trim(depth: number): number {
    return CLASSES.reduce((dropped, name) => dropped + this.#classes[name].trim(depth), 0);
  }

  /**
   * Takes what fits into `room` and counts it as told once more; what was told `limit` times is dropped. Every fourth datagram starts
   * with the other classes, so that in a big pool membership does not starve them.
   */
  take(room: Room, { classes, limit, to }: Taking): PacketMessage[] {
    if (this.#isEmptyOf(classes)) return [];
    this.#filled += 1;
    const order = this.#filled % 4 === 0 ? [...classes.slice(1), ...classes.slice(0, 1)] : classes;
    const receiver: Receiver = { limit, to };
    const taken: PacketMessage[] = [];
    for (const name of order) {
      const pile = this.#classes[name];
      if (pile.size > 0) pile.take(room, receiver, taken);
    }
    return taken;
  }

  #isEmptyOf(classes: readonly QueueClass[]): boolean {
    for (const name of classes) if (this.#classes[name].size > 0) return false;
    return true;
  }
}
