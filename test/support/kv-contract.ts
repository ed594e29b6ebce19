import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { KvChange, KvStore } from '../../src/model/kv.ts';

// What every engine of the store must do, whichever way it keeps keys.

/** An open store that is empty, and what it told of. */
export interface ContractWorld extends AsyncDisposable {
  readonly store: KvStore;
  readonly changes: readonly KvChange[];
  /** Lets so many milliseconds go by. */
  pass(ms: number): Promise<void>;
}

type Open = () => Promise<ContractWorld>;

const bytes = (text: string): Uint8Array => Buffer.from(text);

async function withStore(open: Open, use: (world: ContractWorld) => Promise<void>) {
  await using world = await open();
  await use(world);
}

const keysOf = async ({ store }: Pick<ContractWorld, 'store'>, prefix?: string) => (await store.keys({ prefix })).items;

/** Declares the tests of an engine. */
export function testEngine(open: Open): void {
  values(open);
  lists(open);
  deletes(open);
  conditions(open);
  changes(open);
  restoring(open);
  closing(open);
}

function values(open: Open): void {
  describe('values', () => {
    test('gives back what was put, with its times', () =>
      withStore(open, async ({ store, pass }) => {
        const written = await store.put('a', bytes('one'));
        await pass(50);
        await store.put('a', bytes('two'));

        const found = await store.get('a');
        expect(Buffer.from(found?.value ?? []).toString()).toBe('two');
        expect(found?.created).toBe(written.created);
        expect(found && found.modified > written.modified).toBe(true);
        expect(found && found.version > written.version).toBe(true);
        expect(await store.get('nope')).toBeUndefined();
      }));

    test('keeps any bytes under any key', () =>
      withStore(open, async ({ store }) => {
        const key = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 });
        const entries = fc.dictionary(key, fc.uint8Array({ maxLength: 200 }), { maxKeys: 8, noNullPrototype: true });
        const property = fc.asyncProperty(entries, async (values) => {
          await Promise.all(Object.entries(values).map(([name, value]) => store.put(name, value)));
          for (const [name, value] of Object.entries(values)) {
            expect(Buffer.from((await store.get(name))?.value ?? [1])).toEqual(Buffer.from(value));
          }
        });
        await fc.assert(property, { numRuns: 30 });
      }));
  });
}

function lists(open: Open): void {
  describe('lists', () => {
    test('lists keys by their UTF-8 bytes, slashes and all', () =>
      withStore(open, async ({ store }) => {
        const keys = ['b', 'x//y/', 'x/', '日本', 'é', 'z', '\u{1F600}', '\uFFFD', 'A'];
        await Promise.all(keys.map((key) => store.put(key, bytes('.'))));

        const sorted = keys.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
        expect(await keysOf({ store })).toEqual(sorted);
        expect(await keysOf({ store }, 'x//')).toEqual(['x//y/']);
        expect(await keysOf({ store }, 'nothing')).toEqual([]);
      }));

    test('lists in pages, and says where the next begins', () =>
      withStore(open, async ({ store }) => {
        for (const key of ['a', 'b', 'c', 'd']) await store.put(key, bytes(key));

        const first = await store.keys({ limit: 3 });
        expect(first).toEqual({ items: ['a', 'b', 'c'], next: 'c' });
        expect(await store.keys({ limit: 3, after: first.next })).toEqual({ items: ['d'], next: undefined });
        expect(await store.keys({ limit: 4 })).toMatchObject({ next: undefined });
        expect((await store.entries({ after: 'c' })).items.map(({ key, value }) => [key, value.length])).toEqual([
          ['d', 1],
        ]);
      }));

    test('leaves the keys of the agent out of lists unless asked', () =>
      withStore(open, async ({ store }) => {
        await store.put('__health/1', bytes('[]'));
        await store.put('a', bytes('1'));
        expect(await keysOf({ store })).toEqual(['a']);
        expect((await store.keys({ include: 'all' })).items).toEqual(['__health/1', 'a']);
      }));
  });
}

function deletes(open: Open): void {
  describe('deletes', () => {
    test('forgets what was deleted, and a key that never was leaves no trace', () =>
      withStore(open, async ({ store, changes }) => {
        await store.put('a', bytes('1'));
        expect(await store.delete('a')).toMatchObject({ existed: true, version: expect.any(String) });
        expect(await store.delete('a')).toEqual({ key: 'a', version: null, existed: false });
        expect(await store.delete('never')).toEqual({ key: 'never', version: null, existed: false });
        expect(await store.get('a')).toBeUndefined();
        expect(await keysOf({ store })).toEqual([]);
        await expect.poll(() => changes.map(({ op, key }) => `${op} ${key}`)).toEqual(['put a', 'delete a']);
      }));

    test('a key begins a new life after it was deleted', () =>
      withStore(open, async ({ store, pass }) => {
        const first = await store.put('a', bytes('1'));
        await store.delete('a');
        await pass(50);
        expect((await store.put('a', bytes('2'))).created).toBeGreaterThan(first.created);
      }));
  });
}

