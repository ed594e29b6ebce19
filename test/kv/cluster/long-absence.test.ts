import { describe, expect, test } from 'vitest';
import { Clients } from '../../support/kv-cluster/clients.ts';
import { Cluster } from '../../support/kv-cluster/cluster.ts';

// What was deleted is remembered for three days. Each of these shows an order of events in which a node that was away for longer would
// bring back what was deleted meanwhile, or in which too much care about that would lose what was acknowledged.

const HOUR_MS = 3_600_000;
const AWAY_MS = 80 * HOUR_MS;
const OLD = ['old-0', 'old-1', 'old-2', 'old-3'];
const KEPT = ['kept-0', 'kept-1', 'kept-2', 'kept-3'];

async function written(names: readonly string[]) {
  const cluster = new Cluster(11, names);
  const clients = new Clients(cluster, [...OLD, ...KEPT]);
  await cluster.pass(12_000);
  for (const key of [...OLD, ...KEPT]) expect((await clients.putNow('a', key)).result).toBe('ok');
  await cluster.pass(2_000);
  // All have met all, which takes a few minutes otherwise.
  for (const name of names) cluster.node(name).syncSoon();
  await cluster.pass(10_000);
  return { cluster, clients, [Symbol.dispose]: () => cluster[Symbol.dispose]() };
}

type World = Awaited<ReturnType<typeof written>>;

/** Days go by for everybody at once, and what may be forgotten is. */
async function longAfter(cluster: Cluster): Promise<void> {
  cluster.clock.jumpWall(AWAY_MS);
  await cluster.pass(70_000);
  await cluster.sweep();
}

const holders = (cluster: Cluster, key: string) => cluster.names.filter((name) => cluster.held(name).has(key));

/** What a client sees; nothing while it is refused. */
async function seen(clients: Clients, node: string, key: string): Promise<string> {
  const { result, version } = await clients.getNow(node, key);
  if (result !== 'ok') return 'refused';
  return version === undefined ? 'nothing' : 'found';
}

/** What clients see of keys at one node after the other, four times a second. */
async function everSeen({ cluster, clients }: World, keys: readonly string[], times: number): Promise<string[]> {
  const all: string[] = [];
  for (let time = 0; time < times; time += 1) {
    const node = cluster.names[time % cluster.names.length] ?? 'a';
    for (const key of keys) all.push(await seen(clients, node, key));
    await cluster.pass(250);
  }
  return all;
}

describe('a node that was away for longer than deleted keys are remembered', () => {
  test('does not bring them back, not even for a moment, and brings what was not deleted', async () => {
    using world = await written(['a', 'b', 'c']);
    const { cluster, clients } = world;
    cluster.crash('c');
    for (const key of OLD) await clients.deleteNow('a', key);
    await longAfter(cluster);
    for (const key of OLD) expect(holders(cluster, key)).toEqual(['c']);

    cluster.start('c');
    expect(await everSeen(world, OLD, 40)).not.toContain('found');
    await cluster.pass(20_000);
    for (const key of OLD) expect(holders(cluster, key)).toEqual([]);
    for (const key of KEPT) expect(holders(cluster, key)).toEqual(['a', 'b', 'c']);
    expect(cluster.news('c').map(({ type }) => type)).toContain('forgotten');
    expect(new Set(await everSeen(world, KEPT, 3))).toEqual(new Set(['found']));
  });

  test('keeps everything when all were away: nobody deleted anything', async () => {
    using world = await written(['a', 'b', 'c', 'd', 'e']);
    const { cluster, clients } = world;
    for (const name of cluster.names) cluster.crash(name);
    await longAfter(cluster);
    for (const name of cluster.names) cluster.start(name);
    await cluster.pass(60_000);
    for (const key of [...OLD, ...KEPT]) expect(await seen(clients, 'd', key)).toBe('found');
  });

  test('gives what it took alone meanwhile, as the others never had it', async () => {
    using world = await written(['a', 'b', 'c']);
    const { cluster, clients } = world;
    cluster.cut(new Map([['c', 1]]));
    await cluster.pass(20_000);
    expect((await clients.putNow('c', 'new')).result).toBe('ok');
    for (const key of OLD) await clients.deleteNow('a', key);
    await longAfter(cluster);
    expect(await seen(clients, 'c', 'new')).toBe('found');

    cluster.heal();
    await cluster.pass(30_000);
    expect(holders(cluster, 'new')).toEqual(['a', 'b', 'c']);
    for (const key of OLD) expect(holders(cluster, key)).toEqual([]);
    for (const key of OLD) expect(await seen(clients, 'c', key)).toBe('nothing');
  });

  test('gets back what it lost itself: a disk that was lost has forgotten nothing on purpose', async () => {
    using world = await written(['a', 'b', 'c']);
    const { cluster } = world;
    cluster.crash('c');
    cluster.wipe('c');
    await longAfter(cluster);
    cluster.start('c');
    await cluster.pass(60_000);
    for (const key of [...OLD, ...KEPT]) expect(holders(cluster, key)).toEqual(['a', 'b', 'c']);
  });
});

describe('a node whose clock is wrong', () => {
  test.each([2 * HOUR_MS, -2 * HOUR_MS, 87_600 * HOUR_MS])(
    'by %d ms writes nothing and forgets nothing',
    async (skew) => {
      using world = await written(['a', 'b', 'c']);
      const { cluster, clients } = world;
      for (const key of OLD) await clients.deleteNow('b', key);
      cluster.skew('c', skew);
      await cluster.sweep();
      for (const key of OLD) expect(cluster.held('c').get(key)?.kind).toBe('tombstone');
      for (const key of KEPT) expect((await clients.putNow('c', key)).result).toBe('ok');
      const horizon = BigInt(cluster.clock.wall() + 10_000) << 16n;
      for (const name of cluster.names) {
        for (const { version } of cluster.held(name).values()) expect(version.stamp < horizon).toBe(true);
      }
      cluster.skew('c', 0);
      await cluster.pass(30_000);
      expect((await clients.putNow('c', 'kept-0')).result).toBe('ok');
    },
  );

  test('and that was alone with it: what it stamped then is set aside when it is right again, and no future is left', async () => {
    using world = await written(['a', 'b', 'c']);
    const { cluster, clients } = world;
    cluster.cut(new Map([['c', 1]]));
    await cluster.pass(20_000);
    cluster.skew('c', 2 * HOUR_MS);
    for (const key of KEPT) expect((await clients.putNow('c', key)).result).toBe('ok');
    cluster.heal();
    await cluster.pass(30_000);
    cluster.skew('c', 0);
    await cluster.pass(60_000);
    const horizon = BigInt(cluster.clock.wall() + 10_000) << 16n;
    for (const name of cluster.names) {
      for (const { version } of cluster.held(name).values()) expect(version.stamp < horizon).toBe(true);
    }
    for (const key of KEPT) expect(await seen(clients, 'c', key)).toBe('found');
    expect((await clients.putNow('c', 'kept-1')).result).toBe('ok');
    expect(cluster.news('c')).toContainEqual({ type: 'set-aside', records: KEPT.length });
  });
});
