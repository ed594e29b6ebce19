import { execFileSync, spawnSync } from 'node:child_process';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Level } from 'level';
import { expect, test, vi } from 'vitest';
import type { Ask } from '../../src/kv/jobs.ts';
import { changePlace } from '../../src/kv/layout.ts';
import { type LevelOptions, openLevelStore } from '../../src/kv/level-store.ts';
import { deleting, putting } from '../../src/kv/rules.ts';
import { engineContext, temporaryFolder } from '../support/kv.ts';

const DEFAULTS: LevelOptions = { maxBytes: 0, minFree: 0, graceMs: 259_200_000, sync: true };
/** Only root may, and not in every container. */
const mayMount = spawnSync('unshare', ['-m', 'true']).status === 0;
const bytes = (text: string): Uint8Array => Buffer.from(text);

async function opened(path: string, options: Partial<LevelOptions> = {}) {
  const world = engineContext(path);
  return { ...world, store: await openLevelStore(world.context, { ...DEFAULTS, ...options }) };
}

/** Changes what lies on disk, while no store has it open. */
async function tamper(path: string, change: (database: Level<Uint8Array, Uint8Array>) => Promise<unknown>) {
  const database = new Level<Uint8Array, Uint8Array>(path, { keyEncoding: 'view', valueEncoding: 'view' });
  await change(database);
  await database.close();
}

async function filled(path: string) {
  const { store } = await opened(path);
  await Promise.all(['a', 'b', 'c'].map((key) => store.put(key, bytes(`value of ${key}`))));
  const stats = store.stats();
  await store[Symbol.asyncDispose]();
  return stats;
}

test('says so when another process has the store', async () => {
  await using folder = await temporaryFolder();
  const { store } = await opened(folder.path);
  await using _store = store;
  await expect(opened(folder.path)).rejects.toThrow('in use by another process');
});

test('refuses a store of a newer format', async () => {
  await using folder = await temporaryFolder();
  await filled(folder.path);
  await tamper(folder.path, (database) => database.put(bytes('mformat'), bytes('2')));
  await expect(opened(folder.path)).rejects.toThrow('has format 2, this agent knows 1');
});

test.each(['CURRENT', 'MANIFEST'])('repairs a store that lost its %s', async (lost) => {
  await using folder = await temporaryFolder();
  const stats = await filled(folder.path);
  const files = await readdir(folder.path);
  for (const file of files.filter((name) => name.startsWith(lost))) await rm(join(folder.path, file));

  const { store } = await opened(folder.path);
  await using _store = store;
  expect((await store.keys()).items).toEqual(['a', 'b', 'c']);
  expect(store.stats()).toEqual(stats);
});

test('sets a store aside that is beyond repair, and begins anew', async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'kv');
  await filled(path);
  await rm(join(path, 'CURRENT'));
  await mkdir(join(path, 'CURRENT'));

  const { store } = await opened(path);
  await using _store = store;
  await store.put('a', bytes('1'));
  expect(await readdir(folder.path)).toContain('kv.corrupt-1700000000000');
});

test('sets a damaged record aside: its key answers with an error until it is written again', async () => {
  await using folder = await temporaryFolder();
  await filled(folder.path);
  await tamper(folder.path, (database) => database.put(bytes('db'), bytes('no record at all')));

  const { store } = await opened(folder.path);
  await using _store = store;
  expect((await store.keys()).items).toEqual(['a', 'c']);
  expect(store.stats()).toMatchObject({ quarantined: 1, records: 2 });
  await expect(store.get('b')).rejects.toThrow('damaged');
  await expect(store.put('b', bytes('x'), { cas: '0' })).rejects.toThrow('damaged');
  await store.put('b', bytes('again'));
  expect(Buffer.from((await store.get('b'))?.value ?? []).toString()).toBe('again');
  expect(store.stats()).toMatchObject({ quarantined: 0, records: 3 });
});

test('refuses what does not fit, and takes it again after a delete is forgotten', async () => {
  await using folder = await temporaryFolder();
  const { store } = await opened(folder.path, { maxBytes: 300 });
  await using _store = store;
  await store.put('a', new Uint8Array(200));
  await expect(store.put('b', new Uint8Array(100))).rejects.toMatchObject({ code: 'quota' });
  expect(await store.get('b')).toBeUndefined();
  await store.delete('a');
  await store.put('b', new Uint8Array(100));
});

test('ends a page of entries early when its values are large, a page of keys not', async () => {
  await using folder = await temporaryFolder();
  const { store } = await opened(folder.path);
  await using _store = store;
  const keys = ['a', 'b', 'c', 'd', 'e'];
  for (const key of keys) await store.put(key, new Uint8Array(3_000_000));
  const first = await store.entries();
  expect(first).toMatchObject({ items: [{ key: 'a' }, { key: 'b' }], next: 'b' });
  expect((await store.entries({ after: 'b' })).items.map(({ key }) => key)).toEqual(['c', 'd']);
  expect(await store.keys()).toEqual({ items: keys, next: undefined });
});

