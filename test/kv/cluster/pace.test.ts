import { expect, test } from 'vitest';
import { Pace } from '../../../src/kv/cluster/pace.ts';
import { SimulatedClock } from '../../support/clock.ts';

/** Moves a mebibyte again and again, and says how many were moved after so long. */
async function movedAfter(ms: number, bytesPerSecond: number): Promise<number> {
  const clock = new SimulatedClock();
  const pace = new Pace(clock, bytesPerSecond);
  let count = 0;
  const move = async () => {
    while (count < 1_000) {
      count += 1;
      await pace.moved(1_048_576);
    }
  };
  void move();
  await clock.runAsync(ms);
  return count;
}

test('moves no more than it may, however often it is asked', async () => {
  const count = await movedAfter(10_000, 20 * 1_048_576);
  expect(count).toBeGreaterThanOrEqual(200);
  expect(count).toBeLessThanOrEqual(210);
});

test('holds nobody back without a limit', async () => {
  expect(await movedAfter(1, 0)).toBe(1_000);
});
