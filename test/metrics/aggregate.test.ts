import fc from 'fast-check';
import { expect, test } from 'vitest';
import { aggregate } from '../../src/metrics/aggregate.ts';

const averageOf = (values: readonly number[]): number =>
  aggregate(Float64Array.from(values), { method: 'average', xFilesFactor: 0 });

test.each([
  [[0.1, 0.2], 0.15],
  [[12.34, 12.35, 12.38], 12.356666666666667],
  [[1, 2, 4], 7 / 3],
  [[-0.07, 0.01], -0.03],
  [[Math.PI, Math.E], (Math.PI + Math.E) / 2],
  [[1e300, 1e300], 1e300],
  [[Number.POSITIVE_INFINITY, 1], Number.POSITIVE_INFINITY],
  [[5, Number.NaN, 6], 5.5],
  [[0, 0], 0],
])('the average of %j is %d', (values, expected) => {
  expect(averageOf(values)).toBe(expected);
});

test('an average of decimals is the double next to what it would be on paper', () => {
  const cents = fc.array(fc.integer({ min: -1_000_000, max: 1_000_000 }), { minLength: 1, maxLength: 60 });
  fc.assert(
    fc.property(cents, (values) => {
      const sum = values.reduce((total, value) => total + value, 0);
      expect(averageOf(values.map((value) => value / 100)) + 0).toBe(sum / (100 * values.length) + 0);
    }),
  );
});
