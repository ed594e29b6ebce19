import { describe, expect, test } from 'vitest';
import { viewOf } from '../../../src/kv/cluster/view.ts';
import { stampAt } from '../../../src/kv/hlc.ts';
import type { KvRecord } from '../../../src/kv/record.ts';
import { nodeTag } from '../../../src/kv/version.ts';
import { Clients } from '../../support/kv-cluster/clients.ts';
import { Cluster } from '../../support/kv-cluster/cluster.ts';
import { type Event, faultsInTheEnd } from '../../support/kv-cluster/history.ts';

// Each of these shows an order of events in which a store that knew less would lose, revive or mix up what it acknowledged.

const NAMES = ['a', 'b', 'c', 'd', 'e'];
const KEYS = Array.from({ length: 12 }, (_, each) => `key-${each}`);

async function ready(names: readonly string[] = NAMES, ring: readonly string[] = names) {
  const cluster = new Cluster(7, names, ring);
  await cluster.pass(12_000);
  return { cluster, clients: new Clients(cluster, KEYS), [Symbol.dispose]: () => cluster[Symbol.dispose]() };
}

const splitOf = (...far: readonly string[]) => new Map(far.map((name) => [name, 1] as const));

/** A key that is kept only by these nodes. */
function keyAt(cluster: Cluster, nodes: readonly string[]): string {
  const keys = Array.from({ length: 500 }, (_, each) => `at-${each}`);
  const found = keys.find((key) =>
    cluster
      .node('a')
      .ownersOf(key)
      .every((owner) => nodes.includes(owner)),
  );
  if (found === undefined) throw new Error(`no key is at ${nodes}`);
  return found;
}

function faults(cluster: Cluster, events: readonly Event[]): readonly string[] {
  const held = new Map<string, ReadonlyMap<string, KvRecord>>(cluster.names.map((name) => [name, cluster.held(name)]));
  return faultsInTheEnd(events, held, (key) => cluster.node('a').ownersOf(key));
}

async function arrived<Answer>(cluster: Cluster, answer: Promise<Answer>): Promise<Answer> {
  await cluster.pass(100);
  return await answer;
}

const holders = (cluster: Cluster, key: string) => cluster.names.filter((name) => cluster.held(name).has(key));

describe('what is acknowledged stays', () => {
  test('what a cut-off side took is handed to those who keep it after the heal, and only then dropped', async () => {
    using world = await ready();
    const { cluster, clients } = world;
    const key = keyAt(cluster, ['c', 'd', 'e']);
    cluster.cut(splitOf('a', 'b'));
    await cluster.pass(15_000);
    const written = await clients.putNow('a', key);
    expect(written.result).toBe('ok');
    expect(holders(cluster, key)).toEqual(['a', 'b']);

    cluster.heal();
    await cluster.pass(30_000);
    expect(holders(cluster, key)).toEqual(['c', 'd', 'e']);
    expect(faults(cluster, clients.events)).toEqual([]);
  });

  test('a node that lost a range keeps it while one of those who have it now cannot be reached', async () => {
    using world = await ready(NAMES, ['a', 'b', 'c']);
    const { cluster, clients } = world;
    for (const key of KEYS) await clients.putNow('a', key);
    cluster.setRing(NAMES);
    cluster.cut(splitOf('e'));
    await cluster.pass(4_000);
    for (const key of KEYS) expect(holders(cluster, key)).toEqual(expect.arrayContaining(['a', 'b', 'c']));
    cluster.heal();
    await cluster.pass(40_000);
    for (const key of KEYS) expect(holders(cluster, key)).toHaveLength(3);
    expect(faults(cluster, clients.events)).toEqual([]);
  });

  test('a node whose disk was lost gets everything again, and until then its having nothing means nothing', async () => {
    using world = await ready(['a', 'b', 'c']);
    const { cluster, clients } = world;
    for (const key of KEYS) await clients.putNow('a', key);
    cluster.crash('c');
    cluster.wipe('c');
    cluster.start('c');
    cluster.cut(splitOf('b'));
    for (let time = 0; time < 3; time += 1) {
      for (const key of KEYS) expect(await seen(clients, 'a', key)).not.toBe('nothing');
      await cluster.pass(1_000);
    }
    cluster.heal();
    await cluster.pass(30_000);
    expect(cluster.held('c').size).toBe(KEYS.length);
    expect(faults(cluster, clients.events)).toEqual([]);
  });

  test('two nodes die at once: a key that was acknowledged before is found or asked for in vain, never missing', async () => {
    using world = await ready();
    const { cluster, clients } = world;
    for (const key of KEYS) await clients.putNow('b', key);
    await cluster.pass(5_000);
    cluster.crash('d');
    cluster.crash('e');
    for (let time = 0; time < 20; time += 1) {
      for (const key of KEYS) expect(await seen(clients, 'a', key)).not.toBe('nothing');
      await cluster.pass(1_000);
    }
    for (const key of KEYS) expect(await seen(clients, 'a', key)).toBe('found');
    for (const name of ['d', 'e']) cluster.start(name);
    await cluster.pass(40_000);
    expect(faults(cluster, clients.events)).toEqual([]);
  });
});

