import { describe, expect, test } from 'vitest';
import type { RingPage } from '../../../src/kv/cluster/listing.ts';
import type { Scope } from '../../../src/kv/cluster/ports.ts';
import { Clients } from '../../support/kv-cluster/clients.ts';
import { Cluster } from '../../support/kv-cluster/cluster.ts';

const NAMES = ['a', 'b', 'c', 'd', 'e'];
const KEYS = Array.from({ length: 23 }, (_, each) => `k${String(each).padStart(2, '0')}`);
const SCOPE: Scope = { prefix: '', include: 'all', limit: 10, values: 'without' };

async function ready(names: readonly string[]) {
  const cluster = new Cluster(5, names);
  await cluster.pass(12_000);
  return { cluster, clients: new Clients(cluster, KEYS), [Symbol.dispose]: () => cluster[Symbol.dispose]() };
}

async function listed(cluster: Cluster, node: string, after?: string): Promise<RingPage> {
  const asked = cluster.node(node).list(SCOPE, after);
  asked.catch(() => {});
  await cluster.pass(3_000);
  return await asked;
}

/** All pages after each other. */
async function all(cluster: Cluster, node: string): Promise<readonly string[]> {
  const keys: string[] = [];
  let after: string | undefined;
  do {
    const page = await listed(cluster, node, after);
    expect(page.records.length).toBeLessThanOrEqual(SCOPE.limit);
    keys.push(...page.records.map(({ key }) => key));
    after = page.next;
  } while (after !== undefined);
  return keys;
}

describe('the list of the whole ring', () => {
  test('has every key once and in order, and none that was deleted, page by page', async () => {
    using world = await ready(NAMES);
    const { cluster, clients } = world;
    for (const key of KEYS) await clients.putNow('a', key);
    for (const key of KEYS.slice(5, 9)) await clients.deleteNow('b', key);
    expect(await all(cluster, 'e')).toEqual(KEYS.filter((key) => !KEYS.slice(5, 9).includes(key)));
  });

  test('is whole while fewer nodes are silent than keep a key, and says so when it may not be', async () => {
    using world = await ready(NAMES);
    const { cluster, clients } = world;
    for (const key of KEYS) await clients.putNow('a', key);
    await cluster.pass(3_000);
    cluster.cut(
      new Map([
        ['d', 1],
        ['e', 1],
      ]),
    );
    expect((await listed(cluster, 'a')).missing).toEqual([]);
    cluster.cut(
      new Map([
        ['c', 1],
        ['d', 1],
        ['e', 1],
      ]),
    );
    expect([...(await listed(cluster, 'a')).missing].sort()).toEqual(['c', 'd', 'e']);
  });
});

describe('a ring of one', () => {
  test('takes conditions at once, and gives what it has to those who come', async () => {
    using world = await ready(['a', 'b', 'c']);
    const { cluster, clients } = world;
    cluster.setRing(['a']);
    await cluster.pass(15_000);
    for (const key of KEYS) expect((await clients.putIfNow('a', key, '0')).result).toBe('ok');
    expect((await clients.putIfNow('a', 'k00', '0')).result).toBe('fail');
    cluster.setRing(['a', 'b', 'c']);
    for (let time = 0; time < 20; time += 1) {
      for (const key of KEYS.slice(0, 5)) {
        const { result, version } = await clients.getNow('abc'[time % 3] ?? 'a', key);
        if (result === 'ok') expect(version).toBeDefined();
      }
      await cluster.pass(200);
    }
    await cluster.pass(20_000);
    for (const key of KEYS) expect(cluster.held('c').has(key)).toBe(true);
  });
});

describe('nodes that keep nothing', () => {
  test('ask each other nothing while there is no ring, and know all once there is one', async () => {
    using cluster = new Cluster(5, NAMES, []);
    await cluster.pass(300_000);
    expect(cluster.asked.size).toBe(0);
    for (const name of NAMES) expect(cluster.node(name).standing).toMatchObject({ isClockSound: true });
    cluster.setRing(['a', 'b', 'c']);
    await cluster.pass(30_000);
    for (const name of NAMES) expect(cluster.node(name).standing).toMatchObject({ isSettled: true, unseen: 0 });
    const clients = new Clients(cluster, KEYS);
    for (const key of KEYS) expect((await clients.putNow('e', key)).result).toBe('ok');
    expect(await all(cluster, 'd')).toEqual(KEYS);
  });

  test('do not ask for the time while others do', async () => {
    using cluster = new Cluster(5, NAMES, ['a', 'b', 'c']);
    await cluster.pass(30_000);
    const before = new Map(cluster.asked);
    await cluster.pass(300_000);
    const since = (name: string) => (cluster.asked.get(name) ?? 0) - (before.get(name) ?? 0);
    // Each compares with another one once a minute, and asks all for the time before that if it does not know it.
    for (const name of ['d', 'e']) expect(since(name)).toBeLessThan(30);
    for (const name of ['a', 'b', 'c']) expect(since(name)).toBeGreaterThan(30);
    for (const name of NAMES) expect(cluster.node(name).standing).toMatchObject({ isClockSound: true });
  });

  test('have what they still hold taken over by the ring that comes', async () => {
    using world = await ready(['a', 'b', 'c']);
    const { cluster, clients } = world;
    for (const key of KEYS) await clients.putNow('a', key);
    cluster.setRing([]);
    await cluster.pass(120_000);
    cluster.setRing(['b']);
    await cluster.pass(60_000);
    expect(await all(cluster, 'b')).toEqual(KEYS);
    expect([...cluster.held('b').keys()].sort()).toEqual(KEYS);
  });
});
