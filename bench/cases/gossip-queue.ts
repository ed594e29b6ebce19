import { BroadcastQueue } from '../../src/gossip/core/queue.ts';
import type { PacketMessage } from '../../src/gossip/wire/messages.ts';
import { encodedSize } from '../../src/gossip/wire/size.ts';
import { type BenchCase, median, type Row } from '../case.ts';

const DATAGRAMS = 2_000;
const ROOM = 1_393;
const LIMIT = 16;
/** As much news comes as is told for the last time, about: so many fit into a datagram. */
const COMING = 2;

interface Item {
  readonly key: string;
  readonly message: PacketMessage;
  readonly size: number;
  readonly order: number;
  told: number;
}

/** The former way: everything that waits is sorted for each datagram. */
class SortedQueue {
  readonly #items = new Map<string, Item>();
  #order = 0;

  put(key: string, message: PacketMessage): void {
    this.#items.delete(key);
    this.#order += 1;
    this.#items.set(key, { key, message, size: encodedSize(message), order: this.#order, told: 0 });
  }

  take(): PacketMessage[] {
    let room = ROOM;
    const taken: PacketMessage[] = [];
    const order = [...this.#items.values()].sort((a, b) => a.told - b.told || b.size - a.size || b.order - a.order);
    for (const item of order) {
      if (item.size + 2 > room) continue;
      room -= item.size + 2;
      item.told += 1;
      if (item.told >= LIMIT) this.#items.delete(item.key);
      taken.push(item.message);
    }
    return taken;
  }
}

const newsOf = (count: number): PacketMessage[] =>
  Array.from({ length: count }, (_, place) => ({
    kind: 'suspect',
    node: `node-${place}.example`,
    incarnation: place,
    from: `node-${(place * 7) % count}.example`,
  }));

interface Queue {
  put(key: string, message: PacketMessage): void;
  take(): unknown;
}

const former = (): Queue => new SortedQueue();

function present(): Queue {
  const queue = new BroadcastQueue();
  return {
    put: (key, message) => queue.put('membership', key, message),
    take: () => queue.take({ bytes: ROOM, parts: 127 }, { classes: ['membership'], limit: LIMIT, to: '' }),
  };
}

/** Microseconds that a datagram takes while `waiting` pieces of news wait all the time. */
function timed(make: () => Queue, waiting: number): number {
  const news = newsOf(waiting);
  const runs = Array.from({ length: 7 }, () => {
    const queue = make();
    for (const [place, message] of news.entries()) queue.put(`${place}`, message);
    const start = performance.now();
    for (let datagram = 0; datagram < DATAGRAMS; datagram += 1) {
      queue.take();
      for (let coming = 0; coming < COMING; coming += 1) {
        const place = (datagram * COMING + coming) % waiting;
        const message = news[place];
        if (message) queue.put(`${place}`, message);
      }
    }
    return ((performance.now() - start) * 1_000) / DATAGRAMS;
  });
  return median(runs);
}

const bench: BenchCase = {
  name: 'gossip-queue: filling a datagram with news',
  async run() {
    const rows: Row[] = [];
    for (const waiting of [10, 100, 1_000, 5_000]) {
      const before = timed(former, waiting);
      const now = timed(present, waiting);
      rows.push({ case: `${waiting} waiting, sorted each time`, value: before, unit: 'us' });
      rows.push({ case: `${waiting} waiting`, value: now, unit: 'us', ratio: now / before, peer: 'sorted each time' });
    }
    return rows;
  },
};

export default bench;
