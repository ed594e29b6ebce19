import { expect, test } from 'vitest';
import { BRIEF, Histogram, USUAL } from '../../src/base/histogram.ts';

test('a value counts for each limit that it is not above', () => {
  const histogram = new Histogram([1, 2, 5]);
  for (const value of [0, 1, 1.5, 2, 5.1, Number.POSITIVE_INFINITY]) histogram.add(value);
  expect(histogram.cumulative()).toEqual([2, 4, 4, 6]);
  expect(histogram.sum).toBe(Number.POSITIVE_INFINITY);
});

test('what is no number changes nothing', () => {
  const histogram = new Histogram([1]);
  histogram.add(0.25);
  histogram.add(Number.NaN);
  expect([histogram.cumulative(), histogram.sum]).toEqual([[1, 1], 0.25]);
});

test.each([['brief', BRIEF] as const, ['usual', USUAL] as const])('the %s limits ascend', (_, limits) => {
  expect([...limits].sort((a, b) => a - b)).toEqual(limits);
});
