import { expect, test } from 'vitest';
import { Backlog } from '../../src/websocket/backlog.ts';

const news = (index: number) => ({ channel: 'gossip', index, key: undefined, payload: {}, text: '' }) as const;
const added = (backlog: Backlog, from: number, to: number) => {
  for (let index = from; index <= to; index += 1) backlog.add(news(index), Buffer.alloc(10), index);
};
const numbers = (backlog: Backlog, after: number, bytes = 1_000_000) =>
  backlog.after(after, bytes).map(({ index }) => index);

test('what came behind a number is there in order, in pieces of a size', () => {
  const backlog = new Backlog();
  added(backlog, 1, 5);
  expect(numbers(backlog, 2)).toEqual([3, 4, 5]);
  expect(numbers(backlog, 0, 20)).toEqual([1, 2]);
  expect(numbers(backlog, 0, 1)).toEqual([1]);
  expect(numbers(backlog, 5)).toEqual([]);
});

test.each([
  ['frames', { frames: 3, ms: 1_000, bytes: 1_000 }, 3],
  ['bytes', { frames: 100, ms: 1_000, bytes: 45 }, 4],
  ['time', { frames: 100, ms: 4, bytes: 1_000 }, 5],
])('only so much is kept: %s', (_, limits, kept) => {
  const backlog = new Backlog(limits);
  added(backlog, 1, 10);
  expect(numbers(backlog, 0).length).toBe(kept);
  expect(backlog.bytes).toBe(10 * kept);
  expect([backlog.reaches(10 - kept), backlog.reaches(9 - kept)]).toEqual([true, false]);
});

test('numbers that nobody wanted leave no gap', () => {
  const backlog = new Backlog({ frames: 2, ms: 1_000, bytes: 1_000 });
  for (const index of [5, 9, 14]) backlog.add(news(index), Buffer.alloc(1), 0);
  expect([backlog.reaches(4), backlog.reaches(5), backlog.reaches(8)]).toEqual([false, true, true]);
  expect(numbers(backlog, 7)).toEqual([9, 14]);
});

test('a long stream is kept within its bounds', () => {
  const backlog = new Backlog({ frames: 100, ms: 1_000_000, bytes: 100_000 });
  added(backlog, 1, 50_000);
  expect(numbers(backlog, 0)).toEqual(Array.from({ length: 100 }, (_, at) => 49_901 + at));
  backlog.trim(2_000_000);
  expect(numbers(backlog, 0)).toEqual([]);
  expect(backlog.reaches(50_000)).toBe(true);
});

test('what is given up as a whole is not reached any more, and what comes later is', () => {
  const backlog = new Backlog();
  added(backlog, 1, 5);
  backlog.clear();
  expect([backlog.bytes, numbers(backlog, 0), backlog.reaches(4), backlog.reaches(5)]).toEqual([0, [], false, true]);
  added(backlog, 6, 7);
  expect(numbers(backlog, 5)).toEqual([6, 7]);
});
