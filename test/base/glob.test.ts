import { expect, test } from 'vitest';
import { matchesAny, matchesGlob } from '../../src/base/glob.ts';

test.each([
  ['ram*', 'ram0', true],
  ['ram*', 'ram', true],
  ['ram*', 'zram0', false],
  ['*p1', 'nvme0n1p1', true],
  ['*p1', 'nvme0n1p10', false],
  ['sd?', 'sda', true],
  ['sd?', 'sd', false],
  ['s*d*1', 'sdxd21', true],
  ['a.c', 'abc', false],
  ['', '', true],
  ['*', '', true],
])('"%s" on "%s": %s', (pattern, text, expected) => {
  expect(matchesGlob(pattern, text)).toBe(expected);
});

test('many stars take no time', () => {
  expect(matchesGlob('a*'.repeat(50), 'a'.repeat(5_000).concat('b', 'a'.repeat(10), 'c'))).toBe(true);
  expect(matchesGlob('*a'.repeat(50).concat('!'), 'a'.repeat(5_000))).toBe(false);
});

test('one pattern of several is enough', () => {
  expect(matchesAny(['x*', 'y*'], 'yes')).toBe(true);
  expect(matchesAny([], 'yes')).toBe(false);
});
