import { expect, test } from 'vitest';
import type { Problem } from '../../src/model/alert.ts';
import { AlertingWorld } from '../support/alerting.ts';

const DEAD: Problem = {
  ...{ kind: 'node', name: '', displayName: 'web-1', pack: '', severity: 'critical', state: 'dead', oldState: 'alive' },
  ...{ output: 'node web-1 is dead', incident: '7' },
};
const BACK: Problem = { ...DEAD, severity: 'ok', state: 'alive', oldState: 'dead', output: 'node web-1 is alive' };

test('the end of a problem goes to exactly those whom another node told of it, and once', async () => {
  const world = await AlertingWorld.begun({ handlers: { mail: {}, slack: {}, mute: { send_resolved: false } } });
  const back = { ...BACK, node: { ...world.node, name: 'web-1' }, toldElsewhere: ['mail', 'mute', 'unknown'] };
  world.pipeline.problem(back);
  await world.minutes(5);
  await world.restart();
  world.pipeline.problem({ ...back, toldElsewhere: [] });
  await world.minutes(5);
  expect(world.arrived.map(({ handler, message }) => [handler, message.action, message.alerts[0]?.state])).toEqual([
    ['mail', 'resolved', 'alive'],
  ]);
  expect(world.alerts.list('open')).toEqual([]);
});

test('an end that was not told yet is told after a restart', async () => {
  const world = await AlertingWorld.begun({ handlers: { mail: {} } });
  world.pipeline.problem({ ...BACK, toldElsewhere: ['mail'] });
  await world.restart();
  await world.minutes(5);
  expect(world.told('mail')).toEqual(['resolved alive']);
});

test('who was told by two nodes is told once that it is over', async () => {
  const world = await AlertingWorld.begun({ handlers: { mail: {}, slack: { severities: ['warning', 'ok'] } } });
  world.pipeline.problem(DEAD);
  await world.minutes(5);
  world.pipeline.problem({ ...BACK, toldElsewhere: ['mail', 'slack'] });
  await world.minutes(5);
  expect(world.told('mail')).toEqual(['fired dead', 'resolved alive']);
  expect(world.told('slack')).toEqual(['resolved alive']);
});

test('the end of what nobody was told of is no news', async () => {
  const world = await AlertingWorld.begun({ handlers: { mail: {} } });
  world.pipeline.problem(BACK);
  await world.minutes(5);
  expect([world.arrived, world.alerts.list('all')]).toEqual([[], []]);
});
