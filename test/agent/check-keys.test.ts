import { expect, test } from 'vitest';
import { CheckKeys } from '../../src/agent/check-keys.ts';
import { Bus } from '../../src/base/bus.ts';
import { silent } from '../../src/base/log.ts';
import type { CheckRecord } from '../../src/model/check.ts';
import type { AgentEvent } from '../../src/model/event.ts';
import type { KvWritten } from '../../src/model/kv.ts';
import { SimulatedClock } from '../support/clock.ts';
import { check } from '../support/nodes.ts';

const WRITTEN: KvWritten = { key: '', version: '', created: 0, modified: 0, expires: null };

/** A node whose checks and store a test sets. */
function setUp(first: readonly CheckRecord[]) {
  const bus = new Bus<AgentEvent>((error) => {
    throw error;
  });
  const clock = new SimulatedClock();
  const store = new Map<string, unknown>();
  const node = { checks: first, isBroken: false, hasStore: true };
  const keys = new CheckKeys({
    ...{ bus, clock, log: silent, nodeId: 'n1', checks: () => node.checks, hasStore: () => node.hasStore },
    kv: {
      async put(key, value) {
        if (node.isBroken) throw new Error('no quorum');
        store.set(key, JSON.parse(Buffer.from(value).toString()));
        return WRITTEN;
      },
      async delete(key) {
        return { key, version: null, existed: store.delete(key) };
      },
    },
  });
  return { bus, clock, store, node, keys };
}

test('the ids and records of the checks are in the store, and follow what changes', async () => {
  const { bus, clock, store, node, keys } = setUp([
    check('linux/disks', { output: 'x'.repeat(5_000) }),
    check('linux/load'),
  ]);
  bus.emit({ type: 'checks-change' });
  await clock.runAsync(1_000);
  expect(store.get('__health/n1')).toEqual(['linux/disks', 'linux/load']);
  expect(store.get('__health/n1/linux/disks')).toMatchObject({
    name: 'linux/disks',
    state: 'ok',
    output: 'x'.repeat(4_096),
  });
  const bad = check('linux/load', { state: 'critical' });
  node.checks = [bad];
  bus.emit({ type: 'check-change', check: bad, before: bad, result: null });
  await clock.runAsync(1_000);
  expect(store.get('__health/n1/linux/load')).toMatchObject({ state: 'critical' });
  expect([...store.keys()]).toEqual(['__health/n1', '__health/n1/linux/load']);
  keys[Symbol.dispose]();
});

test('what could not be written is written with the next', async () => {
  const { bus, clock, store, node } = setUp([check('linux/load')]);
  node.isBroken = true;
  bus.emit({ type: 'checks-change' });
  await clock.runAsync(2_000);
  expect(store.size).toBe(0);
  node.isBroken = false;
  await clock.runAsync(62_000);
  expect([...store.keys()]).toEqual(['__health/n1', '__health/n1/linux/load']);
});

test('without a store nothing is written', async () => {
  const { bus, clock, store, node } = setUp([check('linux/load')]);
  node.hasStore = false;
  bus.emit({ type: 'checks-change' });
  await clock.runAsync(120_000);
  expect(store.size).toBe(0);
});
