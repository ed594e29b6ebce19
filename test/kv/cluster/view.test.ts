import { expect, test } from 'vitest';
import { ownersOf, ownersOfRange, rangeOf, viewOf } from '../../../src/kv/cluster/view.ts';
import { IDS } from './nodes.ts';

test('nodes that know the same members have the same view', () => {
  expect(viewOf(IDS).id).toBe('499e58822826b964');
  expect(viewOf([...IDS, ...IDS].reverse()).id).toBe('499e58822826b964');
  expect(viewOf(IDS.slice(0, 3)).id).toBe('39ebd47bb8d4cd14');
});

test('a key is kept by three nodes, by fewer when there are no more', () => {
  expect(ownersOf('a', viewOf(IDS))).toEqual([IDS[2], IDS[4], IDS[0]]);
  expect(ownersOf('a', viewOf(IDS.slice(0, 2)))).toHaveLength(2);
  expect(ownersOf('a', viewOf([]))).toEqual([]);
});

test('a range is named by those who keep it', () => {
  expect(ownersOfRange(rangeOf('a', viewOf(IDS)))).toEqual(ownersOf('a', viewOf(IDS)));
});

test('copies are spread as they were computed, and few move when a node comes', () => {
  const [three, four, five] = [3, 4, 5].map((count) => viewOf(IDS.slice(0, count)));
  if (!three || !four || !five) throw new Error('there are views');
  const keys = Array.from({ length: 100_000 }, (_, each) => `k${each}`);
  const primaries = new Map<string, number>();
  const copies = new Map<string, number>();
  const count = (counts: Map<string, number>, id: string) => counts.set(id, (counts.get(id) ?? 0) + 1);
  for (const key of keys) {
    const owners = ownersOf(key, five);
    count(primaries, owners[0] ?? '');
    for (const owner of owners) count(copies, owner);
  }
  expect(IDS.map((id) => primaries.get(id))).toEqual([19_246, 19_725, 19_467, 20_676, 20_886]);
  expect(IDS.map((id) => copies.get(id))).toEqual([62_148, 60_767, 58_990, 61_591, 56_504]);

  const before = keys.slice(0, 20_000).map((key) => ownersOf(key, four));
  const after = keys.slice(0, 20_000).map((key) => ownersOf(key, five));
  const moved = after.flatMap((owners, place) => owners.filter((owner) => !before[place]?.includes(owner))).length;
  expect((moved / 60_000) * 100).toBeCloseTo(18.9, 0);
});
