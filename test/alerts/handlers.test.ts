import { expect, test } from 'vitest';
import type { Attempt } from '../../src/alerts/handler-queue.ts';
import { testJob } from '../../src/alerts/test-job.ts';
import { AlertingWorld } from '../support/alerting.ts';

const EACH = { group_by: ['...'], group_wait: '0s', group_interval: '0s' };

test('each alert reaches exactly the handlers of its routes', async () => {
  const settings = {
    ...EACH,
    routes: [
      { match: { severity: ['critical'], group: ['mysql', 'galera'] }, handlers: ['dba'], continue: true },
      { match: { if: "pack == 'quiet'" }, handlers: [] },
      { match: { check: 'linux/*' }, handlers: ['unix'] },
    ],
  };
  const handlers = { dba: {}, unix: {}, picky: { severities: ['critical'] }, web: { if_group: 'nginx' } };
  const world = await AlertingWorld.begun({ settings, handlers });
  world.check('linux/disk', 'critical');
  world.check('linux/load', 'warning');
  world.check('quiet/x', 'warning');
  world.check('other/y', 'critical', { packName: 'other' }, { handlers: ['picky', 'dba'] });
  world.check('other/z', 'warning');
  await world.minutes(1);
  const reached = (id: string) => world.messages(id).flatMap(({ alerts }) => alerts.map(({ name }) => name));
  expect(reached('dba')).toEqual(['linux/disk', 'other/y', 'other/z']);
  expect(reached('unix')).toEqual(['linux/disk', 'linux/load', 'other/z']);
  expect(reached('picky')).toEqual([]);
  expect(reached('web')).toEqual([]);
});

test('ends are told to who wants them: severities, send_resolved', async () => {
  const handlers = {
    critical: { severities: ['critical'] },
    both: { severities: ['critical', 'ok'] },
    never: { send_resolved: false },
  };
  const world = await AlertingWorld.begun({ handlers });
  for (const state of ['warning', 'critical', 'ok'] as const) {
    world.check('linux/disk', state);
    await world.minutes(2);
  }
  expect(world.told('critical')).toEqual(['fired critical']);
  expect(world.told('both')).toEqual(['fired critical', 'resolved ok']);
  expect(world.told('never')).toEqual(['fired warning', 'updated critical']);
});

test('while a handler fails others are told, and afterwards it is told how things stand and what happened', async () => {
  let isDown = true;
  const attempt = (handler: string): Attempt =>
    handler === 'ops' && isDown ? { type: 'failed', error: 'no route to host' } : { type: 'delivered', remark: '' };
  const world = await AlertingWorld.begun({ settings: EACH, handlers: { ops: {}, other: {} }, attempt });
  world.check('linux/disk', 'critical');
  world.check('linux/load', 'warning');
  await world.minutes(5);
  world.check('linux/load', 'critical');
  world.check('linux/disk', 'ok');
  await world.minutes(5);
  expect(world.told('other')).toEqual(['fired critical', 'fired warning', 'updated critical', 'resolved ok']);
  expect(world.failing).toEqual([['ops', 'no route to host']]);
  isDown = false;
  await world.minutes(10);
  expect(world.told().sort()).toEqual(['fired critical', 'resolved ok']);
  const [end] = world.messages().filter(({ action }) => action === 'resolved');
  expect(end?.alerts[0]?.longOutput).toMatch(/^was CRITICAL \d\d:\d\d-\d\d:\d\d, now OK$/);
  expect(world.failing.at(-1)).toEqual(['ops', '']);
});

test('what was short and over before a handler worked again need not be told', async () => {
  let isDown = true;
  const attempt = (): Attempt => (isDown ? { type: 'failed', error: 'down' } : { type: 'delivered', remark: '' });
  const world = await AlertingWorld.begun({ settings: { ...EACH, quiet_after_outage: '10m' }, attempt });
  world.check('linux/disk', 'critical');
  await world.minutes(5);
  world.check('linux/disk', 'ok');
  isDown = false;
  await world.minutes(30);
  expect(world.told()).toEqual([]);
});

test('who asks for patience gets it, and then all that came meanwhile at once', async () => {
  let isBusy = true;
  const attempt = (): Attempt =>
    isBusy ? { type: 'later', error: 'rate limited', waitMs: 30_000 } : { type: 'delivered', remark: '' };
  const world = await AlertingWorld.begun({ settings: EACH, attempt });
  world.check('linux/c0', 'critical');
  await world.clock.runAsync(1_000);
  isBusy = false;
  for (let index = 1; index < 6; index++) world.check(`linux/c${index}`, 'critical');
  await world.clock.runAsync(28_000);
  expect(world.arrived).toEqual([]);
  await world.clock.runAsync(2_000);
  expect(world.messages().map(({ alerts }) => alerts.length)).toEqual([1, 5]);
});

test('a handler that has sent all it may puts the rest together', async () => {
  const world = await AlertingWorld.begun({ settings: { ...EACH, storm_limit: 1_000 } });
  for (let index = 0; index < 40; index++) world.check(`linux/c${index}`, 'critical');
  await world.minutes(3);
  expect(world.messages().map(({ alerts }) => alerts.length)).toEqual([...Array.from({ length: 10 }, () => 1), 30]);
});

