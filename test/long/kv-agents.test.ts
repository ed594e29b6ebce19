import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { KvAgents } from '../support/kv-agents.ts';

const NAMES = ['a', 'b', 'c'];
const KEYS = Array.from({ length: 30 }, (_, each) => `config/${each}`);

/** What is told of a prefix at a node while something is done. */
async function told(
  agents: KvAgents,
  { at, prefix }: { readonly at: string; readonly prefix: string },
  act: () => Promise<unknown>,
) {
  const asked = async (query: string) =>
    JSON.parse((await agents.ask(at, 'GET', `/kv-changes?prefix=${prefix}&${query}`)).body.toString());
  const { index } = await asked('');
  const page = asked(`index=${index}&wait=10s`);
  await act();
  return (await page).changes as readonly { readonly op: string; readonly key: string }[];
}

describe.each([
  ['without a key', { isKeyed: false, network: 41 }],
  ['with a key', { isKeyed: true, network: 42 }],
])('three agents, %s', (_, { isKeyed, network }) => {
  const all = [...NAMES, 'outside'];
  const agents = new KvAgents(all, {
    where: (name) => ({ address: `127.0.${network}.${all.indexOf(name) + 1}` }),
    gossipPort: 26_768,
    peerPort: 26_767,
    isKeyed,
    env: { OPSBRO_GOSSIP__PROFILE: 'local', OPSBRO_KV__REBALANCE_DELAY: '2s' },
  });

  beforeAll(async () => {
    for (const name of NAMES) await agents.start(name);
    await agents.start('outside', []);
    await agents.settled(NAMES);
  }, 120_000);
  afterAll(() => agents[Symbol.asyncDispose]());

  test('what is put at one is read at every other, also at one that keeps nothing itself', async () => {
    await expect.poll(() => agents.put('outside', 'first', '1'), { timeout: 10_000 }).toBe(200);
    for (const name of all) expect(await agents.value(name, 'first')).toBe('1');
    const copies = await agents.copies('outside', 'first');
    expect([...copies.keys()].sort()).toEqual(NAMES);
    await expect.poll(async () => new Set((await agents.copies('a', 'first')).values()).size).toBe(1);
    for (const key of KEYS) expect(await agents.put('b', key, key)).toBe(200);
    const changes = await told(agents, { at: 'outside', prefix: 'told/' }, () => agents.put('c', 'told/a', '1'));
    expect(changes).toMatchObject([{ op: 'put', key: 'told/a' }]);
    const listed = await agents.ask('outside', 'GET', '/kv/?cluster&prefix=config/');
    expect(JSON.parse(listed.body.toString())).toEqual([...KEYS].sort());
  });

  test('a condition holds wherever it is asked', async () => {
    const one = (name: string) => agents.ask(name, 'PUT', '/kv/once?cas=0', name);
    // For a while after its start a node makes no promises.
    await expect.poll(async () => (await agents.ask('a', 'PUT', '/kv/probe?cas=0', 'x')).status).not.toBe(503);
    const statuses = (await Promise.all(all.map(one))).map(({ status }) => status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(1);
  });

  test('one is killed: everything is still there, also what is written meanwhile, and it catches up when it is back', async () => {
    await agents.kill('c');
    for (const key of KEYS) expect(await agents.value('a', key)).toBe(key);
    for (const key of KEYS) expect(await agents.put('outside', key, 'new')).toBe(200);
    expect((await agents.ask('b', 'DELETE', '/kv/first')).status).toBe(200);
    await agents.start('c');
    await agents.settled(NAMES);
    for (const key of KEYS) expect(await agents.value('c', key)).toBe('new');
    for (const name of all) expect(await agents.value(name, 'first')).toBe(404);
    for (const key of KEYS) {
      await expect
        .poll(async () => new Set((await agents.copies('a', key)).values()).size, { timeout: 10_000 })
        .toBe(1);
    }
  }, 60_000);

  test('one loses its disk: nothing is lost, and it gets everything again', async () => {
    await agents.kill('b');
    agents.wipe('b');
    await agents.start('b');
    for (const key of KEYS) expect([503, 'new']).toContain(await agents.value('b', key));
    await agents.settled(NAMES);
    for (const key of KEYS) {
      expect(await agents.value('b', key)).toBe('new');
      const copies = await agents.copies('a', key);
      expect(copies.get('b')).toBe(copies.get('a'));
    }
  }, 60_000);

  test('the group is taken away: the others keep everything, and the one that left asks them', async () => {
    await agents.kill('c');
    await agents.start('c', []);
    await agents.settled(['a', 'b']);
    for (const key of KEYS) expect(await agents.value('c', key)).toBe('new');
    expect(await agents.put('c', 'last', 'x')).toBe(200);
    await expect
      .poll(async () => JSON.parse((await agents.ask('c', 'GET', '/kv/')).body.toString()), { timeout: 15_000 })
      .toEqual([]);
  }, 60_000);
});
