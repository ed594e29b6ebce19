import { expect, test } from 'vitest';
import type { YamlMap } from '../../src/model/pack.ts';
import { SimulatedClock } from '../support/clock.ts';
import { configured, eventsOf, runtimeOf, shelvesOf, written } from '../support/runtime.ts';

const theJob = (definition: YamlMap) => [
  written('check', 'backup/job', { if_group: '*', passive: true, ...definition }),
];

/** A runtime with the one check `backup/job`, started. */
async function waitingFor(definition: YamlMap, parts: Parameters<typeof runtimeOf>[1] = {}) {
  const made = runtimeOf(configured(theJob(definition)), parts);
  await made.runtime.restore();
  void made.runtime.start();
  await made.clock.runAsync(10);
  return { ...made, job: () => made.runtime.check('backup/job') };
}

const fine = { state: 'ok', output: 'copied 3 files' } as const;

test('a reported result counts like a run', async () => {
  const { runtime, events, job } = await waitingFor({});
  expect(job()).toMatchObject({ kind: 'passive', state: 'pending', nextCheck: null });
  const record = runtime.reportCheck('backup/job', { ...fine, perfdata: ['files=3'] });
  expect(record).toMatchObject({ state: 'ok', hard: true, output: 'copied 3 files', perfdata: ['files=3'] });
  expect(record.recent).toHaveLength(1);
  expect(eventsOf(events, 'check-change')).toMatchObject([{ check: { state: 'ok' }, before: { state: 'pending' } }]);
});

test('without a result in time the check expires, and the next result ends that', async () => {
  const { clock, runtime, events, job } = await waitingFor({ ttl: '2s' });
  runtime.reportCheck('backup/job', fine);
  await clock.runAsync(1_900);
  expect(job().state).toBe('ok');
  await clock.runAsync(200);
  expect(job()).toMatchObject({
    state: 'critical',
    hard: true,
    expired: true,
    output: 'no result for 2 s (ttl 2 s); last was OK: copied 3 files',
  });
  await clock.runAsync(60_000);
  expect(eventsOf(events, 'check-change')).toHaveLength(2);
  runtime.reportCheck('backup/job', fine);
  expect(job()).toMatchObject({ state: 'ok', expired: false });
});

test('a result that is late is remembered and ends no expiry', async () => {
  const { clock, runtime, events, job } = await waitingFor({ ttl: '5s' });
  await clock.runAsync(10_000);
  expect(job()).toMatchObject({ expired: true, output: 'no result for 5 s (ttl 5 s); there never was one' });
  runtime.reportCheck('backup/job', fine, { at: clock.wall() - 6_000 });
  expect(job().expired).toBe(true);
  expect(eventsOf(events, 'check-late')).toMatchObject([{ result: fine, at: clock.wall() - 6_000 }]);
});

test('a result that is older than the newest one changes nothing', async () => {
  const { clock, runtime, job } = await waitingFor({});
  await clock.runAsync(20_000);
  runtime.reportCheck('backup/job', fine);
  runtime.reportCheck('backup/job', { state: 'critical', output: 'old' }, { at: clock.wall() - 10_000 });
  expect(job().state).toBe('ok');
});

test('a result that was true a while ago expires that much earlier', async () => {
  const { clock, runtime, job } = await waitingFor({ ttl: '10s' });
  runtime.reportCheck('backup/job', fine, { at: clock.wall() - 7_000 });
  await clock.runAsync(2_900);
  expect(job().expired).toBe(false);
  await clock.runAsync(200);
  expect(job().expired).toBe(true);
});

test('a result of the future is refused', async () => {
  const { clock, runtime } = await waitingFor({});
  expect(() => runtime.reportCheck('backup/job', fine, { at: clock.wall() + 61_000 })).toThrow('61 s in the future');
});

test('a result may say itself how long it holds', async () => {
  const { clock, runtime, job } = await waitingFor({ ttl: '5s' });
  runtime.reportCheck('backup/job', fine, { ttlMs: 60_000 });
  await clock.runAsync(59_000);
  expect(job().expired).toBe(false);
  await clock.runAsync(2_000);
  expect(job().expired).toBe(true);
});

