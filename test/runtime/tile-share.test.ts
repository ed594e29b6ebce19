import { expect, test } from 'vitest';
import { shareOf } from '../../src/runtime/tile-share.ts';

test.each([
  [42, '%', null, { value: 42, share: 0.42 }],
  [0.25, '%', null, { value: 25, share: 0.25 }],
  [1, '%', null, { value: 1, share: 0.01 }],
  [0, '%', null, { value: 0, share: 0 }],
  [100.4, '%', null, { value: 100, share: 1 }],
  [101, '%', null, { value: 101, share: null }],
  [-1, '%', null, { value: -1, share: null }],
  [30, 'MB', 60, { value: 30, share: 0.5 }],
  [90, 'MB', 60, { value: 90, share: null }],
  [30, 'MB', null, { value: 30, share: null }],
  [30, 'MB', 0, { value: 30, share: null }],
])('%s %s of %s', (value, unit, max, expected) => {
  expect(shareOf(value, { unit, max })).toEqual(expected);
});
