import fc from 'fast-check';
import { expect, test } from 'vitest';
import { openLevelStore } from '../../src/kv/level-store.ts';
import { putBack } from '../../src/kv/put-back.ts';
import { exportLines, importEntries } from '../../src/kv/transfer.ts';
import type { KvEntry, KvRestoring, KvStore } from '../../src/model/kv.ts';
import { ExportWriter, readExport } from '../../src/model/kv-export.ts';
import { engineContext, temporaryFolder } from '../support/kv.ts';

const OPTIONS = { maxBytes: 0, minFree: 0, graceMs: 259_200_000, sync: true };
const HEAD = { zone: 'lan', node: 'n1', time: '2026-01-01T00:00:00.000Z', prefix: '' };
/** Where the wall clock of the tests stands. */
const NOW = 1_700_000_000_000;
const bytes = (text: string): Uint8Array => Buffer.from(text);

async function withStore(use: (world: Awaited<ReturnType<typeof opened>>) => Promise<void>) {
  await using folder = await temporaryFolder();
  const world = await opened(folder.path);
  await using _store = world.store;
  await use(world);
}

async function opened(path: string) {
  const { context, clock } = engineContext(path);
  return { clock, store: await openLevelStore(context, OPTIONS) };
}

async function exported(store: KvStore, prefix = ''): Promise<string> {
  let text = '';
  for await (const line of exportLines(store, { ...HEAD, prefix })) text += line;
  return text;
}

function entriesIn(text: string | Uint8Array, reading: 'strict' | 'lenient' = 'strict') {
  const read = readExport(Buffer.from(text as string), reading);
  if ('fault' in read) throw new Error(read.fault);
  return read.entries;
}

const put = (store: KvStore, text: string, over: KvRestoring, { now = NOW, isTrial = false } = {}) =>
  importEntries(store, entriesIn(text), { over, now, isTrial });

/** What a person sees of a store. */
const seen = async (store: KvStore) =>
  (await store.entries()).items.map(({ key, value, version, created, modified, expires }) => ({
    ...{ key, version, created, modified, expires },
    value: Buffer.from(value).toString('hex'),
  }));

async function fill(store: KvStore) {
  await store.put('folder/', bytes('slash'));
  await store.put('x//y/', new Uint8Array());
  await store.put(
    'clé/é 日本',
    Uint8Array.from({ length: 256 }, (_, byte) => byte),
  );
  await store.put('short', bytes('lived'), { ttl: 60 });
}

test('what was exported comes back exactly, into an empty store', () =>
  withStore(async ({ store }) => {
    await fill(store);
    const text = await exported(store);
    const before = await seen(store);
    await withStore(async ({ store: empty }) => {
      expect(await put(empty, text, 'older')).toMatchObject({ created: 4, overwritten: 0, skipped: 0, refused: 0 });
      expect(await seen(empty)).toEqual(before);
      expect(await put(empty, text, 'older')).toMatchObject({ created: 0, skipped: 4 });
    });
  }));

test('what was deleted since comes back as well, under a new version', () =>
  withStore(async ({ store }) => {
    await fill(store);
    const text = await exported(store);
    const before = await seen(store);
    for (const { key } of before) await store.delete(key);
    expect(await put(store, text, 'older')).toMatchObject({ created: 4 });
    const strip = (entries: typeof before) => entries.map(({ key, value, expires }) => ({ key, value, expires }));
    expect(strip(await seen(store))).toEqual(strip(before));
  }));

test.each<[KvRestoring, string, object]>([
  ['anything', 'old', { created: 1, overwritten: 1, skipped: 0 }],
  ['nothing', 'new', { created: 1, overwritten: 0, skipped: 1 }],
  ['older', 'new', { created: 1, overwritten: 0, skipped: 1 }],
])('an import over %s leaves the value %s, and a trial says so before', (over, value, counts) =>
  withStore(async ({ store, clock }) => {
    await store.put('a', bytes('old'));
    await store.put('b', bytes('gone'));
    const text = await exported(store);
    clock.run(1_000);
    await store.put('a', bytes('new'));
    await store.delete('b');

    expect(await put(store, text, over, { isTrial: true })).toMatchObject(counts);
    expect(Buffer.from((await store.get('a'))?.value ?? []).toString()).toBe('new');
    expect(await put(store, text, over)).toMatchObject(counts);
    expect(Buffer.from((await store.get('a'))?.value ?? []).toString()).toBe(value);
  }),
);

