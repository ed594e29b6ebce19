import { expect, test } from 'vitest';
import type { Sample, SampleType } from '../../src/model/sample.ts';
import { SampleTree } from '../../src/plugins/sample-tree.ts';

const sample = (
  name: string,
  type: SampleType,
  volume: number,
  over: Partial<Sample> & { at?: number } = {},
): Sample => ({
  ...{ name, type, volume, unit: '', resourceId: 'node', metadata: {} },
  timestamp: new Date(over.at ?? 0).toISOString(),
  ...over,
});

test('a gauge is as it is, below the names of its meter', () => {
  const tree = new SampleTree();
  expect(
    tree.of([sample('cpu.load', 'gauge', 0.5), sample('disk', 'gauge', 7, { resourceId: 'vm-1' })], 'node'),
  ).toEqual({
    cpu: { load: 0.5 },
    'vm-1': { disk: 7 },
  });
  expect(tree.of([sample('cpu', 'gauge', 1)], undefined)).toEqual({ node: { cpu: 1 } });
});

test('deltas are summed, each resource for itself', () => {
  const tree = new SampleTree();
  const run = (own: number, other: number) =>
    tree.of([sample('hits', 'delta', own), sample('hits', 'delta', other, { resourceId: 'b' })], 'node');
  expect(run(3, 10)).toEqual({ hits: 3, b: { hits: 10 } });
  expect(run(-1, 5)).toEqual({ hits: 2, b: { hits: 15 } });
});

test('the sums of what came and went long ago are forgotten, those in use are not', () => {
  const tree = new SampleTree();
  const add = (resourceId: string) => tree.of([sample('hits', 'delta', 1, { resourceId })], 'node');
  add('gone');
  for (let at = 0; at < 20_000; at += 1) {
    add(`vm${at}`);
    if (at % 1_000 === 0) add('used');
  }
  expect(add('gone')).toEqual({ gone: { hits: 1 } });
  expect(add('used')).toEqual({ used: { hits: 21 } });
});

test('a count has a rate by the time that really went by, from its second sample on', () => {
  const tree = new SampleTree();
  const run = (volume: number, at: number) => tree.of([sample('net.bytes', 'cumulative', volume, { at })], 'node');
  expect(run(100, 0)).toEqual({ net: { bytes: 100 } });
  expect(run(160, 10_000)).toEqual({ net: { bytes: 160, 'bytes/s': 6 } });
  expect(run(165, 12_500)).toEqual({ net: { bytes: 165, 'bytes/s': 2 } });
  expect(run(165, 12_500)).toEqual({ net: { bytes: 165 } });
});

test('a count that went down was reset: no rate then, and a right one after', () => {
  const tree = new SampleTree();
  const run = (volume: number, at: number) => tree.of([sample('n', 'cumulative', volume, { at })], 'node');
  run(1_000, 0);
  expect(run(20, 10_000)).toEqual({ n: 20 });
  expect(run(50, 20_000)).toEqual({ n: 50, 'n/s': 3 });
});

test('a resource that was away starts anew', () => {
  const tree = new SampleTree();
  const there = (volume: number, at: number) => tree.of([sample('n', 'cumulative', volume, { at })], 'node');
  there(10, 0);
  tree.of([], 'node');
  expect(there(20, 20_000)).toEqual({ n: 20 });
});

test('a meter whose name goes on where another ends keeps its place', () => {
  const tree = new SampleTree();
  const memory = [
    sample('memory', 'gauge', 8),
    sample('memory.usage', 'gauge', 3),
    sample('memory.usage.max', 'gauge', 4),
  ];
  const expected = { memory: 8, 'memory.usage': 3, 'memory.usage.max': 4 };
  expect(tree.of(memory, 'node')).toEqual(expected);
  expect(tree.of(memory.toReversed(), 'node')).toEqual(expected);
});