describe('a node whose disk is full', () => {
  test('has others give versions to what it is asked to write, conditions too', async () => {
    using world = await ready(['a', 'b', 'c']);
    const { cluster, clients } = world;
    for (const key of KEYS) await clients.putNow('a', key);
    cluster.setRoom('a', 'none');
    await cluster.pass(5_000);
    for (const key of KEYS) {
      const { result, version = '' } = await clients.putNow('a', key);
      expect(result).toBe('ok');
      for (const node of ['a', 'b']) expect((await clients.putIfNow(node, `${key}-${node}`, '0')).result).toBe('ok');
      expect((await clients.putIfNow('a', key, version)).result).toBe('ok');
      expect((await clients.deleteNow('a', key)).result).toBe('ok');
    }
    cluster.setRoom('a', 'enough');
    await cluster.pass(30_000);
    expect(holders(cluster, KEYS[0] ?? '')).toEqual(['a', 'b', 'c']);
    expect(faults(cluster, clients.events)).toEqual([]);
  });

  test('and others, too: the client is told so at every node, and that nothing was begun', async () => {
    using world = await ready(NAMES, ['a', 'b', 'c']);
    const { cluster } = world;
    for (const node of ['a', 'b', 'c']) cluster.setRoom(node, 'none');
    await cluster.pass(5_000);
    for (const node of ['a', 'd']) {
      for (const options of [{}, { cas: '0' }]) {
        const wish = { op: 'put', key: 'k', value: Buffer.from('1'), options, copies: 'majority' } as const;
        const failed = cluster.run(node, wish).catch((error: unknown) => error);
        expect(await arrived(cluster, failed)).toMatchObject({ code: 'disk_full', details: undefined });
      }
    }
  });

  test('after a first try that a node took and another outdid: the client is told that it may have been done', async () => {
    using world = await ready(['a', 'b', 'c']);
    const { cluster } = world;
    const put = (node: string, key: string, copies: 1 | 'majority' | 'all') =>
      cluster
        .run(node, { op: 'put', key, value: Buffer.from(node), options: {}, copies })
        .catch((error: unknown) => error);
    cluster.skew('b', 5_000);
    await cluster.pass(30_000);
    cluster.cut(splitOf('b'));
    expect(await arrived(cluster, put('b', 'k', 1))).toMatchObject({ acked: 1 });
    cluster.setRoom('b', 'none');
    await cluster.pass(2_500);
    expect(await arrived(cluster, put('a', 'other', 'majority'))).toMatchObject({ acked: 2 });
    cluster.setRoom('a', 'none');
    cluster.heal();
    const failed = put('a', 'k', 'all');
    while (!cluster.held('c').has('k')) await cluster.pass(1);
    cluster.setRoom('c', 'none');
    expect(await arrived(cluster, failed)).toMatchObject({ code: 'disk_full', details: { indeterminate: true } });
  });
});

describe('while the ring changes', () => {
  test('every read finds what was acknowledged', async () => {
    using world = await ready(NAMES, ['a', 'b', 'c']);
    const { cluster, clients } = world;
    for (const key of KEYS) await clients.putNow('a', key);
    for (const ring of [['a', 'b', 'c', 'd'], NAMES, ['b', 'c', 'd', 'e'], ['c', 'd', 'e']]) {
      cluster.setRing(ring);
      for (let time = 0; time < 120; time += 1) {
        const key = KEYS[time % KEYS.length] ?? '';
        expect(await seen(clients, NAMES[time % NAMES.length] ?? 'a', key)).toBe('found');
        if (time % 5 === 0) expect((await clients.putNow('b', key)).result).toBe('ok');
        await cluster.pass(100);
      }
    }
    await cluster.pass(30_000);
    expect(faults(cluster, clients.events)).toEqual([]);
  });
});

describe('the later write wins', () => {
  test('also when it is taken by a node whose clock is behind', async () => {
    using world = await ready(['a', 'b', 'c']);
    const { cluster, clients } = world;
    cluster.skew('a', 4_000);
    cluster.skew('b', -4_000);
    for (const key of KEYS) {
      const first = await clients.putNow('a', key);
      const second = await clients.putNow('b', key);
      expect([first.result, second.result]).toEqual(['ok', 'ok']);
      expect((await clients.getNow('c', key)).version).toBe(second.version);
    }
  });

  test('a node whose clock is far off writes nothing itself, and no version of the future is anywhere', async () => {
    using world = await ready(['a', 'b', 'c']);
    const { cluster, clients } = world;
    cluster.skew('c', 7_200_000);
    for (const key of KEYS) expect((await clients.putNow('c', key)).result).toBe('ok');
    const latest = BigInt(cluster.clock.wall() + 10_000) << 16n;
    for (const name of cluster.names) {
      for (const { version } of cluster.held(name).values()) expect(version.stamp < latest).toBe(true);
    }
  });
});

