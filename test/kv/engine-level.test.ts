import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import level from '../../src/kv/engines/level.ts';
import { engineContext, temporaryFolder } from '../support/kv.ts';
import { testEngine } from '../support/kv-contract.ts';

const bytes = (text: string): Uint8Array => Buffer.from(text);

async function opened(path: string) {
  const { context, clock, changes } = engineContext(join(path, 'kv'));
  return { store: await level.configure({})(context), clock, changes };
}

type World = Awaited<ReturnType<typeof opened>>;

/** Runs `use` with an open store in a folder of its own. */
async function withStore(use: (world: World) => Promise<void>) {
  await using folder = await temporaryFolder();
  const world = await opened(folder.path);
  await using _store = world.store;
  await use(world);
}

const keysOf = async ({ store }: Pick<World, 'store'>) => (await store.keys()).items;

describe('level', () =>
  testEngine(async () => {
    const folder = await temporaryFolder();
    const { store, clock, changes } = await opened(folder.path);
    return {
      ...{ store, changes, pass: (ms: number) => clock.runAsync(ms) },
      async [Symbol.asyncDispose]() {
        await store[Symbol.asyncDispose]();
        await folder[Symbol.asyncDispose]();
      },
    };
  }));

describe('lifetimes', () => {
  test('lets a key live as long as was said, and tells of its end once', () =>
    withStore(async ({ store, clock, changes }) => {
      await store.put('a', bytes('1'), { ttl: 2 });
      await store.put('stays', bytes('1'), { ttl: 2 });
      await store.put('stays', bytes('2'));
      await clock.runAsync(1_900);
      expect(await store.get('a')).toBeDefined();
      await clock.runAsync(100);
      expect(await store.get('a')).toBeUndefined();
      expect(await keysOf({ store })).toEqual(['stays']);
      await clock.runAsync(3_000);
      const expired = async () => {
        await clock.runAsync(50);
        return changes.filter(({ op }) => op === 'expire').map(({ key }) => key);
      };
      await expect.poll(expired).toEqual(['a']);
      await clock.runAsync(100_000);
      expect(changes.filter(({ op }) => op === 'expire')).toHaveLength(1);
    }));

  test('an expired key counts as absent for whoever compares', () =>
    withStore(async ({ store, clock }) => {
      await store.put('a', bytes('1'), { ttl: 1 });
      clock.run(1_000);
      expect(await store.delete('a')).toMatchObject({ existed: false });
      expect(await store.put('a', bytes('2'), { cas: '0' })).toMatchObject({ expires: null });
    }));
});

describe('openings', () => {
  test('everything is there after it was closed and opened again, and versions go on growing', async () => {
    await using folder = await temporaryFolder();
    const before = await opened(folder.path);
    const written = await before.store.put('a', bytes('1'));
    const stats = before.store.stats();
    await before.store[Symbol.asyncDispose]();

    const after = await opened(folder.path);
    await using store = after.store;
    expect(await store.get('a')).toMatchObject({ version: written.version });
    expect(store.stats()).toEqual(stats);
    expect((await store.put('a', bytes('2'))).version > written.version).toBe(true);
  });
});
