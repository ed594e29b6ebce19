import { expect, test } from 'vitest';
import { isInRange } from '../../src/packs/version-range.ts';

test.each<[string, string, boolean | undefined]>([
  ['0.1.0', '*', true],
  ['0.1.0', '', true],
  ['1.2.3', '>=1.0', true],
  ['1.2.3', '>= 1.0', true],
  ['1.2.3', '>1.2', false],
  ['1.3.0', '>1.2', true],
  ['1.2.3', '<=1.2', true],
  ['1.2.3', '<1.2.3', false],
  ['1.2.3', '1.2.3', true],
  ['1.2.3', '=1.2', true],
  ['1.3.0', '1.2', false],
  ['1.2.9', '1.2.x', true],
  ['1.9.0', '^1.2', true],
  ['2.0.0', '^1.2', false],
  ['1.1.9', '^1.2', false],
  ['0.2.9', '^0.2.3', true],
  ['0.3.0', '^0.2.3', false],
  ['0.0.4', '^0.0.3', false],
  ['1.2.9', '~1.2.3', true],
  ['1.3.0', '~1.2.3', false],
  ['1.3.0', '~1', true],
  ['1.5.0', '>=1.0 <2.0', true],
  ['2.5.0', '>=1.0 <2.0', false],
  ['2.5.0', '1.0 - 2.4', false],
  ['2.4.7', '1.0 - 2.4', true],
  ['3.0', '^1.0 || ^3.0', true],
  ['2.0', '^1.0 || ^3.0', false],
  ['1.0-beta', '>=1.0', true],
  ['1.0', 'newest', undefined],
  ['1.0', '>=', undefined],
  ['next', '>=1.0', undefined],
])('version %s in the range "%s": %s', (version, range, expected) => {
  expect(isInRange(version, range)).toBe(expected);
});
