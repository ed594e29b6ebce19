import { expect, test } from 'vitest';
import type { YamlMap } from '../../src/model/pack.ts';
import { collectorOf, configured, eventsOf, runtimeOf, written } from '../support/runtime.ts';

const check = (id: string, definition: YamlMap) => written('check', id, { if_group: '*', ...definition });

/** A node with a net and a database on it, each judged by a number that is above 0 when it is broken; judged only as planned. */
async function netAndDb({ net: netFields = {}, db: dbFields = {} }: { net?: YamlMap; db?: YamlMap }) {
  const value = { net: 0, db: 0 };
  const net = { critical_if: '{{collector.net.broken}} > 0', interval: '10m', ...netFields };
  const db = { critical_if: '{{collector.db.broken}} > 0', interval: '10s', depends_on: 'linux/net', ...dbFields };
  const made = runtimeOf(configured([check('linux/net', net), check('my/db', db)]), {
    collectors: [
      collectorOf('net', () => ({ broken: value.net }), { intervalMs: 600_000 }),
      collectorOf('db', () => ({ broken: value.db }), { intervalMs: 1_000 }),
    ],
  });
  void made.runtime.start();
  await made.clock.runAsync(15_000);
  return { ...made, value, db: () => made.runtime.check('my/db'), lookAtNet: () => made.runtime.runCollector('net') };
}

/** What was told of the database while it was a confirmed problem: how, in order. */
const told = (events: Parameters<typeof eventsOf>[0]) =>
  eventsOf(events, 'check-change')
    .filter(({ check: { id, hardState } }) => id === 'my/db' && hardState === 'critical')
    .map(({ check: { suppressedBy, isWaiting } }) => (isWaiting ? 'waiting' : suppressedBy.join() || 'own'));

test('a problem while its parent is broken is suppressed from its first moment', async () => {
  const { clock, value, db, events, lookAtNet } = await netAndDb({});
  value.net = 1;
  await lookAtNet();
  await clock.runAsync(2_000);
  value.db = 1;
  await clock.runAsync(2_000);
  expect(db()).toMatchObject({ hardState: 'critical', suppressedBy: ['linux/net'], isWaiting: false });
  expect(told(events)).toEqual(['linux/net']);
});

test('a problem that comes first waits until its parent was looked at, which is at once', async () => {
  const { clock, value, db, events } = await netAndDb({});
  value.db = 1;
  await clock.runAsync(2_000);
  expect(db()).toMatchObject({ hardState: 'critical', suppressedBy: [], isWaiting: false });
  expect(told(events)).toEqual(['waiting', 'own']);
});

test('a problem that comes first is suppressed when the parent turns out to be broken', async () => {
  const { clock, value, events, runtime } = await netAndDb({ net: { max_attempts: 2, retry_interval: '5s' } });
  value.net = 1;
  value.db = 1;
  const looked = runtime.runCollector('net');
  await clock.runAsync(12_000);
  await looked;
  expect(told(events).at(-1)).toBe('linux/net');
  expect(told(events)).not.toContain('own');
});

test('after the parent came back the child is run, and only that result decides', async () => {
  const { clock, value, db, events, lookAtNet } = await netAndDb({});
  value.net = 1;
  await lookAtNet();
  await clock.runAsync(2_000);
  value.db = 1;
  await clock.runAsync(2_000);
  value.net = 0;
  await lookAtNet();
  await clock.runAsync(2_000);
  expect(db()).toMatchObject({ hardState: 'critical', suppressedBy: [], isWaiting: false });
  expect(told(events)).toEqual(['linux/net', 'waiting', 'own']);
});

test('a child that is not to be run while its parent is broken is not', async () => {
  const { clock, value, db, lookAtNet } = await netAndDb({
    db: { depends_on: [{ check: 'linux/net', execute: false }], critical_if: 'no_such()' },
  });
  const before = db().lastCheck;
  value.net = 1;
  await lookAtNet();
  await clock.runAsync(30_000);
  expect((db().lastCheck ?? 0) - (before ?? 0)).toBeLessThan(12_000);
});

test('checks that depend on each other in a circle still work', async () => {
  const { clock, value, db } = await netAndDb({ net: { depends_on: ['my/db'] } });
  value.db = 1;
  await clock.runAsync(2_000);
  expect(db()).toMatchObject({ hardState: 'critical' });
});
