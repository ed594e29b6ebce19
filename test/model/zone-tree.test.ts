import { describe, expect, test } from 'vitest';
import { ZoneTree } from '../../src/model/zone-tree.ts';

const treeOf = (zones: Readonly<Record<string, readonly string[]>>) => ZoneTree.of(new Map(Object.entries(zones)));

const THREE = { lan: ['internet'], internet: ['customer-1', 'customer-2'], 'customer-1': [], 'customer-2': [] };

test('a tree answers who is above and who is below', () => {
  const { tree, faults } = treeOf(THREE);
  expect(faults).toEqual([]);
  expect(tree.names).toEqual(['lan', 'internet', 'customer-1', 'customer-2']);
  expect(tree.parentOf('internet')).toBe('lan');
  expect(tree.parentOf('lan')).toBeUndefined();
  expect(tree.childrenOf('internet')).toEqual(['customer-1', 'customer-2']);
  expect(tree.ancestors('customer-1')).toEqual(['internet', 'lan']);
  expect(tree.descendants('lan')).toEqual(['internet', 'customer-1', 'customer-2']);
  expect(tree.has('moon')).toBe(false);
  expect([tree.childrenOf('moon'), tree.ancestors('moon'), tree.descendants('moon')]).toEqual([[], [], []]);
});

describe('of another zone a node may know', () => {
  test.each([
    ['lan', 'lan', 'node', true],
    ['lan', 'internet', 'node', true],
    ['lan', 'customer-1', 'node', true],
    ['internet', 'customer-1', 'node', true],
    ['internet', 'lan', 'node', false],
    ['internet', 'lan', 'proxy', true],
    ['customer-1', 'internet', 'proxy', true],
    ['customer-1', 'internet', 'node', false],
    ['customer-1', 'lan', 'proxy', false],
    ['customer-1', 'customer-2', 'proxy', false],
    ['internet', 'moon', 'proxy', false],
  ] as const)('from %s a %s %s: %s', (from, zone, kind, isVisible) => {
    expect(treeOf(THREE).tree.isVisible(from, { zone, isProxy: kind === 'proxy' })).toBe(isVisible);
  });
});

describe('a link that cannot be is left out and named', () => {
  test.each([
    [{ a: ['a'] }, 'zones form a circle: a > a'],
    [{ a: ['b'], b: ['c'], c: ['a'] }, 'zones form a circle: a > b > c > a'],
    [{ a: ['c'], b: ['c'], c: [] }, 'zone "c" has two parents, "a" and "b"'],
    [{ a: ['x'], b: [] }, 'zone "a" has the sub-zone "x", which is not defined (known: a, b)'],
  ])('%j', (zones, text) => {
    const { tree, faults } = treeOf(zones);
    expect(faults.map((fault) => fault.text)).toEqual([text]);
    expect(tree.names).toEqual(Object.keys(zones));
    for (const zone of tree.names) expect(tree.ancestors(zone)).not.toContain(zone);
  });

  test('a sub-zone named twice in one list is no fault', () => {
    expect(treeOf({ a: ['b', 'b'], b: [] }).faults).toEqual([]);
  });

  test('32 levels are enough, the 33rd is cut off', () => {
    const chain = (levels: number) =>
      treeOf(
        Object.fromEntries(Array.from({ length: levels }, (_, i) => [`z${i}`, i + 1 < levels ? [`z${i + 1}`] : []])),
      );
    expect(chain(32).faults).toEqual([]);
    const { tree, faults } = chain(40);
    expect(faults.map(({ text }) => text)).toEqual(['zone "z32" below "z31" is 33 levels deep (expected at most 32)']);
    expect(tree.ancestors('z39')).toHaveLength(7);
  });
});
