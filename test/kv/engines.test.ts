import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Engine } from '../../src/plugins/kinds.ts';
import { Registry } from '../../src/plugins/registry.ts';
import { engineContext, temporaryFolder } from '../support/kv.ts';

const engines = [...(await new Registry<Engine>('engine').addFrom(new URL('../../src/kv/engines/', import.meta.url)))];
const bytes = (text: string): Uint8Array => Buffer.from(text);

// What every engine must do, whichever way it keeps keys.

async function opened(engine: Engine, path: string) {
  const { context, clock, changes } = engineContext(join(path, 'kv'));
  return { store: await engine.configure({})(context), clock, changes };
}

type World = Awaited<ReturnType<typeof opened>>;

/** Runs `use` with an open store in a folder of its own. */
async function withStore(engine: Engine, use: (world: World) => Promise<void>) {
  await using folder = await temporaryFolder();
  const world = await opened(engine, folder.path);
  await using _store = world.store;
  await use(world);
}

const keysOf = async ({ store }: Pick<World, 'store'>, prefix?: string) => (await store.keys({ prefix })).items;

describe.each(engines)('$name: values', (engine) => {
  test('gives back what was put, with its times', () =>
    withStore(engine, async ({ store, clock }) => {
      const written = await store.put('a', bytes('one'));
      clock.run(5_000);
      await store.put('a', bytes('two'));

      const found = await store.get('a');
      expect(Buffer.from(found?.value ?? []).toString()).toBe('two');
      expect(found?.created).toBe(written.created);
      expect(found?.modified).toBe(written.modified + 5_000);
      expect(found && found.version > written.version).toBe(true);
      expect(await store.get('nope')).toBeUndefined();
    }));

  test('keeps any bytes under any key', () =>
    withStore(engine, async ({ store }) => {
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

describe.each(engines)('$name: lists', (engine) => {
  test('lists keys by their UTF-8 bytes, slashes and all', () =>
    withStore(engine, async ({ store }) => {
      const keys = ['b', 'x//y/', 'x/', '日本', 'é', 'z', '\u{1F600}', '\uFFFD', 'A'];
      await Promise.all(keys.map((key) => store.put(key, bytes('.'))));

      const sorted = keys.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
      expect(await keysOf({ store })).toEqual(sorted);
      expect(await keysOf({ store }, 'x//')).toEqual(['x//y/']);
      expect(await keysOf({ store }, 'nothing')).toEqual([]);
    }));

  test('lists in pages, and says where the next begins', () =>
    withStore(engine, async ({ store }) => {
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
    withStore(engine, async ({ store }) => {
      await store.put('__health/1', bytes('[]'));
      await store.put('a', bytes('1'));
      expect(await keysOf({ store })).toEqual(['a']);
      expect((await store.keys({ include: 'all' })).items).toEqual(['__health/1', 'a']);
    }));
});

describe.each(engines)('$name: deletes', (engine) => {
  test('forgets what was deleted, and a key that never was leaves no trace', () =>
    withStore(engine, async ({ store, changes }) => {
      await store.put('a', bytes('1'));
      expect(await store.delete('a')).toMatchObject({ existed: true, version: expect.any(String) });
      expect(await store.delete('a')).toEqual({ key: 'a', version: null, existed: false });
      expect(await store.delete('never')).toEqual({ key: 'never', version: null, existed: false });
      expect(await store.get('a')).toBeUndefined();
      expect(await keysOf({ store })).toEqual([]);
      expect(changes.map(({ op, key }) => `${op} ${key}`)).toEqual(['put a', 'delete a']);
    }));

  test('a key begins a new life after it was deleted', () =>
    withStore(engine, async ({ store, clock }) => {
      const first = await store.put('a', bytes('1'));
      await store.delete('a');
      clock.run(1_000);
      expect((await store.put('a', bytes('2'))).created).toBe(first.created + 1_000);
    }));
});

describe.each(engines)('$name: conditions', (engine) => {
  test('changes a key only from the version that was expected', () =>
    withStore(engine, async ({ store }) => {
      const { version } = await store.put('a', bytes('1'), { cas: '0' });
      await expect(store.put('a', bytes('2'), { cas: '0' })).rejects.toMatchObject({
        code: 'cas_failed',
        details: { current: version },
      });
      await store.put('a', bytes('2'), { cas: version });
      await expect(store.put('a', bytes('3'), { cas: version })).rejects.toMatchObject({ code: 'cas_failed' });
      await expect(store.delete('a', { cas: version })).rejects.toMatchObject({ code: 'cas_failed' });
      await expect(store.put('b', bytes('3'), { cas: version })).rejects.toMatchObject({ details: { current: null } });
    }));

  test('of many who change from the same version exactly one wins', () =>
    withStore(engine, async ({ store }) => {
      const { version } = await store.put('a', bytes('0'));
      const tries = Array.from({ length: 50 }, (_, i) => store.put('a', bytes(String(i)), { cas: version }));
      const results = await Promise.allSettled(tries);
      expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    }));
});

describe.each(engines)('$name: lifetimes', (engine) => {
  test('lets a key live as long as was said, and tells of its end once', () =>
    withStore(engine, async ({ store, clock, changes }) => {
      await store.put('a', bytes('1'), { ttl: 2 });
      await store.put('stays', bytes('1'), { ttl: 2 });
      await store.put('stays', bytes('2'));
      await clock.runAsync(1_900);
      expect(await store.get('a')).toBeDefined();
      await clock.runAsync(100);
      expect(await store.get('a')).toBeUndefined();
      expect(await keysOf({ store })).toEqual(['stays']);
      await clock.runAsync(3_000);
      await expect.poll(() => changes.filter(({ op }) => op === 'expire').map(({ key }) => key)).toEqual(['a']);
      await clock.runAsync(100_000);
      expect(changes.filter(({ op }) => op === 'expire')).toHaveLength(1);
    }));

  test('an expired key counts as absent for whoever compares', () =>
    withStore(engine, async ({ store, clock }) => {
      await store.put('a', bytes('1'), { ttl: 1 });
      clock.run(1_000);
      expect(await store.delete('a')).toMatchObject({ existed: false });
      expect(await store.put('a', bytes('2'), { cas: '0' })).toMatchObject({ expires: null });
    }));
});

describe.each(engines)('$name: openings', (engine) => {
  test('everything is there after it was closed and opened again, and versions go on growing', async () => {
    await using folder = await temporaryFolder();
    const before = await opened(engine, folder.path);
    const written = await before.store.put('a', bytes('1'));
    const stats = before.store.stats();
    await before.store[Symbol.asyncDispose]();

    const after = await opened(engine, folder.path);
    await using store = after.store;
    expect(await store.get('a')).toMatchObject({ version: written.version });
    expect(store.stats()).toEqual(stats);
    expect((await store.put('a', bytes('2'))).version > written.version).toBe(true);
  });

  test('numbers its changes and keeps them', () =>
    withStore(engine, async ({ store, changes }) => {
      await store.put('a', bytes('1'), { ttl: 60 });
      await store.delete('a');
      expect(await store.changes(0, 10)).toEqual(changes);
      expect(await store.changes(1, 10)).toMatchObject([{ index: 2, op: 'delete', key: 'a' }]);
    }));

  test('refuses what comes after it was closed', async () => {
    await using folder = await temporaryFolder();
    const { store } = await opened(engine, folder.path);
    const last = store.put('a', bytes('1'));
    await store[Symbol.asyncDispose]();
    await expect(last).resolves.toMatchObject({ key: 'a' });
    await expect(store.put('b', bytes('1'))).rejects.toMatchObject({ code: 'stopping' });
  });
});
