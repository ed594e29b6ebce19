import { expect, test } from 'vitest';
import type { Host } from '../../src/net/host.ts';
import { advance, inPairs, ratesOf, sinceLast } from '../../src/plugins/rates.ts';
import { SimulatedClock } from '../support/clock.ts';
import { fakeHost, never } from '../support/host.ts';

test.each([
  [100, 600, 64, 500],
  [5, 5, 64, 0],
  [4_294_967_290, 10, 32, 16],
  [4_294_967_290, 10, 64, undefined],
  [10, 5, 32, undefined],
  [2 ** 40, 10, 32, undefined],
  [undefined, 5, 64, undefined],
  [5, undefined, 64, undefined],
] as const)('from %s to %s, of %d bits: %s', (...[before, after, width, went]) => {
  expect(advance(before, after, width)).toBe(went);
});

test('rates are per second of real time, whole from a hundred up, and only of what is known', () => {
  const before = new Map(Object.entries({ slow: 0, fast: 0, reset: 9 }));
  const after = new Map(Object.entries({ slow: 1, fast: 1_001, reset: 1, fresh: 7 }));
  expect(ratesOf({ before, after, seconds: 3 }, ['slow', 'fast', 'reset', 'fresh'])).toEqual({
    'slow/s': 0.33,
    'fast/s': 334,
  });
});

test('the first time looks twice a second apart, later once; too soon it waits for the rest of a second', async () => {
  const clock = new SimulatedClock();
  const looks: number[] = [];
  const look = inPairs(async ({ clock: { now } }: Host) => {
    void now;
    looks.push(clock.now());
    return clock.now();
  });
  const host = fakeHost({ clock });
  const seen = async (ms: number) => {
    const looking = look(host, never);
    await clock.runAsync(ms);
    return await looking;
  };

  expect(await seen(10_000)).toEqual({ before: 0, after: 1_000, seconds: 1 });
  expect(await seen(250)).toEqual({ before: 1_000, after: 10_000, seconds: 9 });
  expect(await seen(10_000)).toEqual({ before: 10_000, after: 11_000, seconds: 1 });
  expect(looks).toEqual([0, 1_000, 10_000, 11_000]);
});

test('a look is set against the one before it, but not against one of less than a second ago', () => {
  const clock = new SimulatedClock();
  const pairOf = sinceLast<string>();
  const after = (ms: number, seen: string) => {
    clock.run(ms);
    return pairOf(clock, seen);
  };
  expect(after(0, 'a')).toBeUndefined();
  expect(after(999, 'b')).toBeUndefined();
  expect(after(9_001, 'c')).toEqual({ before: 'a', after: 'c', seconds: 10 });
  expect(after(500, 'd')).toEqual({ before: 'a', after: 'd', seconds: 10.5 });
  expect(after(9_500, 'e')).toEqual({ before: 'c', after: 'e', seconds: 10 });
});

test('what began anew meanwhile has its first look again', () => {
  const clock = new SimulatedClock();
  const pairOf = sinceLast<{ readonly run: string }>((before, after) => before.run === after.run);
  expect(pairOf(clock, { run: 'a' })).toBeUndefined();
  clock.run(10_000);
  expect(pairOf(clock, { run: 'b' })).toBeUndefined();
  clock.run(10_000);
  expect(pairOf(clock, { run: 'b' })).toMatchObject({ seconds: 10 });
});

test('a look that fails leaves the last one standing', async () => {
  const clock = new SimulatedClock();
  const host = fakeHost({ clock });
  const outcomes: (number | Error)[] = [1, 2, new Error('gone'), 4];
  const look = inPairs(async () => {
    const next = outcomes.shift();
    if (next instanceof Error) throw next;
    return next;
  });
  const first = look(host, never);
  await clock.runAsync(10_000);
  expect(await first).toMatchObject({ before: 1, after: 2 });
  await expect(look(host, never)).rejects.toThrow('gone');
  expect(await look(host, never)).toMatchObject({ before: 2, after: 4, seconds: 9 });
});
