import { expect, test } from 'vitest';
import { MuteBook } from '../../../src/alerts/mutes/mute-book.ts';
import { AlertingWorld } from '../../support/alerting.ts';
import { memoryShelf } from '../../support/shelf.ts';

const HOUR = 3_600_000;

/** A pipeline that asks a real book. */
async function setUp() {
  const world = await AlertingWorld.begun();
  const { clock, mutes } = world;
  let count = 0;
  const book = await MuteBook.open({ shelf: memoryShelf(), clock, functions: new Map(), newId: () => `m-${++count}` });
  mutes.of = (alert) => book.of(alert);
  // Tells the pipeline, and changes nothing else.
  book.onChange(() => mutes.set('', undefined));
  const spoken = () => ({ ends: clock.wall() + HOUR, comment: '', by: 'ann' });
  const silence = (patterns: readonly string[], more: { isEndMuted?: boolean } = {}) =>
    book.addSilence({ ...spoken(), matchers: { check: [...patterns] }, if: '', isEndMuted: false, ...more });
  const maintain = () => book.addMaintenance({ ...spoken(), of: 'node', name: 'db-1', drain: true });
  return { world, book, silence, maintain };
}

test('what begins in a silence is not told; when it still lasts at the end of the silence it is', async () => {
  const { world, silence } = await setUp();
  silence(['linux/*']);
  world.check('linux/disks', 'critical');
  world.check('mysql/up', 'critical');
  await world.minutes(30);
  expect(world.messages().flatMap(({ alerts }) => alerts.map(({ name }) => name))).toEqual(['mysql/up']);
  await world.minutes(29.9);
  expect(world.told()).toEqual(['fired critical']);
  await world.clock.runAsync(8_000);
  expect(world.told()).toEqual(['fired critical', 'fired critical']);
});

test('what begins and ends in a silence is never told', async () => {
  const { world, silence } = await setUp();
  silence(['linux/*']);
  world.check('linux/disks', 'critical');
  await world.minutes(10);
  world.check('linux/disks', 'ok');
  await world.minutes(120);
  expect(world.told()).toEqual([]);
});

test('the end of what was told is told also in a silence, unless that keeps it quiet', async () => {
  for (const isEndMuted of [false, true]) {
    const { world, silence } = await setUp();
    world.check('linux/disks', 'critical');
    await world.minutes(1);
    silence(['linux/*'], { isEndMuted });
    world.check('linux/disks', 'ok');
    await world.minutes(10);
    expect(world.told()).toEqual(isEndMuted ? ['fired critical'] : ['fired critical', 'resolved ok']);
  }
});

test('in maintenance all kinds are quiet; what still fails when it is stopped is told', async () => {
  const { world, book, maintain } = await setUp();
  const { id } = maintain();
  world.check('linux/disks', 'critical');
  world.check('backup/nightly', 'unknown', { kind: 'passive' });
  world.pipeline.problem({
    ...{ kind: 'node', node: world.node, name: '', displayName: 'db-1', pack: '' },
    ...{ severity: 'critical', state: 'dead', oldState: 'alive', output: 'node db-1 is dead', incident: '7' },
  });
  await world.minutes(30);
  expect(world.told()).toEqual([]);
  expect(world.alerts.inMaintenance()).toBe(true);
  world.check('backup/nightly', 'ok');
  book.remove('maintenance', id);
  await world.minutes(1);
  expect(world.alerts.inMaintenance()).toBe(false);
  expect(world.told().toSorted()).toEqual(['fired critical', 'fired dead']);
});
