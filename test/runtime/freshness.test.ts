import { expect, test } from 'vitest';
import { Freshness, SWEEP_MS } from '../../src/runtime/freshness.ts';

const all = (overdueAt: number | undefined) => [['a', { overdueAt }]] as const;

test('what has not run for too long is stale until it runs', () => {
  const freshness = new Freshness(0);
  expect(freshness.sweep(SWEEP_MS, all(SWEEP_MS))).toEqual([]);
  expect(freshness.sweep(2 * SWEEP_MS, all(SWEEP_MS))).toEqual(['a']);
  expect(freshness.sweep(3 * SWEEP_MS, all(SWEEP_MS))).toEqual([]);
  expect(freshness.isStale('a')).toBe(true);
  expect(freshness.renew('a')).toBe(true);
  expect(freshness.isStale('a')).toBe(false);
});

test('what waits for results is never stale', () => {
  expect(new Freshness(0).sweep(SWEEP_MS, all(undefined))).toEqual([]);
});

test('a process that was stopped for a while may catch up first', () => {
  const freshness = new Freshness(0);
  expect(freshness.sweep(100 * SWEEP_MS, all(1))).toEqual([]);
  expect(freshness.sweep(101 * SWEEP_MS, all(1))).toEqual(['a']);
});
