import { afterEach, beforeEach, expect, test } from 'vitest';
import { Bus } from '../../src/base/bus.ts';
import { OpsbroError } from '../../src/base/errors.ts';
import { ChangeFeed } from '../../src/kv/change-feed.ts';
import { openKv } from '../../src/kv/kv.ts';
import type { AgentEvent } from '../../src/model/event.ts';
import type { KvStore } from '../../src/model/kv.ts';
import { engineContext, temporaryFolder } from '../support/kv.ts';
import { errorOf, fakeApi, fakeParts, post } from './fake-parts.ts';

// The routes of the store over a real one on the disk.

const BOOT = '9f3c12ab-0000';

async function openWorld() {
  const folder = await temporaryFolder();
  const { context, clock } = engineContext(folder.path);
  const bus = new Bus<AgentEvent>(() => {});
  const kv = await openKv({ ...context, bus });
  const changes = new ChangeFeed({ store: kv, bus, clock, boot: BOOT });
  const parts = fakeParts({ kv, changes, filtering: { functions: new Map(), clock } });
  return {
    ...{ kv, clock, parts, request: fakeApi(parts) },
    async close() {
      changes[Symbol.dispose]();
      await kv[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}

let world: Awaited<ReturnType<typeof openWorld>>;
beforeEach(async () => {
  world = await openWorld();
});
afterEach(() => world.close());

const put = (body: string | Uint8Array<ArrayBuffer>): RequestInit => ({ method: 'PUT', body });
const ask = async (path: string, init?: RequestInit) => {
  const answer = await world.request(path, init);
  const text = await answer.text();
  return { status: answer.status, headers: answer.headers, json: text === '' ? undefined : JSON.parse(text) };
};
const codeOf = async (path: string, init?: RequestInit) => {
  const answer = await world.request(path, init);
  return [answer.status, (await errorOf(answer)).code];
};

test('one node alone acknowledges what it has, and names itself on every answer', async () => {
  const written = await ask('/kv/a', put('one'));
  expect(written.json).toMatchObject({ key: 'a', replicas: { acked: 1, total: 1 } });
  expect(written.headers.get('x-opsbro-replicas')).toBe('1/1');
  const read = await ask('/kv/a?r=all');
  expect(read.json).toMatchObject({ value: 'b25l', version: written.json.version });
  expect(read.json).not.toHaveProperty('replicas');
  expect((await ask('/kv/nope')).headers.get('x-opsbro-node')).toBe('11111111-1111');
});

test('more copies than there are nodes are refused, and words that are no number', async () => {
  const answer = await ask('/kv/a?w=2', put('1'));
  expect([answer.status, answer.json.error]).toMatchObject([503, { code: 'quorum', acked: 0, needed: 2, total: 1 }]);
  expect(answer.headers.get('retry-after')).toBe('1');
  expect((await ask('/kv/a?w=all', put('1'))).status).toBe(200);
  expect(await codeOf('/kv/a?w=most', put('1'))).toEqual([400, 'bad_request']);
  expect(await codeOf('/kv/a?w=2', { method: 'DELETE' })).toEqual([503, 'quorum']);
});

test('folders are listed once each, page by page', async () => {
  for (const key of ['a/1', 'a/2', 'b/1/x', 'c', 'c/']) await world.kv.put(key, new Uint8Array());
  expect((await ask('/kv/?separator=/')).json).toEqual(['a/', 'b/', 'c', 'c/']);
  expect((await ask('/kv/?separator=/&prefix=b/')).json).toEqual(['b/1/']);
  const first = await ask('/kv/?separator=/&limit=1');
  expect([first.json, first.headers.get('x-opsbro-next')]).toEqual([['a/'], 'a%2F2']);
  expect((await ask('/kv/?separator=/&limit=2&after=a%2F2')).json).toEqual(['b/', 'c']);
  expect(await codeOf('/kv/?separator=/&recurse')).toEqual([400, 'bad_request']);
});

test('a list that lacks a node says which', async () => {
  const kv: KvStore = { ...memoryOf(world.kv), keys: async () => ({ items: ['a'], next: undefined, missing: ['n3'] }) };
  const answer = await fakeApi({ ...world.parts, kv })('/kv/?cluster');
  expect([answer.status, answer.headers.get('x-opsbro-missing')]).toEqual([206, 'n3']);
  const prune = await fakeApi({ ...world.parts, kv })('/kv/?prefix=a&recurse&confirm=1', { method: 'DELETE' });
  expect([prune.status, (await errorOf(prune)).code]).toEqual([503, 'quorum']);
});

test('a store is opened again when it can be, and says when it cannot', async () => {
  const reopen = (kv: KvStore) => {
    const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"action":"reopen"}' };
    return fakeApi({ ...world.parts, kv })('/kv-status', init);
  };
  expect((await reopen(world.kv)).status).toBe(202);
  const broken: KvStore = {
    ...memoryOf(world.kv),
    reopen: () => Promise.reject(new OpsbroError('store_failed', 'the disk is not well')),
  };
  expect((await errorOf(await reopen(broken))).code).toBe('store_failed');
  expect((await errorOf(await reopen(memoryOf(world.kv)))).code).toBe('not_supported');
});

test('keys of a prefix are deleted only when they are as many as was said', async () => {
  for (const key of ['a/1', 'a/2', 'b']) await world.kv.put(key, new Uint8Array());
  const gone = await ask('/kv/?prefix=a/&recurse&confirm=3', { method: 'DELETE' });
  expect([gone.status, gone.json.error]).toMatchObject([409, { code: 'count_changed', count: 2 }]);
  expect((await ask('/kv/?prefix=a/&recurse&confirm=2', { method: 'DELETE' })).json).toEqual({ deleted: 2 });
  expect((await ask('/kv/')).json).toEqual(['b']);
  expect(await codeOf('/kv/?prefix=&recurse&confirm=1', { method: 'DELETE' })).toEqual([400, 'bad_request']);
  expect(await codeOf('/kv/?prefix=a&confirm=1', { method: 'DELETE' })).toEqual([400, 'bad_request']);
  expect((await ask('/kv/?prefix=&recurse&confirm=1&all=true', { method: 'DELETE' })).json).toEqual({ deleted: 1 });
});

test('a batch does each operation for itself, those of one key in order', async () => {
  const ops = [
    { op: 'put', key: 'a', value: 'b25l' },
    { op: 'get', key: 'a' },
    { op: 'put', key: 'a', value: 'dHdv', cas: '0' },
    { op: 'put', key: '__x', value: '' },
    { op: 'put', key: 'b', value: 'no base64!' },
    { op: 'put', key: 'c', value: '', ttl: '1h' },
    { op: 'delete', key: 'a' },
    { op: 'get', key: 'a' },
  ];
  const { status, json } = await ask('/kv-batch', post(ops));
  expect(status).toBe(200);
  expect(json).toMatchObject([
    { status: 200, key: 'a', replicas: { acked: 1, total: 1 } },
    { status: 200, value: 'b25l' },
    { status: 409, error: { code: 'cas_failed', current: json[0].version } },
    { status: 403, error: { code: 'reserved_key' } },
    { status: 400, error: { code: 'bad_request' } },
    { status: 200, expires: '2023-11-14T23:13:20.000Z' },
    { status: 200, existed: true },
    { status: 404, error: { code: 'not_found' } },
  ]);
});

test('a batch has at most 256 operations, and is refused as a whole when it is none', async () => {
  const many = Array.from({ length: 257 }, (_, i) => ({ op: 'get', key: `k${i}` }));
  expect(await codeOf('/kv-batch', post(many))).toEqual([400, 'bad_request']);
  expect(await codeOf('/kv-batch', post([{ op: 'burn', key: 'a' }]))).toEqual([400, 'bad_request']);
  expect((await ask('/kv-batch', post(many.slice(1)))).json).toHaveLength(256);
});

test('the feed gives a place to begin from, and what came behind it', async () => {
  const start = (await ask('/kv-changes')).json;
  expect(start).toEqual({ index: '9f3c12ab:0', changes: [] });
  await ask('/kv/a', put('one'));
  await ask('/kv/a', { method: 'DELETE' });
  const { json } = await ask(`/kv-changes?index=${start.index}&values`);
  expect(json.changes.map(({ op }: { op: string }) => op)).toEqual(['put', 'delete']);
  expect(json.index).toBe('9f3c12ab:2');
  const quiet = ask(`/kv-changes?index=${json.index}&prefix=zzz&wait=1s`);
  await expect
    .poll(async () => [await world.clock.runAsync(1_000), await Promise.race([quiet, 'waits'])][1])
    .not.toBe('waits');
  expect((await quiet).json).toEqual({ index: '9f3c12ab:2', changes: [] });
});

test.each([
  ['index=00000000:0', 410, 'index_gone'],
  ['index=soon', 400, 'bad_request'],
  ['index=9f3c12ab:0&wait=11m', 400, 'bad_request'],
  ['prefix=..', 400, 'bad_key'],
  ['history', 400, 'bad_request'],
])('GET /kv-changes?%s is refused with %i', async (query, status, code) => {
  expect(await codeOf(`/kv-changes?${query}`)).toEqual([status, code]);
});

test('the history of a key is what the log keeps of it', async () => {
  for (const value of ['1', '2']) await ask('/kv/a', put(value));
  await ask('/kv/b', put('1'));
  const { json } = await ask('/kv-changes?key=a&history');
  expect(json.changes.map(({ op, key }: { op: string; key: string }) => `${op} ${key}`)).toEqual(['put a', 'put a']);
});

test('an export can be put back, as often as one likes', async () => {
  await ask('/kv/folder/', put('1'));
  await ask('/kv/x//y/?ttl=60', put(''));
  const text = await (await world.request('/kv-export')).text();
  expect(text.split('\n')).toHaveLength(5);
  for (const key of ['folder/', 'x//y/']) await world.kv.delete(key);

  const body = { method: 'POST', body: text };
  expect((await ask('/kv-import?mode=newer&dry-run', body)).json).toMatchObject({ created: 2, dry_run: true });
  expect((await ask('/kv/')).json).toEqual([]);
  expect((await ask('/kv-import?mode=newer', body)).json).toMatchObject({ created: 2, dry_run: false });
  expect((await ask('/kv-import?mode=newer', body)).json).toMatchObject({ created: 0, skipped: 2 });
  expect((await ask('/kv/x//y/')).json).toMatchObject({ value: '', expires: '2023-11-14T22:14:20.000Z' });
  expect(await codeOf('/kv-import', { method: 'POST', body: text.slice(0, -20) })).toEqual([400, 'bad_request']);
});

test('who may only read may follow and export, and change nothing', async () => {
  const from = { caller: { door: 'tcp', address: '127.0.0.1' } } as const;
  for (const path of ['/kv-changes', '/kv-export', '/kv/?cluster']) {
    expect((await world.request(path, {}, from)).status).toBe(200);
  }
  for (const path of ['/kv-batch', '/kv-import']) {
    expect((await world.request(path, { method: 'POST' }, from)).status).toBe(401);
  }
  expect((await world.request('/kv/?prefix=a&recurse&confirm=0', { method: 'DELETE' }, from)).status).toBe(401);
});

/** The methods of a store as own fields, so that some can be replaced. */
const memoryOf = (kv: KvStore): KvStore => ({
  get: (key) => kv.get(key),
  put: (key, value, options) => kv.put(key, value, options),
  delete: (key, options) => kv.delete(key, options),
  keys: (selection) => kv.keys(selection),
  entries: (selection) => kv.entries(selection),
  changes: (index, limit) => kv.changes(index, limit),
  stats: () => kv.stats(),
  [Symbol.asyncDispose]: async () => {},
});