test('what has expired since is left out', () =>
  withStore(async ({ store }) => {
    await fill(store);
    const text = await exported(store, 'short');
    await withStore(async ({ store: empty }) => {
      expect(await put(empty, text, 'anything', { now: NOW + 60_000 })).toMatchObject({ created: 0, skipped: 1 });
    });
  }));

test('entries that cannot be are refused one by one, others are kept', () =>
  withStore(async ({ store }) => {
    const writer = new ExportWriter();
    const entry: KvEntry = { key: 'a', value: bytes('1'), version: '', created: 0, modified: 0, expires: null };
    const future = { ...entry, key: 'future', modified: NOW + 60_000 };
    const text = [writer.head(HEAD), writer.entry(entry), writer.entry(future), writer.end()].join('');
    const done = await put(store, text, 'older');
    expect(done).toMatchObject({ created: 1, refused: 1, refusals: [{ key: 'future' }] });
  }));

test('a store that cannot do so itself gets entries as writes of now, with what is left of their lifetime', () =>
  withStore(async ({ store }) => {
    const entry: KvEntry = { key: 'a', value: bytes('1'), version: '', created: 0, modified: 0, expires: NOW + 1_500 };
    await expect(putBack(store, entry, 'older', NOW)).rejects.toMatchObject({ code: 'not_supported' });
    expect(await putBack(store, entry, 'nothing', NOW)).toBe('created');
    expect(await putBack(store, { ...entry, value: bytes('2') }, 'nothing', NOW)).toBe('skipped');
    expect(await putBack(store, { ...entry, value: bytes('3') }, 'anything', NOW)).toBe('overwritten');
    expect(await store.get('a')).toMatchObject({ value: bytes('3'), expires: NOW + 2_000 });
  }));

test('an export that breaks off or was changed is refused, unless what is whole is wanted', () =>
  withStore(async ({ store }) => {
    await fill(store);
    const text = await exported(store);
    const cut = text.slice(0, text.indexOf('"x//y/"'));
    expect(readExport(bytes(cut), 'strict')).toMatchObject({ fault: expect.stringContaining('breaks off') });
    expect(readExport(bytes(cut), 'lenient')).toMatchObject({ entries: { length: 3 }, broken: 1 });
    const changed = text.replace('folder/', 'holder/');
    expect(readExport(bytes(changed), 'strict')).toMatchObject({ fault: expect.stringContaining('checksum') });
  }));

test.each([
  ['', 'first line'],
  ['hello', 'first line'],
  ['[1, 2', 'neither'],
  ['[{"key": 1}]', 'entry 1'],
  ['{"format":"opsbro-kv","version":2}\n', 'version 2'],
])('%j is no export', (text, fault) => {
  expect(readExport(bytes(text), 'lenient')).toMatchObject({ fault: expect.stringContaining(fault) });
});

test('an export of Consul is read', () => {
  const text = JSON.stringify([
    { key: 'a/b', flags: 0, value: 'aGk=' },
    { key: 'folder/', flags: 0, value: '' },
  ]);
  expect(entriesIn(text)).toMatchObject([{ key: 'a/b', value: Buffer.from('hi') }, { key: 'folder/' }]);
});

test('no bytes break the reader, and every entry comes back as it was', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (junk) => void readExport(junk, 'lenient')),
    { numRuns: 200 },
  );
  const time = fc.integer({ min: 0, max: 4_102_444_800_000 });
  const entry = fc.record({
    key: fc.string({ unit: 'grapheme', minLength: 1 }),
    value: fc.uint8Array(),
    version: fc.string(),
    created: time,
    modified: time,
    expires: fc.option(time),
  });
  fc.assert(
    fc.property(fc.array(entry), (entries) => {
      const writer = new ExportWriter();
      const text = [writer.head(HEAD), ...entries.map((one) => writer.entry(one)), writer.end()].join('');
      const read = entriesIn(text).map((one) => ({ ...one, value: new Uint8Array(one.value) }));
      expect(read).toEqual(entries.map((one) => ({ ...one, value: new Uint8Array(one.value) })));
    }),
    { numRuns: 100 },
  );
});
