import { expect, test } from 'vitest';
import type { Clock } from '../../src/base/clock.ts';
import { seeded } from '../../src/base/random.ts';
import { jittered, nextOnGrid, Schedule, spreadOf } from '../../src/runtime/schedule.ts';
import { SimulatedClock } from '../support/clock.ts';

function wheel() {
  const clock = new SimulatedClock();
  const failures: unknown[] = [];
  return { clock, failures, schedule: new Schedule(clock, (error) => failures.push(error)) };
}

test('an item runs first when it was told to, then by its own rule', async () => {
  const { clock, schedule } = wheel();
  const at: number[] = [];
  schedule.add(300, { next: (now) => now + 1_000, run: async () => void at.push(clock.now()) });
  await clock.runAsync(3_500);
  expect(at).toEqual([300, 1_300, 2_300, 3_300]);
});

test('a tick that finds the item running is skipped and counted', async () => {
  const { clock, schedule } = wheel();
  let runs = 0;
  const item = schedule.add(0, {
    next: (now) => now + 1_000,
    run: () => {
      runs += 1;
      return new Promise<void>((resolve) => void clock.after(2_500, resolve));
    },
  });
  await clock.runAsync(5_900);
  expect(runs).toBe(2);
  expect(item.skipped).toBe(4);
});

test('what was missed in a pause is not made up for', async () => {
  const clock = new SimulatedClock();
  let paused = 0;
  const standing: Clock = {
    now: () => clock.now() + paused,
    wall: () => 0,
    after: (ms, task) => clock.after(ms, task),
  };
  const at: number[] = [];
  const next = nextOnGrid('a', 10_000);
  new Schedule(standing, () => {}).add(next(0), { next, run: async () => void at.push(standing.now()) });
  await clock.runAsync(20_000);
  expect(at).toHaveLength(2);
  paused = 120_000;
  await clock.runAsync(10_000);
  expect(at).toHaveLength(3);
});

test('a run asked for is the one that is going, and moves nothing', async () => {
  const { clock, schedule } = wheel();
  let runs = 0;
  const item = schedule.add(5_000, {
    next: (now) => now + 5_000,
    run: () => {
      runs += 1;
      return new Promise<void>((resolve) => void clock.after(100, resolve));
    },
  });
  const both = Promise.all([item.runNow(), item.runNow()]);
  await clock.runAsync(200);
  await both;
  expect(runs).toBe(1);
  expect(item.due).toBe(5_000);
});

test('an item that fails is reported and runs again', async () => {
  const { clock, schedule, failures } = wheel();
  schedule.add(0, { next: (now) => now + 1_000, run: () => Promise.reject(new Error('no')) });
  await clock.runAsync(2_500);
  expect(failures).toHaveLength(3);
});

test('an item can be moved, and is gone once it is disposed of', async () => {
  const { clock, schedule } = wheel();
  const at: number[] = [];
  const item = schedule.add(1_000, { next: (now) => now + 1_000, run: async () => void at.push(clock.now()) });
  item.moveTo(2_500);
  await clock.runAsync(2_600);
  item.moveTo(2_700);
  await clock.runAsync(200);
  item[Symbol.dispose]();
  await clock.runAsync(5_000);
  expect(at).toEqual([2_500, 2_700]);
});

test('a disposed wheel starts nothing any more', async () => {
  const { clock, schedule } = wheel();
  const at: number[] = [];
  schedule.add(1_000, { next: (now) => now + 1_000, run: async () => void at.push(clock.now()) });
  schedule[Symbol.dispose]();
  await clock.runAsync(5_000);
  expect(at).toEqual([]);
});

test('many items run in the order of their time', async () => {
  const { clock, schedule } = wheel();
  const random = seeded(7);
  const seen: number[] = [];
  for (let i = 0; i < 500; i++) {
    const first = Math.floor(random() * 10_000);
    schedule.add(first, { next: () => 1e9, run: async () => void seen.push(first) });
  }
  await clock.runAsync(10_000);
  expect(seen).toHaveLength(500);
  expect(seen).toEqual([...seen].sort((a, b) => a - b));
});

test('items of one interval are spread evenly by their names, always in the same way', () => {
  const bySecond = new Array<number>(60).fill(0);
  for (let i = 0; i < 600; i++) {
    const second = Math.floor(nextOnGrid(`check ${i}`, 60_000)(0) / 1_000) % 60;
    bySecond[second] = (bySecond[second] ?? 0) + 1;
  }
  expect(Math.max(...bySecond)).toBeLessThanOrEqual(30);
  expect(spreadOf('linux/disks')).toBe(spreadOf('linux/disks'));
});

test('jitter stays within a tenth', () => {
  const random = seeded(1);
  const waits = Array.from({ length: 1_000 }, () => jittered(10_000, random));
  expect(Math.min(...waits)).toBeGreaterThanOrEqual(9_000);
  expect(Math.max(...waits)).toBeLessThanOrEqual(11_000);
  expect(Math.max(...waits) - Math.min(...waits)).toBeGreaterThan(1_900);
});
