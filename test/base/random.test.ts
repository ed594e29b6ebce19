import { expect, test } from 'vitest';
import { seeded, shuffled } from '../../src/base/random.ts';

test('the same seed gives the same numbers, all in [0, 1)', () => {
  const [a, b] = [seeded(7), seeded(7)];
  const numbers = Array.from({ length: 1_000 }, a);
  expect(Array.from({ length: 1_000 }, b)).toEqual(numbers);
  expect(Math.min(...numbers)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...numbers)).toBeLessThan(1);
});

test('shuffling keeps every item', () => {
  expect(shuffled([1, 2, 3, 4, 5], seeded(1)).sort()).toEqual([1, 2, 3, 4, 5]);
});
