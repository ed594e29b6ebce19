import { expect, test } from 'vitest';
import { isBelow } from '../../src/access/path-prefix.ts';

test.each([
  ['/kv/app', [], true],
  ['/kv/app', ['/kv/app'], true],
  ['/kv/app/', ['/kv/app'], true],
  ['/kv/app', ['/kv/app/'], true],
  ['/kv/app/a/b', ['/kv/app'], true],
  ['/kv/apple', ['/kv/app'], false],
  ['/kv', ['/kv/app'], false],
  ['/kv/', ['/kv/app'], false],
  ['/kv/app%2Fa', ['/kv/app'], false],
  ['/kv/%61pp/x', ['/kv/app'], true],
  ['/kv/other', ['/kv/app', '/kv/other'], true],
  ['/KV/app', ['/kv/app'], false],
  ['/agent/stop', ['/'], true],
  ['/kv/%zz', ['/kv/%zz'], true],
] as const)('%s is below %j: %s', (path, prefixes, isIt) => {
  expect(isBelow(path, prefixes)).toBe(isIt);
});
