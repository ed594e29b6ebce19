import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import etcd from '../../src/kv/engines/etcd.ts';
import { engineContext } from '../support/kv.ts';
import { testEngine } from '../support/kv-contract.ts';
import { startEtcd } from '../support/servers/etcd.ts';
import { freePort, type Server } from '../support/servers/server.ts';
import { program } from '../support/services.ts';

// The contract over a real etcd, and what only an etcd does. Each store has a prefix of its own.

const path = program('etcd');
if (path === undefined && process.env['OPSBRO_REQUIRE_SERVICES'] === '1') throw new Error('etcd is not installed');

const bytes = (text: string): Uint8Array => Buffer.from(text);
let server: Server;
let stores = 0;

async function opened(over: Readonly<Record<string, unknown>> = {}) {
  stores += 1;
  const { context, changes } = engineContext('/nowhere', { clock: systemClock });
  const settings = { endpoints: [`http://127.0.0.1:${server.port}`], prefix: `opsbro/${stores}/`, ...over };
  const store = await etcd.configure({ etcd: settings })(context);
  return { store, changes, [Symbol.asyncDispose]: () => store[Symbol.asyncDispose]() };
}

/** What etcd answers to a request of its own. */
async function say(path: string, body: object): Promise<Readonly<Record<string, unknown>>> {
  const answer = await fetch(`http://127.0.0.1:${server.port}/v3/${path}`, {
    method: 'POST',
    body: JSON.stringify(body),
  });
  return (await answer.json()) as Readonly<Record<string, unknown>>;
}

beforeAll(async () => {
  if (path !== undefined) server = await startEtcd(path);
});
afterAll(() => server?.[Symbol.asyncDispose]());

const testEtcd = test.skipIf(path === undefined);

describe.skipIf(path === undefined)('etcd', () =>
  testEngine(async () => ({
    ...(await opened()),
    pass: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  })),
);

testEtcd('what is numbered beyond everything that happened is of another etcd', async () => {
  await using world = await opened();
  const { store } = world;
  await store.put('a', bytes('1'));
  const { index } = store.stats();
  expect(await store.reaches?.(index)).toBe(true);
  expect(await store.reaches?.(index + 1_000)).toBe(false);
  await store.put('a', bytes('2'));
  expect(await store.reaches?.(index + 1)).toBe(true);
});

testEtcd('a key lives as long as was said, and its end is told once', async () => {
  await using world = await opened();
  const { store, changes } = world;
  const { expires } = await store.put('a', bytes('1'), { ttl: 1 });
  await store.put('stays', bytes('1'), { ttl: 1 });
  await store.put('stays', bytes('2'));
  await expect
    .poll(() => changes.filter(({ op }) => op === 'expire'), { timeout: 8_000 })
    .toMatchObject([{ key: 'a', expires, time: expires }]);
  expect(await store.get('a')).toBeUndefined();
  expect((await store.keys()).items).toEqual(['stays']);
  expect(await store.put('a', bytes('2'), { cas: '0' })).toMatchObject({ expires: null });
});

testEtcd('versions are revisions, and changes are numbered by them on every node', async () => {
  await using one = await opened();
  await using other = await opened({ prefix: `opsbro/${stores}/` });
  const { version } = await one.store.put('a', bytes('1'));
  expect(version).toMatch(/^e[0-9a-f]{16}$/);
  await expect
    .poll(() => other.changes)
    .toMatchObject([{ op: 'put', key: 'a', version, index: Number.parseInt(version.slice(1), 16) }]);
  expect(other.store.stats()).toMatchObject({ engine: 'etcd', state: 'ok', indexScope: 'everywhere' });
});

testEtcd('changes from before the start of the agent are read from etcd', async () => {
  await using one = await opened();
  const { index } = one.store.stats();
  await one.store.put('a', bytes('1'));
  await one.store.delete('a');
  await using other = await opened({ prefix: `opsbro/${stores}/` });
  const missed = await other.store.changes(index, 10);
  expect(missed.map(({ op, key }) => `${op} ${key}`)).toEqual(['put a', 'delete a']);
  expect(other.changes).toEqual([]);
});