describe('compare and set', () => {
  test('of many who start from one version at the same time, one succeeds, wherever they ask', async () => {
    using world = await ready();
    const { cluster, clients } = world;
    let version = (await clients.putNow('a', 'counter')).version ?? '';
    for (let round = 0; round < 12; round += 1) {
      const started = NAMES.map((name) => clients.put(name, 'counter', version));
      await cluster.pass(6_000);
      expect(started.filter(({ result }) => result === 'ok')).toHaveLength(1);
      version = (await clients.getNow('e', 'counter')).version ?? '';
      expect(started.find(({ result }) => result === 'ok')?.version).toBe(version);
    }
  });

  test('a write that came between is seen, and is not written over', async () => {
    using world = await ready(['a', 'b', 'c']);
    const { cluster, clients } = world;
    for (let round = 0; round < 20; round += 1) {
      const before = (await clients.putNow('a', 'k')).version ?? '';
      const conditional = clients.put('b', 'k', before);
      await cluster.pass(round / 2);
      const plain = await clients.putNow('c', 'k');
      await cluster.pass(6_000);
      const now = (await clients.getNow('a', 'k')).version;
      expect([plain.version, conditional.version]).toContain(now);
      // If both succeeded, the condition was true: the plain write came after.
      if (conditional.result === 'ok') expect(now).toBe(plain.version);
    }
  });

  test.each([
    ['another node', 'c', 20],
    // Its own answer has to be the last of three, after the write was acknowledged; before, it would try again.
    ['the node that writes', 'a', 2_000],
  ])('what %s refused for a promise of a write that never comes gets there all the same', async (_, node, count) => {
    using world = await ready(['a', 'b', 'c']);
    const { cluster, clients } = world;
    const keys = Array.from({ length: count }, (_each, place) => `promised-${place}`);
    for (const key of keys) {
      // As of one who asks with a clock ahead, and gives up.
      const version = { stamp: stampAt(cluster.clock.wall() + 2_000), tag: nodeTag('b') };
      const question = { type: 'prepare', key, version } as const;
      const promised = await arrived(
        cluster,
        cluster.node(node).receive('b', { clock: 0n, views: [viewOf(['a', 'b', 'c']).id], question }),
      );
      expect(promised.answer.type).toBe('holding');
      expect((await clients.putNow('a', key)).result).toBe('ok');
    }
    await cluster.pass(5_000);
    expect(faults(cluster, clients.events)).toEqual([]);
    for (const key of keys) expect(holders(cluster, key)).toEqual(['a', 'b', 'c']);
  });

  test('waits after a start until promises of the former life are over', async () => {
    using world = await ready(['a', 'b', 'c']);
    const { cluster, clients } = world;
    for (const name of cluster.names) cluster.crash(name);
    for (const name of cluster.names) cluster.start(name);
    await cluster.pass(3_000);
    expect(await clients.putIfNow('a', 'k', '0')).toMatchObject({ result: 'fail' });
    await cluster.pass(5_000);
    expect(await clients.putIfNow('a', 'k', '0')).toMatchObject({ result: 'ok' });
  });
});

describe('a start', () => {
  test('a node that was with others waits for them, and does not take what it holds for everything', async () => {
    using world = await ready(['a', 'b', 'c']);
    const { cluster, clients } = world;
    for (const name of cluster.names) cluster.crash(name);
    cluster.start('a');
    await cluster.pass(10_000);
    expect((await clients.getNow('a', 'k')).error).toMatch(/^initializing/);
    cluster.start('b');
    await cluster.pass(15_000);
    expect(await clients.getNow('a', 'k')).toMatchObject({ result: 'ok' });
  });
});

describe('delete', () => {
  test('leaves nothing where nobody ever saw the key', async () => {
    using world = await ready(['a', 'b', 'c']);
    expect(await world.clients.deleteNow('a', 'never')).toMatchObject({ result: 'ok', version: undefined });
    expect(holders(world.cluster, 'never')).toEqual([]);
  });

  test('is remembered when one who could know the key does not answer, so that it stays deleted', async () => {
    using world = await ready(['a', 'b', 'c']);
    const { cluster, clients } = world;
    await clients.putNow('a', 'k');
    cluster.crash('c');
    expect((await clients.deleteNow('a', 'k')).version).toBeDefined();
    // Of a key that nobody else saw, the one who is away may know.
    expect(await clients.deleteNow('a', 'other')).toMatchObject({ result: 'ok', version: expect.any(String) });
    cluster.start('c');
    await cluster.pass(30_000);
    expect(await seen(clients, 'c', 'k')).toBe('nothing');
    expect(cluster.held('c').get('k')?.kind).toBe('tombstone');
    expect(faults(cluster, clients.events)).toEqual([]);
  });
});

/** What a client sees of a key at a node. */
async function seen(clients: Clients, node: string, key: string): Promise<'found' | 'nothing' | 'refused'> {
  const { result, version } = await clients.getNow(node, key);
  if (result !== 'ok') return 'refused';
  return version === undefined ? 'nothing' : 'found';
}
