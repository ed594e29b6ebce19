import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BroadcastQueue, type QueueClass } from '../../src/gossip/core/queue.ts';
import type { PacketMessage } from '../../src/gossip/wire/messages.ts';
import { encodedSize } from '../../src/gossip/wire/size.ts';

const ALL: readonly QueueClass[] = ['membership', 'intent', 'own'];
const news = (node: string, incarnation = 1): PacketMessage => ({ kind: 'suspect', node, incarnation, from: 'eve' });
const names = (messages: readonly PacketMessage[]) =>
  messages.map((message) => ('node' in message ? message.node : ''));
const take = (queue: BroadcastQueue, room = { bytes: 10_000, parts: 127 }, limit = 4) =>
  names(queue.take(room, { limit, classes: ALL, to: '' }));

test('what was told least goes first, then the longest, then the newest', () => {
  const queue = new BroadcastQueue();
  queue.put('membership', 'a', news('old'));
  take(queue);
  queue.put('membership', 'b', news('one'));
  queue.put('membership', 'c', news('two'));
  queue.put('membership', 'd', news('longest'));
  expect(take(queue)).toEqual(['longest', 'two', 'one', 'old']);
});

test('newer news about the same replaces older', () => {
  const queue = new BroadcastQueue();
  queue.put('membership', 'a', news('a', 1));
  queue.put('membership', 'a', news('a', 2));
  expect(queue.take({ bytes: 1_000, parts: 9 }, { limit: 4, classes: ALL, to: '' })).toEqual([news('a', 2)]);
});

test('news is dropped once it was told as often as it may be', () => {
  const queue = new BroadcastQueue();
  queue.put('intent', 'a', news('a'));
  expect([1, 2, 3, 4, 5].map(() => take(queue).length)).toEqual([1, 1, 1, 1, 0]);
  expect(queue.isEmpty).toBe(true);
});

test('what does not fit is left for the next datagram, what is shorter still finds room', () => {
  const queue = new BroadcastQueue();
  queue.put('membership', 'a', news('a'.repeat(120)));
  queue.put('membership', 'b', news('b'));
  expect(take(queue, { bytes: 60, parts: 9 })).toEqual(['b']);
  expect(take(queue, { bytes: 1_000, parts: 1 })).toEqual(['a'.repeat(120)]);
});

test('membership goes before the rest, but every fourth datagram is the other way round', () => {
  const queue = new BroadcastQueue();
  queue.put('membership', 'm', news('m'));
  queue.put('intent', 'i', news('i'));
  queue.put('own', 'o', news('o'));
  expect([1, 2, 3, 4].map(() => take(queue, undefined, 9).join(''))).toEqual(['mio', 'mio', 'mio', 'iom']);
});

test('a member is not told that it joined, but what is said against it', () => {
  const queue = new BroadcastQueue();
  queue.put('intent', 'a', { kind: 'joinIntent', lTime: 1, node: 'a' });
  queue.put('membership', 'a', news('a'));
  const kinds = (to: string) =>
    queue.take({ bytes: 1_000, parts: 9 }, { limit: 9, classes: ALL, to }).map(({ kind }) => kind);
  expect([kinds('a'), kinds('b')]).toEqual([['suspect'], ['suspect', 'joinIntent']]);
});

test('a class that is left out is not taken from', () => {
  const queue = new BroadcastQueue();
  queue.put('own', 'o', news('o'));
  expect(queue.take({ bytes: 1_000, parts: 9 }, { limit: 4, classes: ['membership', 'intent'], to: '' })).toEqual([]);
  expect(queue.depth('own')).toBe(1);
});

test('above its depth the most told messages are dropped', () => {
  const queue = new BroadcastQueue();
  queue.put('membership', 'a', news('told'));
  take(queue);
  queue.put('membership', 'b', news('b'));
  queue.put('membership', 'c', news('c'));
  expect(queue.trim(2)).toBe(1);
  expect(take(queue)).toEqual(['c', 'b']);
});

/** What the queue is to do, written down as simply as can be: everything is sorted for each datagram. */
class PlainQueue {
  #items: { key: string; message: PacketMessage; size: number; order: number; told: number }[] = [];
  #order = 0;

  put(key: string, message: PacketMessage): void {
    this.#order += 1;
    this.#items = this.#items.filter((item) => item.key !== key);
    this.#items.push({ key, message, size: encodedSize(message), order: this.#order, told: 0 });
  }

  take(bytes: number, limit: number): PacketMessage[] {
    let room = bytes;
    const taken = this.#sorted().filter(({ size }) => {
      if (size + 2 > room) return false;
      room -= size + 2;
      return true;
    });
    for (const item of taken) item.told += 1;
    // The limit follows the size of the pool: what is over a new one is noticed when its turn comes.
    this.#items = this.#items.filter((item) => item.told < limit || !taken.includes(item));
    return taken.map(({ message }) => message);
  }

  trim(depth: number): void {
    this.#items = this.#sorted().slice(0, depth);
  }

  #sorted() {
    return [...this.#items].sort((a, b) => a.told - b.told || b.size - a.size || b.order - a.order);
  }
}

const steps = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.record({ put: fc.nat(30), length: fc.integer({ min: 1, max: 60 }) }) },
    {
      weight: 3,
      arbitrary: fc.record({ take: fc.integer({ min: 40, max: 900 }), limit: fc.integer({ min: 2, max: 4 }) }),
    },
    { weight: 1, arbitrary: fc.record({ trim: fc.nat(20) }) },
  ),
  { maxLength: 80 },
);

test('whatever comes and goes, it gives what a queue gives that sorts everything each time', () => {
  fc.assert(
    fc.property(steps, (played) => {
      const queue = new BroadcastQueue();
      const plain = new PlainQueue();
      for (const [place, step] of played.entries()) {
        if ('put' in step) {
          const message = news('n'.repeat(step.length), place);
          queue.put('membership', `${step.put}`, message);
          plain.put(`${step.put}`, message);
        } else if ('take' in step) {
          const { take: bytes, limit } = step;
          const given = queue.take({ bytes, parts: 127 }, { limit, classes: ALL, to: '' });
          expect(given).toEqual(plain.take(bytes, limit));
        } else {
          queue.trim(step.trim);
          plain.trim(step.trim);
        }
      }
    }),
  );
});
