import { expect, test } from 'vitest';
import type { HealthRunner } from '../../src/health/code-runner.ts';
import { HealthCheck } from '../../src/health/health-check.ts';
import { boundedPlaces } from '../../src/health/places.ts';
import { SimulatedClock } from '../support/clock.ts';

/** Checks of one service in virtual time; each takes as long as it is said to, and its starts are remembered. */
function service() {
  const clock = new SimulatedClock();
  const use = boundedPlaces(8);
  const check = (name: string, intervalMs: number, takesMs = 0) => {
    const starts: number[] = [];
    const runner: HealthRunner = {
      load: async () => [],
      forget() {},
      renew() {},
      check() {
        starts.push(clock.now());
        return new Promise((resolve) => void clock.after(takesMs, () => resolve(0)));
      },
      diagnose: async () => ({ description: '', actions: [] }),
      [Symbol.dispose]() {},
    };
    const terms = { intervalMs, timeoutMs: 30_000, failures: 1 };
    const made = new HealthCheck({ service: 'svc', place: { path: '/x', name } }, runner, terms, {
      clock,
      use,
      done() {},
    });
    made.runSoon();
    return { starts, check: made };
  };
  return { clock, check };
}

test('a check runs again when more than its interval has passed, not when just that has', async () => {
  const { clock, check } = service();
  const { starts } = check('A', 10_000);
  await clock.runAsync(10_000);
  expect(starts).toEqual([0]);
  await clock.runAsync(1);
  expect(starts).toEqual([0, 10_001]);
});

test('a check that takes 20 s keeps no other from running every second, and never overlaps itself', async () => {
  const { clock, check } = service();
  const slow = check('Slow', 1_000, 20_000);
  const quick = check('Quick', 1_000);
  await clock.runAsync(20_000);
  expect(quick.starts).toEqual(Array.from({ length: 20 }, (_, second) => second * 1_001));
  expect(slow.starts).toEqual([0, 20_000]);
});

test('what is forced while it runs is run once more after it', async () => {
  const { clock, check } = service();
  const { starts, check: forced } = check('A', 60_000, 5_000);
  void forced.runNow();
  await clock.runAsync(12_000);
  expect(starts).toEqual([0, 5_000]);
});
