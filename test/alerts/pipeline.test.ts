import { expect, test } from 'vitest';
import { AlertingWorld } from '../support/alerting.ts';

const by = { by: 'ann', comment: 'on it', until: null, sticky: false };
const EACH = { group_by: ['...'], group_wait: '0s', group_interval: '0s' };

test('a problem and its end are told once each; both within the wait are not told at all', async () => {
  const world = await AlertingWorld.begun();
  world.check('linux/disk', 'critical');
  await world.minutes(5);
  world.check('linux/disk', 'ok');
  await world.minutes(5);
  expect(world.told()).toEqual(['fired critical', 'resolved ok']);
  world.check('linux/disk', 'critical');
  await world.clock.runAsync(1_000);
  world.check('linux/disk', 'ok');
  await world.minutes(5);
  expect(world.told()).toHaveLength(2);
});

test('problems that begin within the wait come in one message, the worst first, at most 100 by name', async () => {
  const world = await AlertingWorld.begun();
  world.check('linux/load', 'warning');
  await world.clock.runAsync(1_000);
  world.check('linux/disk', 'critical');
  await world.clock.runAsync(1_000);
  expect(world.messages()).toMatchObject([
    { alerts: [{ name: 'linux/disk' }, { name: 'linux/load' }], more: 0, group: new Map([['node', 'db-1']]) },
  ]);
});

test('messages of one group keep their distance', async () => {
  const world = await AlertingWorld.begun();
  const start = world.clock.wall();
  for (let index = 0; index < 30; index++) {
    world.check(`linux/c${index}`, 'critical');
    await world.clock.runAsync(10_000);
  }
  expect(world.arrived.map(({ at }) => (at - start) / 1_000)).toEqual([2, 62, 122, 182, 242]);
});

test('a hundred checks that fail at once are a storm: one message, and nothing is lost', async () => {
  const world = await AlertingWorld.begun({ settings: { group_by: ['...'] } });
  for (let index = 0; index < 120; index++) world.check(`${index % 3 ? 'linux' : 'mysql'}/c${index}`, 'critical');
  await world.minutes(3);
  const [first, ...others] = world.messages();
  expect(others).toEqual([]);
  expect(first).toMatchObject({
    more: 20,
    group: new Map([
      ['node', 'db-1'],
      ['storm', '120 alerts: linux 80, mysql 40'],
    ]),
  });
  expect(world.alerts.list()).toHaveLength(120);
  expect(new Set(world.alerts.list().map(({ notified }) => notified.get('ops')?.state))).toEqual(new Set(['sent']));
});

test('a restart tells nothing anew; what was not told yet is told', async () => {
  const world = await AlertingWorld.begun({ settings: EACH });
  for (let index = 0; index < 5; index++) world.check(`linux/bad${index}`, 'critical');
  for (let index = 0; index < 20; index++) world.check(`linux/good${index}`, 'ok');
  await world.minutes(2);
  expect(world.arrived).toHaveLength(5);
  await world.restart();
  await world.minutes(2);
  expect(world.arrived).toHaveLength(5);
  const other = await AlertingWorld.begun();
  other.check('linux/disk', 'critical');
  await other.clock.runAsync(1_000);
  await other.restart();
  await other.minutes(1);
  expect(other.told()).toEqual(['fired critical']);
});

test.each([
  ['problems', 5],
  ['all', 25],
  ['silent', 0],
])('of first results with %s there are %d told', async (first_result, count) => {
  const world = await AlertingWorld.begun({
    settings: { ...EACH, first_result },
    handlers: { ops: { rate: '100/s' } },
  });
  for (let index = 0; index < 25; index++) {
    const state = index < 5 ? 'critical' : 'ok';
    world.first(`linux/c${index}`, state);
  }
  await world.minutes(10);
  expect(world.told()).toHaveLength(count);
});

test('a silence is quiet; what lasts longer is told when it ends, what ended meanwhile is not', async () => {
  const world = await AlertingWorld.begun();
  world.mutes.set('linux/disk', { silences: ['s1'] });
  world.mutes.set('linux/load', { silences: ['s1'] });
  world.check('linux/disk', 'critical');
  world.check('linux/load', 'critical');
  await world.minutes(5);
  world.check('linux/load', 'ok');
  await world.minutes(5);
  expect(world.told()).toEqual([]);
  expect(world.alerts.get('linux/disk').silenced).toEqual(['s1']);
  world.mutes.clear();
  await world.clock.runAsync(2_000);
  expect(world.told()).toEqual(['fired critical']);
});

test('an end is told during a silence, and after it when it is silenced too', async () => {
  const world = await AlertingWorld.begun();
  world.check('linux/disk', 'critical');
  await world.minutes(2);
  world.mutes.set('linux/disk', { silences: ['s1'] });
  world.check('linux/disk', 'ok');
  await world.minutes(2);
  expect(world.told()).toEqual(['fired critical', 'resolved ok']);
  world.check('linux/disk', 'critical');
  world.mutes.set('linux/disk', undefined);
  await world.minutes(2);
  world.mutes.set('linux/disk', { silences: ['s1'], isEndMuted: true });
  world.check('linux/disk', 'ok');
  await world.minutes(2);
  expect(world.told()).toHaveLength(3);
  world.mutes.clear();
  await world.minutes(2);
  expect(world.told().slice(2)).toEqual(['fired critical', 'resolved ok']);
});

