import { expect, test } from 'vitest';
import { parseDuration, shortAge } from '../../src/base/duration.ts';

test.each([
  ['500ms', 500],
  ['10s', 10_000],
  ['10', 10_000],
  [10, 10_000],
  [' 5m ', 300_000],
  ['1m30s', 90_000],
  ['0.5h', 1_800_000],
  ['1d', 86_400_000],
])('%j is %d ms', (written, ms) => {
  expect(parseDuration(written)).toBe(ms);
});

test.each([
  ['5 minutes', '"5 minutes" is not a duration; write 5m'],
  ['5 m', '"5 m" is not a duration; write 5m'],
  ['10S', '"10S" is not a duration; write 10s'],
  ['m5', 'write a number and a unit'],
  ['-1s', 'is not a duration'],
  ['', '"" is not a duration'],
  ['400d', 'longer than 366 days'],
])('%j is refused: %s', (written, message) => {
  expect(() => parseDuration(written)).toThrow(message);
});

test.each([
  [-5, '0s'],
  [59_999, '59s'],
  [60_000, '1m'],
  [7_200_000, '2h'],
  [400_000_000, '4d'],
])('an age of %d ms is shown as %s', (ms, text) => {
  expect(shortAge(ms)).toBe(text);
});
