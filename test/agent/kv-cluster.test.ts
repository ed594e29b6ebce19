import { expect, test } from 'vitest';
import { AgentKvCluster } from '../../src/agent/kv-cluster.ts';
import type { Peers } from '../../src/agent/peers.ts';
import type { Pool } from '../../src/agent/pool.ts';
import { Bus } from '../../src/base/bus.ts';
import { seeded } from '../../src/base/random.ts';
import type { AgentEvent } from '../../src/model/event.ts';
import type { KvStanding, Member } from '../../src/model/member.ts';
import type { Candidate } from '../../src/plugins/kinds.ts';
import { SimulatedClock } from '../support/clock.ts';
import { member } from '../support/nodes.ts';

const OPEN = new Map([['pp', '6767']]);
const READY: KvStanding = { ring: true, store: 'ok', ready: 'view' };

/** A store that is connected with others, what it was told of them, and what the pool was told of it. */
function connected(others: readonly Member[], port = 6_767) {
  const bus = new Bus<AgentEvent>(() => {});
  const clock = new SimulatedClock();
  const self = member('self', { tags: OPEN });
  const members = new Map([self, ...others].map((each) => [each.id, each] as const));
  const said: KvStanding[] = [];
  const told: (readonly Candidate[])[] = [];
  const groups = new Set(['kv']);
  const pool = { self, members, setKv: (standing: KvStanding) => said.push(standing) } as unknown as Pool;
  const peers = { port, client: {}, stream() {} } as unknown as Peers;
  const cluster = new AgentKvCluster(seeded(1));
  const own = { store: 'ok' as KvStanding['store'], ready: '', isHandedOver: false };
  cluster.join({
    answer: async () => undefined,
    setCandidates: (candidates) => told.push(candidates),
    standing: () => ({ store: own.store, ready: own.ready }),
    leaving: { waitMs: 30_000, isHandedOver: () => own.isHandedOver },
  });
  cluster.connect({ pool, peers, bus, clock, groups: () => groups });
  const ring = () => (told.at(-1) ?? []).filter((each) => each.ring).map(({ id }) => id);
  const close = () => cluster[Symbol.dispose]();
  return { cluster, bus, clock, own, groups, said, told, ring, [Symbol.dispose]: close };
}

test('on the ring is who says so, works, is of the same zone and can be asked', () => {
  using world = connected([
    member('good', { tags: OPEN, kv: READY }),
    member('no-group', { tags: OPEN, kv: { ...READY, ring: false } }),
    member('broken', { tags: OPEN, kv: { ...READY, store: 'failed' } }),
    member('other-zone', { tags: OPEN, kv: READY, zone: 'lan' }),
    member('closed', { tags: new Map([['pp', '0']]), kv: READY }),
    member('old', { tags: OPEN }),
  ]);
  expect(world.ring()).toEqual(['self', 'good']);
  expect(world.told.at(-1)?.map(({ id }) => id)).toEqual(['self', 'good', 'no-group', 'broken']);
});

test('the pool is told how the store is, whenever that is another than before', () => {
  using world = connected([]);
  expect(world.said).toEqual([{ ring: true, store: 'ok', ready: '' }]);
  world.clock.run(30_000);
  expect(world.said).toHaveLength(1);
  world.own.store = 'failed';
  world.clock.run(6_000);
  expect(world.said.at(-1)).toEqual({ ring: true, store: 'failed', ready: '' });
  expect(world.ring()).toEqual([]);
  world.own.store = 'ok';
  world.groups.delete('kv');
  world.bus.emit({ type: 'groups-change', groups: [], add: [], remove: ['kv'] });
  expect(world.said.at(-1)).toEqual({ ring: false, store: 'ok', ready: '' });
});

test("a node whose own door is closed keeps its keys to itself, and is on nobody else's ring", () => {
  using world = connected([member('good', { tags: OPEN, kv: READY })], 0);
  expect(world.ring()).toEqual(['self']);
  expect(world.said.at(-1)).toMatchObject({ ring: false });
});

test('who leaves is on no ring any more, and waits until others keep what it kept', async () => {
  using world = connected([member('good', { tags: OPEN, kv: READY })]);
  let isGone = false;
  const left = world.cluster.leave().then(() => {
    isGone = true;
  });
  expect(world.ring()).toEqual(['good']);
  expect(world.said.at(-1)).toMatchObject({ ring: false });
  await world.clock.runAsync(10_000);
  expect(isGone).toBe(false);
  world.own.isHandedOver = true;
  await world.clock.runAsync(200);
  expect(isGone).toBe(true);
  await left;
});

test('who leaves does not wait for ever', async () => {
  using world = connected([member('good', { tags: OPEN, kv: READY })]);
  const left = world.cluster.leave();
  await world.clock.runAsync(31_000);
  await left;
});
