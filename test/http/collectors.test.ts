import { expect, test } from 'vitest';
import { Bus } from '../../src/base/bus.ts';
import { seeded } from '../../src/base/random.ts';
import { BlockingReads } from '../../src/http/blocking.ts';
import type { AgentEvent } from '../../src/model/event.ts';
import type { CollectorChange } from '../../src/model/history.ts';
import { SimulatedClock } from '../support/clock.ts';
import { bodyOf, collector, fakeApi, fakeParts } from './fake-parts.ts';

test('a collector is shown with its state, its results and how it ran', async () => {
  const { runtime } = fakeParts();
  const running = collector('cpu', { state: 'running', skippedTotal: 2, isRestored: true });
  const api = fakeApi(fakeParts({ runtime: { ...runtime, collector: () => running } }));
  expect(await bodyOf(await api('/collectors/cpu'))).toEqual({
    name: 'cpu',
    state: 'running',
    log: '',
    results: { total: 1 },
    metrics: 1,
    active: true,
    stale: false,
    restored: true,
    interval_ms: 10_000,
    last_check: 1,
    last_run: 1,
    next_check: 2,
    duration_ms: 3,
    runs_total: 1,
    errors_total: 0,
    skipped_total: 2,
  });
});

test('a read waits for a run that saw something new', async () => {
  const clock = new SimulatedClock();
  const bus = new Bus<AgentEvent>(() => {});
  const reads = new BlockingReads({ bus, clock, random: seeded(1), boot: 'b' });
  const api = fakeApi(fakeParts({ reads }));
  expect((await api('/collectors')).headers.get('x-opsbro-index')).toBe('1');
  const waiting = api('/collectors/cpu?index=1&boot=b&wait=30s');
  bus.emit({ type: 'collector-done', collector: collector('cpu'), changed: false });
  expect((await api('/collectors')).headers.get('x-opsbro-index')).toBe('1');
  bus.emit({ type: 'collector-done', collector: collector('cpu'), changed: true });
  expect((await waiting).headers.get('x-opsbro-index')).toBe('2');
});

const CHANGES: readonly CollectorChange[] = [
  { number: 1, at: 1_000, name: 'cpu', oldState: 'pending', state: 'ok', log: '' },
  { number: 2, at: 1_500, name: 'disk', oldState: 'pending', state: 'error', log: 'no such file' },
  { number: 3, at: 9_000, name: 'disk', oldState: 'error', state: 'ok', log: '' },
];

test.each(['/history/collectors', '/agent/collectors/history'])('%s has the changes of states', async (path) => {
  const api = fakeApi(fakeParts({ collectorHistory: { changes: async () => CHANGES } }));
  expect(await bodyOf(await api(path))).toEqual([
    {
      date: 1,
      entries: [
        { name: 'cpu', old_state: 'pending', state: 'ok', log: '' },
        { name: 'disk', old_state: 'pending', state: 'error', log: 'no such file' },
      ],
    },
    { date: 9, entries: [{ name: 'disk', old_state: 'error', state: 'ok', log: '' }] },
  ]);
  const filter = encodeURIComponent("name == 'disk'");
  const first = await api(`${path}?since=0&limit=1&filter=${filter}`);
  expect(first.headers.get('x-opsbro-next')).toBe('2');
  expect(await bodyOf(await api(`${path}?since=0&after=2&filter=${filter}`))).toMatchObject([{ date: 9 }]);
});
