import { expect, test } from 'vitest';
import { standsFor } from '../../src/plugins/key-match.ts';

const doc = (key: string) => ({ key, kind: 'gauge', unit: '', meaning: '' }) as const;

test.each([
  ['load1', ['load1'], true],
  ['load1', ['load5'], false],
  ['*.used', ['/data.1', 'used'], true],
  ['*.used', ['/data', 'inodes', 'used'], false],
  ['containers.*.memory.rss', ['containers', 'web.1', 'memory', 'rss'], true],
  ['queue.deferred', ['queue', 'deferred'], true],
  ['queue.deferred', ['queue.deferred'], true],
  ['queue.deferred', ['queue'], false],
  ['meta.**', ['meta', 'role'], true],
  ['meta.**', ['meta', 'a', 'b', 'c'], true],
  ['meta.**', ['meta'], false],
  ['**', ['a', 'b'], true],
  ['*', [], false],
])('%s for %o: %s', (key, path, expected) => {
  expect(standsFor(doc(key), path)).toBe(expected);
});
