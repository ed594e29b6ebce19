import { expect, test } from 'vitest';
import type { Logger } from '../../src/base/log.ts';
import { NotEligible } from '../../src/plugins/outcomes.ts';
import { Guard } from '../../src/runtime/guard.ts';
import { SimulatedClock } from '../support/clock.ts';

/** A guard over simulated time, with what it logged. */
function guarded() {
  const clock = new SimulatedClock();
  const lines: string[] = [];
  const write = (level: string) => (_: unknown, text: string) => void lines.push(`${level}: ${text}`);
  const log: Logger = {
    debug: () => {},
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
    child: () => log,
  };
  return { clock, lines, guard: new Guard(clock, log) };
}

const LIMITS = { timeoutMs: 10_000 };

test('a run that ends well gives its value and how long it took', async () => {
  const { clock, guard } = guarded();
  const outcome = guard.run('collector a', LIMITS, async () => {
    await new Promise<void>((resolve) => void clock.after(250, resolve));
    return 7;
  });
  await clock.runAsync(300);
  expect(await outcome).toEqual({ status: 'ok', value: 7, ms: 250 });
});

test('what a plugin throws becomes an error with its first line', async () => {
  const { guard } = guarded();
  const outcome = await guard.run('collector a', LIMITS, () => Promise.reject(new Error('broken\nat line 1')));
  expect(outcome).toMatchObject({ status: 'error', message: 'broken' });
  expect(guard.counts).toEqual({ runs: 1, errors: 1, timeouts: 0 });
});

test('a plugin that throws before it gives a promise is caught as well', async () => {
  const { guard } = guarded();
  const outcome = await guard.run('collector a', LIMITS, () => {
    throw new TypeError('at once');
  });
  expect(outcome).toMatchObject({ status: 'error', message: 'at once' });
});

test('what is not on this node is no error', async () => {
  const { guard, lines } = guarded();
  const outcome = await guard.run('collector a', LIMITS, () => Promise.reject(new NotEligible('no docker here')));
  expect(outcome).toMatchObject({ status: 'not-eligible', message: 'no docker here' });
  expect(guard.counts.errors).toBe(0);
  expect(lines).toEqual([]);
});

test('a run that heeds the abort ends in a timeout at once, one that does not a second later', async () => {
  const { clock, guard } = guarded();
  const ended: string[] = [];
  const heeds = guard.run(
    'heeds',
    LIMITS,
    (signal) =>
      new Promise((_, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason));
      }),
  );
  const hangs = guard.run('hangs', LIMITS, () => new Promise(() => {}));
  void heeds.then(({ ms }) => ended.push(`heeds ${ms}`));
  void hangs.then(({ ms }) => ended.push(`hangs ${ms}`));
  await clock.runAsync(20_000);
  expect(ended).toEqual(['heeds 10000', 'hangs 11000']);
  expect(await heeds).toMatchObject({ status: 'timeout', message: 'timeout after 10s' });
  expect(await hangs).toMatchObject({ status: 'timeout', message: 'timeout after 10s' });
  expect(guard.counts.timeouts).toBe(2);
});

test('what ends properly within the grace counts for what it says', async () => {
  const { clock, guard } = guarded();
  const outcome = guard.run('late', LIMITS, async () => {
    await new Promise<void>((resolve) => void clock.after(10_400, resolve));
    return 'said in time';
  });
  await clock.runAsync(20_000);
  expect(await outcome).toMatchObject({ status: 'ok', value: 'said in time' });
});

test('the same failure is logged once, and again after it was well', async () => {
  const { guard, lines } = guarded();
  const fail = (message: string) => guard.run('collector a', LIMITS, () => Promise.reject(new Error(message)));
  await fail('disk gone');
  await fail('disk gone');
  await fail('disk on fire');
  await guard.run('collector a', LIMITS, async () => 1);
  await fail('disk on fire');
  expect(lines).toEqual(['warn: disk gone', 'warn: disk on fire', 'warn: disk on fire']);
});

test('the stop of the agent aborts a run', async () => {
  const { guard } = guarded();
  const stop = new AbortController();
  const outcome = guard.run(
    'collector a',
    { ...LIMITS, signal: stop.signal },
    (signal) =>
      new Promise((_, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason));
      }),
  );
  stop.abort(new Error('the agent stops'));
  expect(await outcome).toMatchObject({ status: 'error', message: 'the agent stops' });
});
