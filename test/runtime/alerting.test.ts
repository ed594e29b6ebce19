import { expect, test } from 'vitest';
import type { PackObject, YamlMap } from '../../src/model/pack.ts';
import { settingsOf } from '../support/alerting.ts';
import { collectorOf, configured, packOf, runtimeOf, written } from '../support/runtime.ts';

const handler = (id: string, more: YamlMap = {}) => written('handler', `local/${id}`, { id, type: 'note', ...more });
const disk = (more: YamlMap = {}) =>
  written('check', 'linux/disk', {
    if_group: '*',
    interval: '1h',
    critical_if: '{{collector.disk.pct}} > 95',
    warning_if: '{{collector.disk.pct}} > 90',
    critical_output: "'/ is at %s%%' % {{collector.disk.pct}}",
    ...more,
  });

/** Lets the disk be this full, one value after the other, and gives what was told. */
async function told(objects: readonly PackObject[], values: readonly number[], rest: object = {}) {
  let pct = values[0] ?? 0;
  const collectors = [collectorOf('disk', () => ({ pct }), { intervalMs: 1_000 })];
  const { clock, runtime, alerts } = runtimeOf(configured(objects, rest), { collectors });
  void runtime.start();
  await clock.runAsync(90_000);
  for (const value of values.slice(1)) {
    pct = value;
    await clock.runAsync(90_000);
  }
  return { alerts, counts: runtime.handlers() };
}

test('problems and their ends are told, once each', async () => {
  const { alerts, counts } = await told([disk(), handler('ops')], [50, 97, 97, 92, 50]);
  expect(alerts.map(({ oldState, state }) => `${oldState} ${state}`)).toEqual([
    'ok critical',
    'critical warning',
    'warning ok',
  ]);
  expect(alerts[0]).toMatchObject({
    node: { name: 'db-1' },
    name: 'linux/disk',
    displayName: 'disk',
    output: '/ is at 97%',
  });
  expect(counts).toMatchObject([{ id: 'ops', type: 'note', state: 'ok', sent: 3, failed: 0, error: '', pending: 0 }]);
});

test('that a check is well when it is first seen is no news, that it is bad is', async () => {
  expect((await told([disk(), handler('ops')], [50])).alerts).toEqual([]);
  expect((await told([disk(), handler('ops')], [97])).alerts).toMatchObject([
    { oldState: 'pending', state: 'critical' },
  ]);
});

test('what is not confirmed is not told', async () => {
  const objects = [disk({ max_attempts: 3, retry_interval: '1m' }), handler('ops')];
  expect((await told(objects, [50, 97, 50])).alerts).toEqual([]);
});

test('a handler is told of the states that it wants, a check tells the states and the handlers that it names', async () => {
  const picky = await told([disk(), handler('ops', { severities: ['critical'] })], [50, 97, 92, 50]);
  expect(picky.alerts.map(({ state }) => state)).toEqual(['critical']);
  const quiet = await told([disk({ severities: ['warning', 'ok'] }), handler('ops')], [50, 97, 92, 50]);
  expect(quiet.alerts.map(({ state }) => state)).toEqual(['warning', 'ok']);
  const named = await told([disk({ handlers: ['b'] }), handler('a'), handler('b')], [50, 97]);
  expect(named.counts.map(({ id, sent }) => [id, sent])).toEqual([
    ['a', 0],
    ['b', 1],
  ]);
});

test('a handler that fails is counted and hinders nobody', async () => {
  const { alerts, counts } = await told([disk(), handler('bad', { broken: true }), handler('good')], [50, 97]);
  expect(alerts).toHaveLength(1);
  expect(counts).toMatchObject([
    { id: 'bad', type: 'note', state: 'error', sent: 0, pending: 1, error: 'nobody listens' },
    { id: 'good', type: 'note', state: 'ok', sent: 1, failed: 0, error: '' },
  ]);
});

test.each([
  [{ enabled: true }, [], 1],
  [{ enabled: false }, [], 0],
  [{}, [], 0],
  [{ enabled_if_group: 'tell' }, [], 0],
  [{ enabled_if_group: 'tell' }, ['tell'], 1],
])('a pack with the name of a kind of handler and %j tells in %j %d times', async (parameters, staticGroups, times) => {
  const rest = { packs: [packOf('note', parameters)], staticGroups };
  expect((await told([disk()], [50, 97], rest)).alerts).toHaveLength(times);
});

test('a handler that cannot be understood shows why, and one can be switched off', async () => {
  const objects = [
    disk(),
    handler('a', { severities: ['critcal'] }),
    handler('b', { type: 'pigeon' }),
    handler('c', { enabled: false }),
  ];
  expect((await told(objects, [50, 97])).counts).toMatchObject([
    { id: 'a', state: 'error', error: '"critcal" is no state of a check; did you mean "critical"?' },
    { id: 'b', state: 'error' },
    { id: 'c', state: 'disabled' },
  ]);
});