test('a killed process sends a message again with the same id, and no other twice', async () => {
  const seen: string[] = [];
  let hang = true;
  const world = await AlertingWorld.begun({
    settings: EACH,
    attempt: async (_, { id }) => {
      seen.push(id);
      if (hang) await new Promise(() => {});
      return { type: 'delivered', remark: '' };
    },
  });
  world.check('linux/disk', 'critical');
  await world.minutes(1);
  hang = false;
  await world.restart();
  await world.minutes(30);
  expect(seen).toEqual([seen[0], seen[0]]);
  expect(world.told()).toEqual(['fired critical']);
});

test('a message that arrives while the agent stops is not sent again', async () => {
  const seen: string[] = [];
  let arrive = () => {};
  const world = await AlertingWorld.begun({
    settings: EACH,
    attempt: async (_, { id }) => {
      seen.push(id);
      if (seen.length === 1) await new Promise<void>((resolve) => (arrive = resolve));
      return { type: 'delivered', remark: '' };
    },
  });
  world.check('linux/disk', 'critical');
  await world.minutes(1);
  const restarted = world.stopAndStart();
  arrive();
  await restarted;
  await world.minutes(30);
  expect(seen).toHaveLength(1);
});

test('a message that is given up is shown, and revived when somebody asks for it', async () => {
  let isDown = true;
  const attempt = (): Attempt =>
    isDown ? { type: 'undeliverable', error: 'no such channel' } : { type: 'delivered', remark: '' };
  const world = await AlertingWorld.begun({ handlers: { ops: { retry_for: '1h' } }, attempt });
  world.check('linux/disk', 'critical');
  await world.minutes(90);
  const queue = world.pipeline.telling.queue('ops');
  expect(queue?.counts).toMatchObject({ pending: 0, dead: 1, error: 'no such channel' });
  expect(world.alerts.get('linux/disk').notified.get('ops')?.state).toBe('failed');
  isDown = false;
  await world.minutes(90);
  expect(world.told()).toEqual([]);
  expect(queue?.retry()).toBe(1);
  await world.minutes(1);
  expect(world.told()).toEqual(['fired critical']);
});

test('a check that is gone closes its alert and nobody is told', async () => {
  const world = await AlertingWorld.begun();
  world.check('linux/disk', 'critical');
  await world.minutes(1);
  world.pipeline.keepChecks(new Set());
  await world.minutes(10);
  expect(world.told()).toEqual(['fired critical']);
  expect(world.alerts.get('linux/disk').status).toBe('closed');
  expect(world.events.at(-1)?.action).toBe('closed');
});

test('problems of other kinds are told as checks are, events once', async () => {
  const world = await AlertingWorld.begun({ settings: EACH });
  const node = { ...world.node, uuid: '22222222-2222-4222-8222-222222222222', name: 'web-1' };
  const dead = {
    kind: 'node',
    node,
    name: '',
    displayName: 'web-1',
    pack: '',
    state: 'dead',
    oldState: 'alive',
    output: 'x',
  } as const;
  world.pipeline.problem({ ...dead, severity: 'critical', incident: '7' });
  await world.minutes(1);
  expect(world.alerts.list()[0]?.id).toBe('d24321311717087e-7');
  world.pipeline.problem({ ...dead, severity: 'ok', state: 'alive', oldState: 'dead', incident: '7' });
  await world.minutes(1);
  const group = {
    kind: 'group',
    name: 'mysql',
    displayName: 'mysql',
    pack: '',
    severity: 'warning',
    output: '',
  } as const;
  world.pipeline.problem({ ...group, state: 'remove', oldState: 'add', isOnce: true });
  await world.minutes(60);
  expect(world.told()).toEqual(['fired dead', 'resolved alive', 'fired remove']);
});

test('what changes while a message is on its way is told after it', async () => {
  const world: AlertingWorld = await AlertingWorld.begun({
    settings: EACH,
    attempt: async () => {
      await new Promise<void>((resolve) => void world.clock.after(5_000, resolve));
      return { type: 'delivered', remark: '' };
    },
  });
  world.check('linux/disk', 'critical');
  await world.clock.runAsync(2_000);
  world.check('linux/disk', 'ok');
  await world.minutes(1);
  expect(world.told()).toEqual(['fired critical', 'resolved ok']);
});

test('an end that was not told before a kill is told after it', async () => {
  const world = await AlertingWorld.begun();
  world.check('linux/disk', 'critical');
  await world.minutes(2);
  world.check('linux/disk', 'ok');
  await world.clock.runAsync(500);
  await world.restart();
  await world.minutes(2);
  expect(world.told()).toEqual(['fired critical', 'resolved ok']);
});

test('who tries out a handler that goes away meanwhile is answered', async () => {
  const world = await AlertingWorld.begun({ attempt: () => new Promise(() => {}) });
  const queue = world.pipeline.telling.queue('ops');
  const job = () => testJob('ops', world.node, world.clock.wall());
  void queue?.test(job());
  const second = queue?.test(job());
  world.pipeline.telling.removeHandler('ops');
  expect([await second, await queue?.test(job())]).toMatchObject([{ type: 'failed' }, { type: 'failed' }]);
});
