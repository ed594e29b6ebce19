import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Holdings } from '../../../src/kv/cluster/holdings.ts';
import { differing, EMPTY_ROOT, leafOf, recordHash, Tree } from '../../../src/kv/cluster/merkle.ts';
import { viewOf } from '../../../src/kv/cluster/view.ts';
import { stampAt } from '../../../src/kv/hlc.ts';
import { nodeTag } from '../../../src/kv/version.ts';
import { IDS } from './nodes.ts';

const START = stampAt(1_700_000_000_000);
const versions = [
  { stamp: START, tag: nodeTag(IDS[0] ?? '') },
  { stamp: START + 1n, tag: nodeTag(IDS[1] ?? '') },
] as const;

test('hashes are what they were agreed to be', () => {
  expect([leafOf('a'), recordHash('a', versions[0]).toString(16)]).toEqual([225, 'da3c750a149deac0']);
  expect([leafOf('foo'), recordHash('foo', versions[1]).toString(16)]).toEqual([201, '43933f3acd84e7e1']);
  expect(new Tree().inner(3).toString(16)).toBe('ae4f711ef5d6e9d');
  expect(EMPTY_ROOT.toString(16)).toBe('fda2ae5081ec469');

  const tree = new Tree();
  tree.toggle(225, recordHash('a', versions[0]));
  tree.toggle(201, recordHash('foo', versions[1]));
  expect(tree.root().toString(16)).toBe('6d8da530d056d94c');
});

test('the order of records does not matter, and what is taken away leaves nothing', () => {
  const keys = fc.uniqueArray(fc.string({ minLength: 1 }), { maxLength: 20 });
  fc.assert(
    fc.property(keys, (names) => {
      const [one, other] = [new Tree(), new Tree()];
      for (const key of names) one.toggle(leafOf(key), recordHash(key, versions[0]));
      for (const key of names.toReversed()) other.toggle(leafOf(key), recordHash(key, versions[0]));
      expect(one.root()).toBe(other.root());
      for (const key of names) one.toggle(leafOf(key), recordHash(key, versions[0]));
      expect(one.root()).toBe(EMPTY_ROOT);
      expect(new Set(differing(one.leaves, other.leaves)).size).toBeLessThanOrEqual(names.length);
    }),
  );
});

test('what is held is in the trees, however much of it has changed since they were asked for', () => {
  const view = viewOf(IDS.slice(0, 1));
  const holdings = new Holdings();
  holdings.aim(view);
  holdings.count([], undefined);
  const [first, second] = versions;
  const root = () => [...holdings.trees.values()][0]?.root();
  const byHand = (keys: number) => {
    const tree = new Tree();
    for (let key = 0; key < keys; key += 1) tree.toggle(leafOf(`k${key}`), recordHash(`k${key}`, second));
    return tree.root();
  };
  for (let key = 0; key < 1_500; key += 1) {
    holdings.move(`k${key}`, undefined, first);
    holdings.move(`k${key}`, first, second);
  }
  expect(root()).toBe(byHand(1_500));
  for (let key = 10; key < 1_500; key += 1) {
    holdings.move(`k${key}`, second, first);
    holdings.move(`k${key}`, first, undefined);
  }
  expect(root()).toBe(byHand(10));
  holdings.move('k0', second, first);
  holdings.forget();
  holdings.aim(view);
  holdings.count([['k0', second]], undefined);
  expect(root()).toBe(byHand(1));
});
