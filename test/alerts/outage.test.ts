import { expect, test } from 'vitest';
import type { Attempt } from '../../src/alerts/handler-queue.ts';
import type { Message } from '../../src/model/alert.ts';
import { AlertingWorld } from '../support/alerting.ts';

const EACH = { group_by: ['...'], group_wait: '0s', group_interval: '0s' };
const SLOW_MS = 60_000;

/** A mail server that is down, then takes a minute for each mail, then is well; with the ids of the mails that were tried. */
function mailServer() {
  const server = { state: 'down' as 'down' | 'slow' | 'up', tried: [] as string[], arrived: [] as Message[] };
  const attempt = async (world: AlertingWorld, message: Message): Promise<Attempt> => {
    server.tried.push(message.id);
    if (server.state === 'down') return { type: 'failed', error: 'connect ECONNREFUSED' };
    if (server.state === 'slow') await new Promise<void>((resolve) => void world.clock.after(SLOW_MS, resolve));
    server.arrived.push(message);
    return { type: 'delivered', remark: '' };
  };
  return { server, attempt };
}

test('after ten minutes without a mail server and a kill each problem is told once, as it is now, by the mail that was tried', async () => {
  const { server, attempt } = mailServer();
  const world: AlertingWorld = await AlertingWorld.begun({
    settings: EACH,
    attempt: (_, message) => attempt(world, message),
  });
  for (let index = 0; index < 5; index++) world.check(`linux/c${index}`, 'warning');
  await world.minutes(4);
  for (let index = 0; index < 3; index++) world.check(`linux/c${index}`, 'critical');
  await world.minutes(3);
  await world.restart();
  await world.minutes(3);
  expect(server.arrived).toEqual([]);
  const tried = new Set(server.tried);
  server.state = 'slow';
  await world.minutes(20);
  server.state = 'up';
  await world.minutes(30);
  const told = server.arrived.flatMap(({ alerts }) => alerts.map(({ name, state }) => `${name} ${state}`));
  expect(told.sort()).toEqual([
    ...['linux/c0 critical', 'linux/c1 critical', 'linux/c2 critical'],
    ...['linux/c3 warning', 'linux/c4 warning'],
  ]);
  const kept = server.arrived.filter(({ alerts }) => alerts[0]?.state === 'warning');
  expect(kept.every(({ id }) => tried.has(id))).toBe(true);
});

test('however long nobody takes messages, no more than a thousand wait for one handler behind the one that is tried', async () => {
  const attempt = (): Attempt => ({ type: 'failed', error: 'connect ECONNREFUSED' });
  const settings = { ...EACH, storm_limit: 100_000 };
  const world = await AlertingWorld.begun({ settings, handlers: { ops: { rate: '100000/m' } }, attempt });
  for (let index = 0; index < 1_200; index++) world.check(`linux/c${index}`, 'critical');
  await world.clock.runAsync(30_000);
  expect(world.pipeline.telling.queue('ops')?.counts).toMatchObject({ pending: 1_001, dropped: 199 });
});

test('a rule and a check that change within the wait are one message that names both', async () => {
  const world = await AlertingWorld.begun();
  const rule = { kind: 'compliance', name: 'passwd', displayName: 'passwd is root/644', pack: 'linux' } as const;
  world.pipeline.problem({ ...rule, severity: 'critical', state: 'error', oldState: 'pending', output: 'mode is 777' });
  world.check('linux/disk', 'warning');
  await world.minutes(1);
  expect(world.messages().map(({ alerts }) => alerts.map(({ displayName }) => displayName))).toEqual([
    ['passwd is root/644', 'linux/disk'],
  ]);
});
