import { expect, test } from 'vitest';
import { SourceShare } from '../../src/base/source-share.ts';
import { SimulatedClock } from '../support/clock.ts';

test('each source has its share, which comes back with time; this machine has no bound', () => {
  const clock = new SimulatedClock();
  const share = new SourceShare(clock, { perSecond: 10, burst: 20 });
  const taken = (address: string) => Array.from({ length: 100 }, () => share.take(address)).filter(Boolean).length;
  expect([taken('10.0.0.1'), taken('10.0.0.1'), taken('10.0.0.2'), taken('127.0.0.1')]).toEqual([20, 0, 20, 100]);
  clock.run(1_000);
  expect(taken('10.0.0.1')).toBe(10);
  clock.run(60_000);
  expect(taken('10.0.0.1')).toBe(20);
});