testEtcd('what was compacted is gone', async () => {
  await using one = await opened();
  const { index } = one.store.stats();
  for (const value of ['1', '2', '3']) await one.store.put('a', bytes(value));
  await say('kv/compaction', { revision: String(index + 2) });
  await using other = await opened({ prefix: `opsbro/${stores}/` });
  await expect(other.store.changes(index, 10)).rejects.toMatchObject({ code: 'index_gone' });
  expect((await other.store.history?.('a', 10))?.length).toBe(2);
});

testEtcd('the next endpoint takes over from one that does not answer', async () => {
  const dead = `http://127.0.0.1:${await freePort()}`;
  await using world = await opened({ endpoints: [dead, `http://127.0.0.1:${server.port}`] });
  await world.store.put('a', bytes('1'), { cas: '0' });
  expect(await world.store.get('a')).toMatchObject({ value: bytes('1') });
});

testEtcd('says so when nothing answers, and is open all the same', async () => {
  const dead = `http://127.0.0.1:${await freePort()}`;
  await using world = await opened({ endpoints: [dead] });
  expect(world.store.stats()).toMatchObject({
    state: 'failed',
    error: expect.stringContaining('etcd is not reached'),
  });
  await expect(world.store.get('a')).rejects.toMatchObject({ code: 'quorum' });
  await expect(world.store.put('a', bytes('1'))).rejects.toMatchObject({ code: 'quorum' });
});

testEtcd('a value beyond what etcd takes is too large', async () => {
  await using world = await opened();
  await world.store.put('a', new Uint8Array(1_048_576));
  expect((await world.store.get('a'))?.value.length).toBe(1_048_576);
  await expect(world.store.put('b', new Uint8Array(1_600_000))).rejects.toMatchObject({ code: 'too_large' });
});

testEtcd('pages of large values end before they fill the memory', async () => {
  await using world = await opened();
  for (let at = 0; at < 10; at += 1) await world.store.put(`k${at}`, new Uint8Array(1_048_576));
  const first = await world.store.entries();
  expect([first.items.length, first.next]).toEqual([8, 'k7']);
  expect((await world.store.entries({ after: first.next })).items.map(({ key }) => key)).toEqual(['k8', 'k9']);
});

testEtcd('logs in, and again when etcd has forgotten the login', async () => {
  const own = await startEtcd(path ?? '');
  const endpoints = [`http://127.0.0.1:${own.port}`];
  const tell = (path: string, body: object) =>
    fetch(`${endpoints[0]}/v3/${path}`, { method: 'POST', body: JSON.stringify(body) });
  await tell('auth/user/add', { name: 'root', password: 'secret' });
  await tell('auth/role/add', { name: 'root' });
  await tell('auth/user/grant', { user: 'root', role: 'root' });
  await tell('auth/enable', {});
  await using _server = own;
  await using good = await opened({ endpoints, username: 'root', password: 'secret' });
  await good.store.put('a', bytes('1'));
  expect(good.store.stats().state).toBe('ok');
  await using bad = await opened({ endpoints, username: 'root', password: 'wrong' });
  await expect(bad.store.get('a')).rejects.toMatchObject({ code: 'store_failed' });
  await using nobody = await opened({ endpoints });
  await expect(nobody.store.get('a')).rejects.toThrow();
});

test.each([
  [{ etcd: { endpoints: ['ftp://x'] } }, 'is no address'],
  [{ etcd: { endpoints: [] } }, 'endpoints'],
  [{ max_value: 2_000_000 }, 'at most 1048576 bytes'],
])('the settings %j are refused', (settings, why) => {
  expect(() => etcd.configure(settings)).toThrow(why);
});

test('a file that cannot be read is named', async () => {
  const { context } = engineContext('/nowhere');
  const opening = etcd.configure({ etcd: { ca: '/nowhere/ca.pem' } })(context);
  await expect(opening).rejects.toMatchObject({
    code: 'invalid_config',
    message: expect.stringContaining('/nowhere/ca.pem'),
  });
});
