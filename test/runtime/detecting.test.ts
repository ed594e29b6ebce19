import { expect, test } from 'vitest';
import { SimulatedClock } from '../support/clock.ts';
import { collectorOf, configured, eventsOf, runtimeOf, shelvesOf, written } from '../support/runtime.ts';

const detector = (id: string, apply_if: string, add_groups: string[], more: object = {}) =>
  written('detector', id, { apply_if, add_groups, ...more });

const LINUX = detector('system/os', "{{collector.system.os}} == 'linux'", ['linux']);
const DISTRIBUTION = detector('system/distribution', "{{collector.system.dist}} != ''", ['{{collector.system.dist}}']);

test('the groups of the first round come at once and together, after the collectors', async () => {
  const collectors = [collectorOf('system', () => ({ os: 'linux', dist: 'debian' }))];
  const { clock, runtime, events } = runtimeOf(configured([LINUX, DISTRIBUTION], { staticGroups: ['db'] }), {
    collectors,
  });
  await runtime.restore();
  expect([...runtime.groups]).toEqual(['db', 'zone::lan']);
  const started = runtime.start();
  await clock.runAsync(0);
  await started;
  expect([...runtime.groups]).toEqual(['db', 'debian', 'linux', 'zone::lan']);
  expect(eventsOf(events, 'groups-change')).toEqual([
    {
      type: 'groups-change',
      groups: ['db', 'debian', 'linux', 'zone::lan'],
      add: ['debian', 'linux'],
      remove: [],
      from: new Map([
        ['debian', ['system/distribution']],
        ['linux', ['system/os']],
      ]),
    },
  ]);
  expect(runtime.detectors()).toMatchObject([
    {
      id: 'system/os',
      applyIf: "{{collector.system.os}} == 'linux'",
      addGroups: ['linux'],
      groups: ['linux'],
      log: '',
    },
    { id: 'system/distribution', groups: ['debian'], intervalMs: 10_000 },
  ]);
});

test('a change of a collector changes the groups at once, and a lost one never removes a written group', async () => {
  let os = 'linux';
  const collectors = [collectorOf('system', () => ({ os }), { intervalMs: 1_000 })];
  const slow = { ...LINUX, definition: { ...LINUX.definition, interval: '1h', add_groups: ['linux', 'db'] } };
  const { clock, runtime, events } = runtimeOf(configured([slow], { staticGroups: ['db'] }), { collectors });
  await runtime.restore();
  void runtime.start();
  await clock.runAsync(500);
  os = 'hurd';
  await clock.runAsync(1_100);
  expect([...runtime.groups]).toEqual(['db', 'zone::lan']);
  expect(eventsOf(events, 'groups-change').at(-1)).toMatchObject({ add: [], remove: ['linux'] });
});

test('a rule that cannot be decided gives nothing and says why', async () => {
  const { clock, runtime } = runtimeOf(configured([LINUX, detector('x/y', '1 / 0', ['z'])]), {});
  void runtime.start();
  await clock.runAsync(100);
  expect(runtime.detectors().map(({ log }) => log)).toEqual([
    'unknown: collector.system.os is missing (unknown collector)',
    'error: division by zero',
  ]);
});

test('a group that is the condition of another one is enough for both in one round', async () => {
  const galera = detector('mysql/galera', 'True', ['galera'], { if_group: 'mysql and not lab' });
  const mysql = detector('mysql/mysql', 'True', ['mysql']);
  const { clock, runtime } = runtimeOf(configured([galera, mysql]));
  void runtime.start();
  await clock.runAsync(10);
  expect([...runtime.groups]).toEqual(['galera', 'mysql', 'zone::lan']);
});

