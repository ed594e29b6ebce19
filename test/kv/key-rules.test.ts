import { expect, test } from 'vitest';
import { failedWith } from '../../src/base/errors.ts';
import { checkKey, checkTtl, isReserved, parseTtl } from '../../src/kv/key-rules.ts';

test.each(['a', 'x//y/', '/leading', 'clé/é', '日本', 'a b', '...', 'a/.../b', 'x'.repeat(1_024), '%2e'])(
  '"%s" is a key',
  (key) => {
    expect(() => checkKey(key)).not.toThrow();
  },
);

test.each([
  ['', 'at least one byte'],
  ['x'.repeat(1_025), 'at most 1024 bytes'],
  ['é'.repeat(513), 'has 1026'],
  ['a\u0000', 'control characters'],
  ['a\u007f', 'control characters'],
  ['\ud800', 'surrogate'],
  ['a/../b', '".."'],
  ['./a', '"."'],
])('"%s" is no key', (key, why) => {
  expect(() => checkKey(key)).toThrow(why);
});

test.each([
  ['1', 1],
  ['90s', 90],
  ['15m', 900],
  ['2h', 7_200],
  ['3650d', 315_360_000],
])('%s is a time to live', (written, seconds) => {
  expect(parseTtl(written)).toBe(seconds);
});

test.each(['0', '-1', 'x', '', '1.5', '3651d', '1w', ' 1'])('"%s" is no time to live', (written) => {
  expect(() => parseTtl(written)).toThrow('time to live');
});

test('a time to live in seconds is whole and positive', () => {
  for (const seconds of [0, -1, 1.5, Number.NaN, 315_360_001]) {
    expect(() => checkTtl(seconds)).toThrow(expect.toSatisfy((error) => failedWith(error, 'bad_ttl')));
  }
});

test('keys of the agent begin with two underscores', () => {
  expect(['__health/x', '_x', 'a__', '__'].filter(isReserved)).toEqual(['__health/x', '__']);
});