function conditions(open: Open): void {
  describe('conditions', () => {
    test('changes a key only from the version that was expected', () =>
      withStore(open, async ({ store }) => {
        const { version } = await store.put('a', bytes('1'), { cas: '0' });
        await expect(store.put('a', bytes('2'), { cas: '0' })).rejects.toMatchObject({
          code: 'cas_failed',
          details: { current: version },
        });
        await store.put('a', bytes('2'), { cas: version });
        await expect(store.put('a', bytes('3'), { cas: version })).rejects.toMatchObject({ code: 'cas_failed' });
        await expect(store.delete('a', { cas: version })).rejects.toMatchObject({ code: 'cas_failed' });
        await expect(store.put('b', bytes('3'), { cas: version })).rejects.toMatchObject({
          details: { current: null },
        });
      }));

    test('of many who change from the same version exactly one wins', () =>
      withStore(open, async ({ store }) => {
        const { version } = await store.put('a', bytes('0'));
        const tries = Array.from({ length: 50 }, (_, i) => store.put('a', bytes(String(i)), { cas: version }));
        const results = await Promise.allSettled(tries);
        expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      }));
  });
}

function changes(open: Open): void {
  describe('changes', () => {
    test('numbers its changes and keeps them', () =>
      withStore(open, async ({ store, changes }) => {
        const { index } = store.stats();
        await store.put('a', bytes('1'), { ttl: 60 });
        await store.put('b', bytes('1'));
        await store.delete('a');
        await expect.poll(() => changes.map(({ op, key }) => `${op} ${key}`)).toEqual(['put a', 'put b', 'delete a']);
        expect(await store.changes(index, 10)).toEqual(changes);
        expect(await store.changes(index, 1)).toEqual(changes.slice(0, 1));
        expect(await store.changes(changes[1]?.index ?? 0, 10)).toMatchObject([{ op: 'delete', key: 'a' }]);
        expect(store.stats().index).toBeGreaterThanOrEqual(changes[2]?.index ?? Number.NaN);
      }));

    test('knows the past of a key', () =>
      withStore(open, async ({ store }) => {
        await store.put('a', bytes('1'));
        await store.put('ab', bytes('1'));
        await store.delete('a');
        const last = await store.put('a', bytes('2'));
        expect((await store.history?.('a', 10))?.map(({ op }) => op)).toEqual(['put', 'delete', 'put']);
        expect(await store.history?.('a', 1)).toMatchObject([{ op: 'put', version: last.version }]);
        await store.delete('a');
        expect((await store.history?.('a', 10))?.map(({ op }) => op)).toEqual(['put', 'delete', 'put', 'delete']);
        expect(await store.history?.('never', 10)).toEqual([]);
      }));
  });
}

function restoring(open: Open): void {
  describe('restoring', () => {
    test('puts back what was deleted, and only over what may be replaced', () =>
      withStore(open, async ({ store, pass }) => {
        await store.put('a', bytes('old'), { ttl: 600 });
        const [old] = (await store.entries()).items;
        if (old === undefined) throw new Error('nothing was stored');
        await pass(50);
        await store.put('a', bytes('new'));
        expect(await store.restore?.(old, 'older')).toBe('skipped');
        expect(await store.restore?.(old, 'nothing')).toBe('skipped');
        expect(await store.restore?.(old, 'anything')).toBe('overwritten');
        expect(await store.get('a')).toMatchObject({ value: bytes('old'), expires: old.expires });
        await store.delete('a');
        expect(await store.restore?.(old, 'older')).toBe('created');
        expect(await store.get('a')).toMatchObject({ modified: expect.any(Number), expires: old.expires });
      }));
  });
}

function closing(open: Open): void {
  test('refuses what comes after it was closed', async () => {
    await using world = await open();
    const { store } = world;
    const last = store.put('a', bytes('1'));
    await store[Symbol.asyncDispose]();
    await expect(last).resolves.toMatchObject({ key: 'a' });
    await expect(store.put('b', bytes('1'))).rejects.toMatchObject({ code: 'stopping' });
  });
}