test('who would be told is explained, for checks as they are and as they may be', async () => {
  const alerting = settingsOf({ routes: [{ match: { severity: 'critical' }, handlers: ['ops'], group_wait: '5s' }] });
  const objects = [disk(), handler('ops'), handler('web', { if_group: 'nginx' })];
  const { clock, runtime } = runtimeOf(configured(objects, { alerting }), {
    collectors: [collectorOf('disk', () => ({ pct: 50 }))],
  });
  void runtime.start();
  await clock.runAsync(20_000);
  expect(runtime.explainRoute({ ref: 'linux/disk' })).toEqual({
    ref: 'linux/disk',
    severity: 'critical',
    routes: [{ number: 1, isTaken: true, why: '' }],
    handlers: [
      { id: 'ops', isTold: true, afterMs: 5_000, why: '' },
      { id: 'web', isTold: false, afterMs: 0, why: 'no route leads to it' },
    ],
  });
  expect(runtime.explainRoute({ ref: 'linux/disk', severity: 'warning' })).toMatchObject({
    routes: [{ isTaken: false, why: 'its severity is another' }],
    handlers: [
      { id: 'ops', isTold: true, afterMs: 2_000 },
      { id: 'web', isTold: false, why: 'is not for the groups of the node' },
    ],
  });
  expect(() => runtime.explainRoute({ ref: 'linux/disc' })).toThrow('there is no alert "linux/disc"');
});

test('a handler is tried out by a message that says so, and what comes of it is told', async () => {
  const objects = [handler('ops'), handler('bad', { broken: true }), handler('wrong', { rate: 'x' })];
  const { runtime, alerts, clock } = runtimeOf(configured(objects));
  void runtime.start();
  await clock.runAsync(1_000);
  expect(await runtime.testHandler('ops')).toMatchObject({ handler: 'ops', isDelivered: true, answer: '' });
  expect(alerts).toMatchObject([{ displayName: 'TEST', node: { name: 'db-1' } }]);
  expect(await runtime.testHandler('bad')).toMatchObject({ isDelivered: false, answer: 'nobody listens' });
  expect((await runtime.testHandler('wrong')).answer).toBe('"x" is no rate; write such as 30/m');
  await expect(runtime.testHandler('opps')).rejects.toThrow('handler "opps" is not known; did you mean "ops"?');
  expect(runtime.handlerQueue()).toEqual([]);
});

test('that a handler does not work is told by the others, and its end', async () => {
  const { alerts, runtime } = await going([disk(), handler('bad', { broken: true }), handler('good')], 97);
  expect(alerts.map(({ kind, name, state }) => [kind, name, state])).toEqual([
    ['check', 'linux/disk', 'critical'],
    ['agent', 'handler bad', 'failing'],
  ]);
  expect(runtime.alerts.list().map(({ name }) => name)).toEqual(['linux/disk', 'handler bad']);
});

test('nothing is told of checks while monitoring is switched off, and all that lasted is known again after it', async () => {
  const objects = [disk(), handler('ops')];
  const { clock, runtime, alerts } = await going(objects, 97);
  const topics = { automaticDetection: true, monitoring: false, metrology: true };
  runtime.apply(configured(objects, { topics }));
  await clock.runAsync(5 * 3_600_000);
  expect(alerts).toHaveLength(1);
  expect(runtime.alerts.get('linux/disk')).toMatchObject({ status: 'firing', state: 'critical' });
  runtime.apply(configured(objects));
  await clock.runAsync(600_000);
  expect(alerts.map(({ state }) => state)).toEqual(['critical', 'critical']);
});

test('a check that is taken away closes its alert', async () => {
  const { clock, runtime, alerts } = await going([disk(), handler('ops')], 97);
  runtime.apply(configured([handler('ops')]));
  await clock.runAsync(600_000);
  expect(runtime.alerts.list('all')).toMatchObject([{ name: 'linux/disk', status: 'closed' }]);
  expect(alerts).toHaveLength(1);
});

test('a check whose group goes away is not told of, and is again when the group comes back', async () => {
  const objects = [disk({ if_group: 'web' }), handler('ops')];
  const { clock, runtime, alerts } = await going(objects, 97, ['web']);
  runtime.apply(configured(objects));
  await clock.runAsync(600_000);
  expect([alerts.length, runtime.alerts.list().length]).toEqual([1, 0]);
  runtime.apply(configured(objects, { staticGroups: ['web'] }));
  await clock.runAsync(600_000);
  expect(alerts.map(({ state, status }) => [state, status])).toEqual([
    ['critical', 'firing'],
    ['critical', 'firing'],
  ]);
});

/** A node whose disk is this full, for an hour. */
async function going(objects: readonly PackObject[], pct: number, staticGroups: readonly string[] = []) {
  const collectors = [collectorOf('disk', () => ({ pct }), { intervalMs: 60_000 })];
  const all = runtimeOf(configured(objects, { staticGroups }), { collectors });
  void all.runtime.start();
  await all.clock.runAsync(3_600_000);
  return all;
}
