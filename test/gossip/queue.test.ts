import { expect, test } from 'vitest';
import { BroadcastQueue, type QueueClass } from '../../src/gossip/core/queue.ts';
import type { PacketMessage } from '../../src/gossip/wire/messages.ts';

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