test('an acknowledgement ends repeats and is told; it ends with the problem and when it gets worse, unless it is to last', async () => {
  const world = await AlertingWorld.begun({ settings: { repeat: '10m' } });
  world.check('linux/disk', 'warning');
  await world.minutes(15);
  expect(world.told()).toEqual(['fired warning', 'repeat warning']);
  world.alerts.acknowledge('linux/disk', { ...by, at: world.clock.wall() });
  expect(world.alerts.isAcknowledged('check', 'linux/disk')).toBe(true);
  await world.minutes(60);
  expect(world.told().slice(2)).toEqual(['acked warning']);
  world.check('linux/disk', 'critical');
  await world.minutes(5);
  expect(world.told().slice(3)).toEqual(['updated critical']);
  world.alerts.acknowledge('linux/disk', { ...by, at: world.clock.wall(), sticky: true });
  await world.minutes(5);
  world.check('linux/disk', 'warning');
  world.check('linux/disk', 'critical');
  await world.minutes(30);
  expect(world.told().slice(4)).toEqual(['acked critical']);
  world.check('linux/disk', 'ok');
  await world.minutes(5);
  expect(() => world.alerts.acknowledge('linux/disk', { ...by, at: 0 })).toThrow('nothing is firing');
  world.check('linux/disk', 'critical');
  await world.minutes(5);
  expect(world.told().slice(5)).toEqual(['resolved ok', 'fired critical']);
});

test('an acknowledgement ends at its time', async () => {
  const world = await AlertingWorld.begun({ settings: { repeat: '10m' } });
  world.check('linux/disk', 'critical');
  await world.minutes(1);
  world.alerts.acknowledge('linux/disk', { ...by, at: world.clock.wall(), until: world.clock.wall() + 3_600_000 });
  await world.minutes(61);
  expect(world.alerts.get('linux/disk').acked).toBeNull();
  expect(world.told()).toEqual(['fired critical', 'acked critical', 'repeat critical']);
});

test('what depends on something broken is told only if it is bad when that is well again', async () => {
  const world = await AlertingWorld.begun();
  world.check('linux/child', 'critical', { isWaiting: true });
  await world.minutes(1);
  world.change('linux/child', { isWaiting: false, suppressedBy: ['linux/parent'] });
  await world.minutes(10);
  expect(world.told()).toEqual([]);
  expect(world.alerts.get('linux/child').status).toBe('pending');
  world.change('linux/child', { suppressedBy: [] });
  await world.clock.runAsync(2_000);
  expect(world.told()).toEqual(['fired critical']);
  world.check('linux/other', 'critical', { suppressedBy: ['linux/parent'] });
  await world.minutes(5);
  world.check('linux/other', 'ok', { suppressedBy: [] });
  await world.minutes(5);
  expect(world.told()).toHaveLength(1);
});

test('of a check that flaps the beginning and the end are told and nothing between', async () => {
  const world = await AlertingWorld.begun({ settings: EACH });
  world.check('linux/disk', 'critical');
  await world.minutes(1);
  world.check('linux/disk', 'ok', { flapping: true });
  await world.minutes(1);
  for (let index = 0; index < 6; index++) {
    world.check('linux/disk', index % 2 ? 'ok' : 'critical', { flapping: true });
    await world.minutes(1);
  }
  world.check('linux/disk', 'critical', { flapping: false });
  await world.minutes(1);
  world.check('linux/disk', 'ok');
  await world.minutes(1);
  expect(world.told()).toEqual(['fired critical', 'flapping ok', 'flapping critical', 'resolved ok']);
});

test('a check that stops flapping well has ended', async () => {
  const world = await AlertingWorld.begun({ settings: EACH });
  world.check('linux/disk', 'ok', { flapping: true });
  await world.minutes(1);
  world.check('linux/disk', 'ok', { flapping: false });
  await world.minutes(1);
  expect(world.told()).toEqual(['flapping ok', 'resolved ok']);
});

test('an escalation reaches its steps in time, not while somebody knows, and keeps them over a restart', async () => {
  const settings = {
    routes: [
      {
        escalate: [
          { after: '0s', handlers: ['a'] },
          { after: '15m', handlers: ['b'], severities: ['critical'] },
          { after: '1h', handlers: ['c'], repeat: '2h' },
        ],
      },
    ],
  };
  const world = await AlertingWorld.begun({ settings, handlers: { a: {}, b: {}, c: {} } });
  world.check('linux/disk', 'critical');
  await world.minutes(14);
  expect([world.told('a'), world.told('b')]).toEqual([['fired critical'], []]);
  await world.minutes(2);
  expect(world.told('b')).toEqual(['escalated critical']);
  await world.restart();
  expect(world.alerts.get('linux/disk').step).toBe(2);
  await world.minutes(4);
  world.alerts.acknowledge('linux/disk', { ...by, at: world.clock.wall() });
  await world.minutes(120);
  expect([world.told('b'), world.told('c')]).toEqual([['escalated critical', 'acked critical'], []]);
  world.check('linux/disk', 'ok');
  await world.minutes(2);
  expect(['a', 'b', 'c'].map((id) => world.told(id).filter((each) => each.startsWith('resolved')))).toEqual([
    ['resolved ok'],
    ['resolved ok'],
    [],
  ]);
});
