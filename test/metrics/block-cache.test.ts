import { describe, expect, test } from 'vitest';
import { BlockCache } from '../../src/metrics/block-cache.ts';
import { START, storeIn } from '../support/metric-store.ts';
import { tempDirectory } from '../support/temp.ts';

const place = (id: number) => ({ id, step: 10, start: 0 });
const block = (length: number) => new Uint8Array(length);

describe('a block that was read', () => {
  test('is known until it is written, and so is that there is none', () => {
    const cache = new BlockCache(10_000);
    const keep = cache.reading();
    keep(place(1), block(3));
    keep(place(2), undefined);
    expect(cache.find(place(1))).toEqual({ block: block(3) });
    expect(cache.find(place(2))).toEqual({ block: undefined });
    expect(cache.find(place(3))).toBeUndefined();
    const written = cache.writing();
    cache.forget(place(1));
    written();
    expect(cache.find(place(1))).toBeUndefined();
    expect(cache.find(place(2))).toEqual({ block: undefined });
  });

  test.each(['before', 'while', 'until after'])(
    '%s others were written is not kept, as it may be the old one',
    (when) => {
      const cache = new BlockCache(10_000);
      const early = cache.reading();
      const written = cache.writing();
      const amid = cache.reading();
      if (when === 'while') amid(place(1), block(3));
      written();
      if (when === 'before') early(place(1), block(3));
      if (when === 'until after') amid(place(1), block(3));
      expect(cache.find(place(1))).toBeUndefined();
    },
  );

  test('goes when there are too many, the one first that nobody looked at for longest', () => {
    const cache = new BlockCache(2_500);
    const keep = cache.reading();
    keep(place(1), block(1_000));
    keep(place(2), block(1_000));
    cache.find(place(1));
    keep(place(3), block(1_000));
    expect([1, 2, 3].map((id) => cache.find(place(id)) !== undefined)).toEqual([true, false, true]);
  });
});

test('a chart that is looked at again asks the database for nothing, and shows what came since', async () => {
  using folder = tempDirectory();
  const { store, database, close } = await storeIn(folder.path);
  let asked = 0;
  const getMany = database.getMany.bind(database);
  Object.assign(database, {
    getMany: (keys: Uint8Array[]) => {
      asked += keys.length;
      return getMany(keys);
    },
  });
  const values = async () => {
    const [series] = await store.read(['a'], { from: START - 30, until: START + 10 });
    return Array.from(series?.values ?? []);
  };
  store.add({ name: 'a', value: 1, time: START - 20 });
  await store.store();
  expect(await values()).toEqual([1, Number.NaN, Number.NaN, Number.NaN]);
  asked = 0;
  expect(await values()).toEqual([1, Number.NaN, Number.NaN, Number.NaN]);
  store.add({ name: 'a', value: 2, time: START });
  expect(await values()).toEqual([1, Number.NaN, 2, Number.NaN]);
  expect(asked).toBe(0);
  await store.store();
  expect(await values()).toEqual([1, Number.NaN, 2, Number.NaN]);
  expect(asked).toBeGreaterThan(0);
  await close();
});
