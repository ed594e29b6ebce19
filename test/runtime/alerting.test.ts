import { expect, test } from 'vitest';
import type { PackObject, YamlMap } from '../../src/model/pack.ts';
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