test('groups last over a restart until their detector has run, so that they do not flap', async () => {
  const shelves = shelvesOf();
  const first = runtimeOf(configured([detector('a/a', 'True', ['a'])]), { shelves });
  void first.runtime.start();
  await first.clock.runAsync(10);
  await first.runtime[Symbol.asyncDispose]();

  const clock = new SimulatedClock(1_700_000_600_000);
  const second = runtimeOf(configured([detector('a/a', 'True', ['a'])]), { shelves, clock });
  await second.runtime.restore();
  expect([...second.runtime.groups]).toEqual(['a', 'zone::lan']);
  void second.runtime.start();
  await clock.runAsync(30_000);
  expect(eventsOf(second.events, 'groups-change')).toEqual([]);
});

test('a reload touches only what changed', async () => {
  const objects = [detector('a/a', 'True', ['a']), detector('b/b', 'True', ['b']), detector('c/c', 'True', ['c'])];
  const { clock, runtime, events } = runtimeOf(configured(objects));
  await runtime.restore();
  void runtime.start();
  await clock.runAsync(10);
  const changed = [objects[0], detector('b/b', 'True', ['b2']), detector('d/d', 'True', ['d'])].flatMap(
    (one) => one ?? [],
  );
  expect(runtime.apply(configured(changed))).toEqual({ added: 1, changed: 1, removed: 1, unchanged: 1 });
  await clock.runAsync(10);
  expect([...runtime.groups]).toEqual(['a', 'b2', 'd', 'zone::lan']);
  expect(runtime.apply(configured(changed))).toEqual({ added: 0, changed: 0, removed: 0, unchanged: 3 });
  expect(eventsOf(events, 'groups-change').length).toBeLessThanOrEqual(3);
});

test('a detector that cannot be understood leaves its former version at work', async () => {
  const { clock, runtime } = runtimeOf(configured([detector('a/a', 'True', ['a'])]));
  void runtime.start();
  await clock.runAsync(10);
  runtime.apply(configured([written('detector', 'a/a', { apply_if: 'True', add_groups: ['b'], interval: 'often' })]));
  await clock.runAsync(20_000);
  expect([...runtime.groups]).toEqual(['a', 'zone::lan']);
});

test('without the topic automatic detection there are no detected groups', async () => {
  const objects = [detector('a/a', 'True', ['a'])];
  const { clock, runtime } = runtimeOf(configured(objects));
  void runtime.start();
  await clock.runAsync(10);
  runtime.apply(configured(objects, { topics: { automaticDetection: false, monitoring: true, metrology: true } }));
  expect([...runtime.groups]).toEqual(['zone::lan']);
  await clock.runAsync(30_000);
  expect([...runtime.groups]).toEqual(['zone::lan']);
  runtime.apply(configured(objects));
  await clock.runAsync(10);
  expect([...runtime.groups]).toEqual(['a', 'zone::lan']);
});

test('a detector that is run by hand counts, one that is only tried out does not', async () => {
  const unknown = detector('x/y', "{{collector.nope.x}} == 'a'", ['z']);
  const { clock, runtime, events } = runtimeOf(configured([detector('a/a', 'True', ['a']), unknown]));
  await runtime.restore();
  expect(await runtime.runDetectors(undefined, { isDry: true })).toEqual({
    groups: ['a', 'zone::lan'],
    added: ['a'],
    removed: [],
    logs: new Map([['x/y', 'unknown: collector.nope.x is missing (unknown collector)']]),
  });
  expect([...runtime.groups]).toEqual(['zone::lan']);
  expect(await runtime.runDetectors('a/a', { isDry: false })).toMatchObject({ added: ['a'], logs: new Map() });
  expect([...runtime.groups]).toEqual(['a', 'zone::lan']);
  expect(eventsOf(events, 'groups-change')).toMatchObject([{ add: ['a'], from: new Map([['a', ['a/a']]]) }]);
  await expect(runtime.runDetectors('a/b', { isDry: true })).rejects.toThrow('no detector is named "a/b"');
  await clock.runAsync(0);
});

test('without the topic automatic detection no detector can be run', async () => {
  const topics = { automaticDetection: false, monitoring: true, metrology: true };
  const { runtime } = runtimeOf(configured([LINUX], { topics }));
  await expect(runtime.runDetectors(undefined, { isDry: false })).rejects.toThrow(
    'automatic detection is switched off',
  );
});
