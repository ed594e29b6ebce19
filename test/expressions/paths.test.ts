import { expect, test } from 'vitest';
import { lookUp, pathOf } from '../../src/expressions/paths.ts';

const tree = {
  disk: { '/': { free: 1 }, '/var/lib': { free: 2 }, '/a.b': { free: 3 }, '/a': { 'b.c': 4 } },
  'queue.active': 7,
  queue: { other: 1 },
  list: ['x', { y: 1 }],
  nothing: null,
  net: { eth0: { rx: 1 }, lo: { rx: 2 }, down: {} },
  map: new Map<unknown, unknown>([['k', { z: 9 }]]),
};

test.each([
  ['disk./.free', 1],
  ['disk./var/lib.free', 2],
  ['disk./a.b.free', 3],
  ['disk./a.b.c', 4],
  ['queue.active', 7],
  ['list.0', 'x'],
  ['list.1.y', 1],
  ['list.-1', undefined],
  ['list.length', undefined],
  ['nothing', null],
  ['nothing.more', undefined],
  ['net.*.rx', [1, 2]],
  ['net.*.tx', []],
  ['map.k.z', 9],
  ['constructor', undefined],
  ['__proto__', undefined],
  ['disk.toString', undefined],
  ['disk.free', undefined],
])('%s is %o', (path, expected) => {
  expect(lookUp(tree, pathOf(path).segments)).toEqual(expected);
});

test('data is found under its old name', () => {
  expect(pathOf('cpustats.cpuall.%idle')).toEqual({
    text: 'cpustats.cpu_all.%idle',
    segments: ['cpustats', 'cpu_all', '%idle'],
  });
});