test('an expiry is confirmed like any problem', async () => {
  const { clock, job } = await waitingFor({
    ttl: '5s',
    max_attempts: 3,
    retry_interval: '10s',
    expired_state: 'warning',
  });
  await clock.runAsync(6_000);
  expect(job()).toMatchObject({ state: 'warning', hard: false, attempt: 1 });
  await clock.runAsync(20_000);
  expect(job()).toMatchObject({ state: 'warning', hard: true, attempt: 3 });
});

test('the first state and all terms may be written within passive', async () => {
  const { clock, job } = await waitingFor({ passive: { ttl: '5s', initial_state: 'ok', expired_state: 'unknown' } });
  expect(job()).toMatchObject({ state: 'ok', hardState: 'ok' });
  await clock.runAsync(6_000);
  expect(job().state).toBe('unknown');
});

test('the time goes on over a restart, and a clock that went back does not matter', async () => {
  const shelves = shelvesOf();
  const first = await waitingFor({ ttl: '60s' }, { shelves });
  first.runtime.reportCheck('backup/job', fine);
  await first.clock.runAsync(20_000);
  await first.runtime[Symbol.asyncDispose]();
  const second = await waitingFor({ ttl: '60s' }, { shelves, clock: new SimulatedClock(first.clock.wall() + 20_000) });
  expect(second.job()).toMatchObject({ state: 'ok', output: 'copied 3 files' });
  await second.clock.runAsync(19_000);
  expect(second.job().expired).toBe(false);
  await second.clock.runAsync(2_000);
  expect(second.job().expired).toBe(true);
  const third = await waitingFor(
    { ttl: '60s' },
    { shelves: first.shelves, clock: new SimulatedClock(1_600_000_000_000) },
  );
  await third.clock.runAsync(61_000);
  expect(third.job().expired).toBe(true);
});

test('a passive check cannot be run', async () => {
  const { runtime } = await waitingFor({});
  await expect(runtime.runCheck('backup/job')).rejects.toThrow('waits for results');
});

test('an active check takes reported results too', async () => {
  const objects = [written('check', 'x/y', { if_group: '*', critical_if: '1 == 1', interval: '1h' })];
  const { clock, runtime } = runtimeOf(configured(objects));
  void runtime.start();
  await clock.runAsync(12_000);
  expect(runtime.check('x/y').state).toBe('critical');
  runtime.reportCheck('x/y', { state: 'ok', output: 'says somebody' });
  expect(runtime.check('x/y')).toMatchObject({ state: 'ok', output: 'says somebody' });
});

test('parts of the agent bring checks of their own, which a file may replace', async () => {
  const own = { ...written('check', 'health.db.Disk', { if_group: '*', passive: true }), packLevel: 'core' as const };
  const { runtime, clock } = runtimeOf(configured([]));
  void runtime.start();
  await clock.runAsync(100);
  expect(runtime.defineChecks('health', [own])).toMatchObject({ added: 1 });
  expect(runtime.reportCheck('health.db.Disk', fine).state).toBe('ok');
  runtime.apply(configured([]));
  expect(runtime.check('health.db.Disk').state).toBe('ok');
  runtime.apply(configured([written('check', 'health.db.Disk', { if_group: '*', critical_if: '1 == 1' })]));
  expect(runtime.check('health.db.Disk').kind).toBe('expression');
  runtime.apply(configured([]));
  expect(runtime.defineChecks('health', [])).toMatchObject({ removed: 1 });
  expect(runtime.checks()).toEqual([]);
});

test('a check that is disabled keeps its state and is shown as disabled', async () => {
  const { runtime, job, events } = await waitingFor({});
  runtime.reportCheck('backup/job', { state: 'critical', output: 'no' });
  runtime.apply(configured(theJob({ enabled: false })));
  expect(job()).toMatchObject({ state: 'critical', isDisabled: true, output: 'no' });
  expect(() => runtime.reportCheck('backup/job', fine)).toThrow('disabled');
  expect(eventsOf(events, 'check-change').at(-1)).toMatchObject({ check: { isDisabled: true }, result: null });
});
