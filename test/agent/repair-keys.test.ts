import { expect, test } from 'vitest';
import { RepairKeys } from '../../src/agent/repair-keys.ts';
import { Bus } from '../../src/base/bus.ts';
import { silent } from '../../src/base/log.ts';
import type { AgentEvent } from '../../src/model/event.ts';
import type { KvWritten } from '../../src/model/kv.ts';
import type { RepairRecord } from '../../src/model/repair.ts';
import { SimulatedClock } from '../support/clock.ts';

const WRITTEN: KvWritten = { key: '', version: '', created: 0, modified: 0, expires: null };
const REPAIR: RepairRecord = {
  ...{ id: 'r1', event: 'start', at: 1_700_000_000_000, node: 'db-1', service: 'web', check: 'web/key' },
  ...{ action: 'Fix', args: [], kwargs: { word: '***' }, who: 'auto', reason: 'unhealthy', before: 'unhealthy' },
  ...{ after: null, isFixed: null, exit: null, output: '', durationMs: null, attempt: 1, maxAttempts: 3 },
};

/** A node whose store a test breaks and mends. */
function setUp() {
  const bus = new Bus<AgentEvent>((error) => {
    throw error;
  });
  const clock = new SimulatedClock();
  const store = new Map<string, { readonly value: unknown; readonly ttl: number | undefined }>();
  const node = { isBroken: false, hasStore: true };
  const keys = new RepairKeys({
    ...{ bus, clock, log: silent, nodeId: 'n1', hasStore: () => node.hasStore },
    kv: {
      async put(key, value, { ttl } = {}) {
        if (node.isBroken) throw new Error('no quorum');
        store.set(key, { value: JSON.parse(Buffer.from(value).toString()), ttl });
        return WRITTEN;
      },
    },
  });
  const happens = (more: Partial<RepairRecord> = {}) =>
    bus.emit({ type: 'repair-change', record: { ...REPAIR, ...more } });
  return { clock, store, node, keys, happens };
}

test('each line of the audit is in the store for 90 days, in the order in which things happened', async () => {
  const { clock, store, keys, happens } = setUp();
  happens();
  happens({ event: 'end', isFixed: true });
  await clock.runAsync(0);
  expect([...store.keys()]).toEqual([
    '__opsbro/repair-audit/001700000000000-n1-0001',
    '__opsbro/repair-audit/001700000000000-n1-0002',
  ]);
  expect([...store.values()]).toMatchObject([
    { value: { id: 'r1', event: 'start', kwargs: { word: '***' } }, ttl: 7_776_000 },
    { value: { id: 'r1', event: 'end', fixed: true } },
  ]);
  keys[Symbol.dispose]();
  happens();
  await clock.runAsync(0);
  expect(store.size).toBe(2);
});

test('what a store does not take is tried again each minute, and of too much the oldest is left', async () => {
  const { clock, store, node, happens } = setUp();
  node.isBroken = true;
  for (let at = 1; at <= 1_100; at++) happens({ at });
  await clock.runAsync(61_000);
  node.isBroken = false;
  await clock.runAsync(61_000);
  expect(store.size).toBe(1_000);
  expect([...store.keys()][0]).toBe('__opsbro/repair-audit/000000000000101-n1-0101');
});

test('without a store nothing waits for one', async () => {
  const { clock, store, node, happens } = setUp();
  node.hasStore = false;
  happens();
  node.hasStore = true;
  await clock.runAsync(120_000);
  expect(store.size).toBe(0);
});