test('keeps deletes possible when the disk is nearly full', async () => {
  await using folder = await temporaryFolder();
  const world = engineContext(folder.path, { freeBytes: async () => 10 });
  await filled(folder.path);
  await using store = await openLevelStore(world.context, { ...DEFAULTS, minFree: 1_000 });
  await expect(store.put('d', bytes('1'))).rejects.toMatchObject({ code: 'disk_full' });
  expect(await store.delete('a')).toMatchObject({ existed: true });
});

test.skipIf(!mayMount)('can be read while the disk is full, and goes on by itself when there is room', async () => {
  await using folder = await temporaryFolder();
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', folder.path]);
  try {
    const ballast = join(folder.path, 'ballast');
    await writeFile(ballast, Buffer.alloc(1_572_864));
    const { store, clock } = await opened(join(folder.path, 'kv'));
    await using _store = store;
    const write = async (count: number) => {
      for (let key = 0; key < count; key += 1) await store.put(`k${key}`, new Uint8Array(8_192));
    };
    await expect(write(300)).rejects.toMatchObject({ code: 'disk_full' });
    clock.run(5_000);
    expect(await store.get('k0')).toMatchObject({ key: 'k0' });
    await expect(store.put('k1', bytes('1'))).rejects.toMatchObject({ code: 'disk_full' });
    await rm(ballast);
    clock.run(5_000);
    expect(await store.put('k1', bytes('1'))).toMatchObject({ key: 'k1' });
    expect(store.stats().state).toBe('ok');
  } finally {
    execFileSync('umount', ['-l', folder.path]);
  }
});

test('forgets tombstones and expired records after the grace, not before', async () => {
  await using folder = await temporaryFolder();
  const { store, clock } = await opened(folder.path, { graceMs: 3_600_000 });
  await using _store = store;
  await store.put('deleted', bytes('1'));
  await store.delete('deleted');
  await store.put('expired', new Uint8Array(1_000), { ttl: 10 });
  const full = store.stats().bytes;

  const settled = async (seconds: number) => {
    for (let passed = 0; passed < seconds; passed += 60) {
      await clock.runAsync(60_000);
      await store.get('any');
      await store.put('probe', bytes('x'));
    }
  };
  /** Sweeping goes on beside: on a busy machine it may need some more turns. */
  const sooner = (claim: () => void) =>
    vi.waitFor(async () => {
      await settled(60);
      claim();
    });
  await settled(700);
  await sooner(() => expect(store.stats().bytes).toBeLessThan(full - 900));
  expect(store.stats()).toMatchObject({ records: 3 });
  await settled(3_600);
  await sooner(() => expect(store.stats()).toMatchObject({ records: 1 }));
});

test('says so when changes are asked for that are not kept any more', async () => {
  await using folder = await temporaryFolder();
  const { store: before } = await opened(folder.path);
  await before.put('a', bytes('1'));
  await Promise.all(['b', 'c'].map((key) => before.put(key, bytes('1'))));
  await before[Symbol.asyncDispose]();
  await tamper(folder.path, (database) => database.del(changePlace(1)));
  const { store } = await opened(folder.path);
  await using _store = store;
  await expect(store.changes(0, 10)).rejects.toMatchObject({ code: 'index_gone' });
  expect((await store.changes(1, 10)).map(({ index }) => index)).toEqual([2, 3]);
  expect((await store.changes(1, 1)).map(({ index }) => index)).toEqual([2]);
  expect((await store.changes(2, 10)).map(({ index }) => index)).toEqual([3]);
  expect((await store.history('c', 10)).map(({ index }) => index)).toEqual([3]);
});

test('of rules that are asked together each ends by itself', async () => {
  await using folder = await temporaryFolder();
  let free = Number.MAX_SAFE_INTEGER;
  const world = engineContext(folder.path, { freeBytes: async () => free });
  await using store = await openLevelStore(world.context, { ...DEFAULTS, minFree: 1_000 });
  const put = (key: string, cas?: string): Ask<unknown> => ({
    key,
    rule: putting(key, bytes('1'), cas === undefined ? {} : { cas }),
    bytes: 1,
  });
  const [a, b, c] = await store.askAll([put('a'), put('b', '1-2'), put('c')]);
  expect([a, b, c]).toEqual([
    { answer: expect.objectContaining({ key: 'a' }) },
    { refusal: expect.objectContaining({ code: 'cas_failed' }) },
    { answer: expect.objectContaining({ key: 'c' }) },
  ]);
  free = 0;
  await world.clock.runAsync(60_000);
  const [d, gone] = await store.askAll([put('d'), { key: 'a', rule: deleting('a', undefined), bytes: 0 }]);
  expect([d, gone]).toEqual([
    { refusal: expect.objectContaining({ code: 'disk_full' }) },
    { answer: expect.objectContaining({ existed: true }) },
  ]);
  expect((await store.keys()).items).toEqual(['c']);
});
