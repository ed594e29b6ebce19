import { expect, test } from 'vitest';
import { SimulatedClock } from '../support/clock.ts';
import { collectorOf, configured, packOf, runtimeOf } from '../support/runtime.ts';

/** A collector that takes 5 s and sees which of its runs it was, at most so many at a time. */
function slowly(traits: { group?: string } = {}) {
  const seen = { runs: 0, going: 0, most: 0 };
  const see = async () => {
    const run = ++seen.runs;
    seen.most = Math.max(seen.most, ++seen.going);
    await new Promise<void>((resolve) => void clock.after(5_000, resolve));
    seen.going -= 1;
    return { run };
  };
  const collectors = [collectorOf('slow', see, { intervalMs: 3_600_000, timeoutMs: 9_000, ...traits })];
  const clock = new SimulatedClock();
  return { seen, clock, collectors };
}

test('what a run saw does not count when the collector was switched off meanwhile', async () => {
  const { clock, collectors } = slowly();
  const { runtime, events } = runtimeOf(configured([]), { collectors, clock });
  void runtime.start();
  await clock.runAsync(1_000);
  runtime.apply(configured([], { collectors: new Map([['slow', { enabled: false }]]) }));
  expect(runtime.collector('slow').state).toBe('disabled');
  await clock.runAsync(20_000);
  expect(runtime.collector('slow')).toMatchObject({ state: 'disabled', results: null, runsTotal: 0 });
  const states = events.flatMap((event) => (event.type === 'collector-done' ? [event.collector.state] : []));
  expect(states).toEqual(['disabled']);
});

test('one that is planned anew while it runs is run once more at once, and only that counts', async () => {
  const { seen, clock, collectors } = slowly();
  const { runtime } = runtimeOf(configured([]), { collectors, clock });
  void runtime.start();
  await clock.runAsync(1_000);
  runtime.apply(configured([], { packs: [packOf('slow', { port: 2 })] }));
  await clock.runAsync(5_000);
  expect(runtime.collector('slow')).toMatchObject({ state: 'running', results: null });
  await clock.runAsync(5_000);
  expect(runtime.collector('slow')).toMatchObject({ state: 'ok', results: { run: 2 }, runsTotal: 1 });
  expect(seen).toMatchObject({ runs: 2, most: 1 });
});

test('one that loses its group and gets it back while it runs tells of the run after that', async () => {
  const { clock, collectors } = slowly({ group: 'redis' });
  const { runtime } = runtimeOf(configured([], { staticGroups: ['redis'] }), { collectors, clock });
  void runtime.start();
  await clock.runAsync(6_000);
  const asked = runtime.runCollector('slow');
  await clock.runAsync(1_000);
  runtime.apply(configured([]));
  expect(runtime.collector('slow')).toMatchObject({ state: 'not-eligible', results: null });
  await clock.runAsync(1_000);
  runtime.apply(configured([], { staticGroups: ['redis'] }));
  await clock.runAsync(4_000);
  expect(await asked).toMatchObject({ state: 'running', results: null });
  await clock.runAsync(4_000);
  expect(runtime.collector('slow')).toMatchObject({ state: 'ok', results: { run: 3 }, runsTotal: 2 });
});
