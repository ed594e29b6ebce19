import { expect, test } from 'vitest';
import { collectorOf, configured, eventsOf, runtimeOf, written } from '../support/runtime.ts';

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

test.each([
  ['2 hours ahead', 2 * HOUR_MS],
  ['2 hours back', -2 * HOUR_MS],
  ['10 years ahead', 10 * 365 * 24 * HOUR_MS],
])('a wall clock that is set %s changes no interval, no state and no age of what is known', async (_, ms) => {
  const objects = [
    written('check', 'my/load', { if_group: '*', critical_if: '{{collector.load.load1}} > 8', interval: '10s' }),
  ];
  let collected = 0;
  const load = collectorOf(
    'load',
    () => {
      collected += 1;
      return { load1: 1 };
    },
    { intervalMs: 5_000 },
  );
  const { clock, runtime, events } = runtimeOf(configured(objects), { collectors: [load] });
  void runtime.start();
  await clock.runAsync(MINUTE_MS);
  const runsIn = async (time: number) => {
    const before = { checked: eventsOf(events, 'check-done').length, collected };
    await clock.runAsync(time);
    return [eventsOf(events, 'check-done').length - before.checked, collected - before.collected] as const;
  };
  const usual = await runsIn(MINUTE_MS);

  clock.jumpWall(ms);
  const jumped = await runsIn(MINUTE_MS);
  for (const [at, count] of usual.entries()) expect(Math.abs((jumped[at] ?? 0) - count)).toBeLessThanOrEqual(1);
  expect(runtime.check('my/load')).toMatchObject({ state: 'ok', hard: true, stale: false, expired: false });
  expect(runtime.collector('load')).toMatchObject({ state: 'ok', stale: false });
});
