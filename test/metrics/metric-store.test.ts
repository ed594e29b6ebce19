import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseRetentions } from '../../src/config/retentions.ts';
import type { MetricStore } from '../../src/metrics/metric-store.ts';
import { blockKey, metaKey } from '../../src/metrics/places.ts';
import type { AggregationMethod } from '../../src/model/series.ts';
import { START, storeIn } from '../support/metric-store.ts';
import { tempDirectory } from '../support/temp.ts';

/** Rules for every series. */
const rules = (retentions: string, method: AggregationMethod = 'average', xFilesFactor = 0) => ({
  schemas: [{ pattern: '.', archives: parseRetentions(retentions) }],
  aggregation: [{ pattern: '.', method, xFilesFactor }],
});

/** What one series holds in a time; `null` for a slot without a value. */
async function read(store: MetricStore, name: string, from: number, until: number) {
  const [series] = await store.read([name], { from, until });
  const values = Array.from(series?.values ?? [], (value) => (Number.isNaN(value) ? null : value));
  return { first: series?.first, step: series?.step, values };
}

describe('a point', () => {
  test.each(['waiting', 'stored'])('is read in its slot while it is %s', async (how) => {
    using folder = tempDirectory();
    const { store, close } = await storeIn(folder.path);
    store.add({ name: 'a.b', value: 1, time: START + 1 });
    store.add({ name: 'a.b', value: 2, time: START + 12 });
    store.add({ name: 'a.b', value: 3, time: START + 19 });
    if (how === 'stored') await store.store();
    expect(await read(store, 'a.b', START - 10, START + 20)).toEqual({ first: START, step: 10, values: [1, 3, null] });
    await close();
  });

  test('that comes late goes to its slot and changes the averages above it', async () => {
    using folder = tempDirectory();
    const { store, clock, close } = await storeIn(folder.path);
    for (let at = 0; at < 3_600; at += 10) {
      store.add({ name: 'a', value: 6, time: START + at });
      await clock.runAsync(10_000);
    }
    const late = START + 1_800;
    for (const how of ['waiting', 'stored']) {
      store.add({ name: 'a', value: how === 'waiting' ? 12 : 24, time: late + 5 });
      if (how === 'stored') await store.store();
      const value = how === 'waiting' ? 12 : 24;
      expect((await read(store, 'a', late - 10, late)).values).toEqual([value]);
      const minute = await read(store, 'a', START - 8 * 3_600, START + 3_600);
      expect(minute.step).toBe(60);
      expect(minute.values[(late - (minute.first ?? 0)) / 60]).toBe(6 + (value - 6) / 6);
    }
    await close();
  });

  test('older than the finest archive goes back is kept in the next one', async () => {
    using folder = tempDirectory();
    const { store, close } = await storeIn(folder.path, { rules: rules('10s:1h,1m:1d,5m:30d') });
    const old = START - 7_200;
    store.add({ name: 'a', value: 4, time: old });
    store.add({ name: 'a', value: 8, time: old + 60 });
    for (let turn = 0; turn < 2; turn++) {
      expect(await read(store, 'a', old - 60, old + 60)).toEqual({ first: old, step: 60, values: [4, 8] });
      expect((await read(store, 'a', START - 90_000, START)).values.filter((value) => value !== null)).toEqual([6]);
      await store.store();
    }
    await close();
  });

  test.each([
    ['no number', { value: Number.NaN }, 'value'],
    ['infinite', { value: Number.POSITIVE_INFINITY }, 'value'],
    ['too far ahead', { time: START + 61 }, 'future'],
    ['at no time', { time: Number.NaN }, 'future'],
    ['older than anything kept', { time: START - 366 * 86_400 }, 'old'],
    ['without a name', { name: '' }, 'name'],
    ['with an empty element in its name', { name: 'a..b' }, 'name'],
    ['with a name too long', { name: 'a'.repeat(256) }, 'name'],
    ['with a line break in its name', { name: 'a\nb' }, 'name'],
  ])('that is %s is refused and counted', async (_, over, reason) => {
    using folder = tempDirectory();
    const { store, close } = await storeIn(folder.path);
    expect(store.add({ name: 'a', value: 1, time: START, ...over })).toBe(false);
    expect(store.stats()).toMatchObject({ points: 0, refused: new Map([[reason, 1]]) });
    await close();
  });
});

describe('as points get older', () => {
  test('ten seconds become minutes, five minutes and hours', async () => {
    using folder = tempDirectory();
    const { store, clock, close } = await storeIn(folder.path);
    for (let at = 0; at < 3 * 3_600; at += 10) {
      store.add({ name: 'a.load', value: at / 10, time: START + at });
      store.add({ name: 'a.count', value: 1, time: START + at });
      clock.run(10_000);
      if (at % 1_000 === 0) await clock.runAsync(0);
    }
    const now = START + 3 * 3_600;
    for (let turn = 0; turn < 2; turn++) {
      expect((await read(store, 'a.load', now - 3_600, now - 1)).step).toBe(10);
      const minutes = await read(store, 'a.load', now - 2 * 86_400, now - 1);
      expect(minutes.step).toBe(60);
      expect(minutes.values.slice(-2)).toEqual([1_070.5, 1_076.5]);
      const counts = await read(store, 'a.count', now - 2 * 86_400, now - 1);
      expect(counts.values.slice(-181)).toEqual([null, ...Array<number>(180).fill(6)]);
      expect((await read(store, 'a.count', now - 20 * 86_400, now - 1)).values.at(-1)).toBe(30);
      expect((await read(store, 'a.count', now - 200 * 86_400, now - 1)).values.slice(-4)).toEqual([
        null,
        360,
        360,
        360,
      ]);
      await store.store();
    }
    await close();
  });
});

describe('a coarse slot', () => {
  test('with too few values has none', async () => {
    using folder = tempDirectory();
    const { store, clock, close } = await storeIn(folder.path, { rules: rules('10s:6h,1m:7d', 'average', 0.6) });
    clock.run(120_000);
    for (const at of [0, 20, 40, 60, 70, 80, 90]) store.add({ name: 'a', value: at, time: START + at });
    const { values } = await read(store, 'a', START - 86_400, START + 60);
    expect(values.slice(-2)).toEqual([null, 75]);
    await close();
  });

  test('that is not over has no value yet', async () => {
    using folder = tempDirectory();
    const { store, clock, close } = await storeIn(folder.path);
    store.add({ name: 'a', value: 1, time: START });
    await store.store();
    clock.run(30_000);
    expect((await read(store, 'a', START - 86_400, START)).values.at(-1)).toBe(null);
    clock.run(30_000);
    expect((await read(store, 'a', START - 86_400, START)).values.at(-1)).toBe(null);
    store.add({ name: 'b', value: 1, time: START }, 'own');
    expect((await read(store, 'b', START - 86_400, START)).values.at(-1)).toBe(1);
    await close();
  });
});

describe('what is old', () => {
  test('beyond its archive is dropped, and at last the series', async () => {
    using folder = tempDirectory();
    const { store, clock, close } = await storeIn(folder.path, { rules: rules('10s:2h,1m:12h') });
    for (let at = 0; at < 3_600; at += 10) store.add({ name: 'a', value: at, time: START + at - 3_600 });
    await store.store();
    const { bytes, blocks } = store.stats();
    expect(bytes).toBeGreaterThan(0);
    clock.run(5 * 3_600_000);
    await clock.runAsync(0);
    await store.sweep();
    expect(store.stats().blocks).toBeLessThan(blocks);
    expect(store.names('*')).toEqual(['a']);
    clock.run(2 * 86_400_000);
    await store.sweep();
    expect(store.stats()).toMatchObject({ series: 0, blocks: 0, bytes: 0 });
    expect(store.names('*')).toEqual([]);
    await close();
  });
});

test('series are dropped with all their points when somebody wants that, and begin anew with the next one', async () => {
  using folder = tempDirectory();
  const first = await storeIn(folder.path);
  for (const name of ['a', 'b']) {
    for (let at = 0; at < 600; at += 10) first.store.add({ name, value: at, time: START + at - 600 });
  }
  await first.store.store();
  const { blocks, bytes } = first.store.stats();
  first.store.add({ name: 'b', value: 1, time: START });
  expect(await first.store.remove(['b', 'b', 'nope'])).toBe(1);
  expect(first.store.names('*')).toEqual(['a']);
  expect(first.store.stats()).toMatchObject({ series: 1, waiting: 0, blocks: blocks / 2, bytes: bytes / 2 });
  await first.close();
  const again = await storeIn(folder.path);
  again.store.add({ name: 'c', value: 7, time: START });
  again.store.add({ name: 'b', value: 8, time: START });
  // The numbers of dropped series are given to others, which must not get their points.
  for (const name of ['c', 'b']) {
    const { values } = await read(again.store, name, START - 600, START);
    expect(values.filter((value) => value !== null)).toEqual([name === 'c' ? 7 : 8]);
  }
  expect(again.store.names('*')).toEqual(['a', 'b', 'c']);
  await again.close();
});

test('what is read is what a plain list of slots would give, in whatever order points come and are stored', async () => {
  using folder = tempDirectory();
  const point = fc.record({ at: fc.integer({ min: 0, max: 400 }), value: fc.integer({ min: -50, max: 50 }) });
  const step = fc.oneof({ weight: 20, arbitrary: point }, { weight: 1, arbitrary: fc.constant('store' as const) });
  const { store, clock, close } = await storeIn(folder.path, { rules: rules('10s:6h,1m:7d,5m:30d', 'sum') });
  clock.run(4_000_000 + 600_000);
  let count = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 80 }), async (steps) => {
      const name = `s${count++}`;
      const slots = new Map<number, number>();
      for (const each of steps) {
        if (each === 'store') await store.store();
        else {
          store.add({ name, value: each.value, time: START + each.at * 10 });
          slots.set(each.at, each.value);
        }
      }
      const sums = (width: number) =>
        Array.from({ length: 10 }, (_, group) => {
          const inside = [...slots].filter(([at]) => Math.floor(at / width) === group).map(([, value]) => value);
          return inside.length === 0 ? null : inside.reduce((sum, value) => sum + value, 0);
        });
      if (slots.size === 0) return;
      const fine = await read(store, name, START - 10, START + 90);
      expect(fine.values).toEqual(Array.from({ length: 10 }, (_, at) => slots.get(at) ?? null));
      const { first = 0, values } = await read(store, name, START - 10 * 86_400, START + 4_600);
      expect(values.slice((START - first) / 300, (START - first) / 300 + 10)).toEqual(sums(30));
    }),
    { numRuns: 25 },
  );
  await close();
});

describe('after a restart', () => {
  test('an orderly stop has lost nothing, a crash what came since the last second', async () => {
    using folder = tempDirectory();
    const first = await storeIn(folder.path);
    first.store.add({ name: 'a', value: 1, time: START });
    await first.clock.runAsync(1_000);
    first.store.add({ name: 'a', value: 2, time: START + 10 });
    await first.crash();
    const second = await storeIn(folder.path);
    expect((await read(second.store, 'a', START - 10, START + 10)).values).toEqual([1, null]);
    second.store.add({ name: 'a', value: 3, time: START + 10 });
    await second.close();
    const third = await storeIn(folder.path);
    expect((await read(third.store, 'a', START - 10, START + 10)).values).toEqual([1, 3]);
    await third.store.store();
    const { bytes, blocks } = third.store.stats();
    await third.close();
    const fourth = await storeIn(folder.path);
    expect((await read(fourth.store, 'a', START - 10, START + 10)).values).toEqual([1, 3]);
    expect(fourth.store.stats()).toMatchObject({ bytes, blocks, waiting: 0, series: 1 });
    await fourth.close();
  });

  test('a new rule holds for new points, and old ones are read as they were written', async () => {
    using folder = tempDirectory();
    const first = await storeIn(folder.path, { rules: rules('10s:6h,1m:7d') });
    first.clock.run(120_000);
    for (let at = 0; at < 120; at += 10) first.store.add({ name: 'a', value: at, time: START + at });
    await first.store.store();
    await first.close();
    const second = await storeIn(folder.path, { rules: rules('30s:1d,5m:7d') });
    second.clock.run(240_000);
    second.store.add({ name: 'a', value: 7, time: START + 120 });
    await second.store.store();
    const { step, values } = await read(second.store, 'a', START - 30, START + 120);
    expect({ step, values }).toEqual({ step: 30, values: [10, 40, 70, 100, 7] });
    await second.close();
  });

  test('a damaged block is counted and empty, and everything else is there', async () => {
    using folder = tempDirectory();
    const { store, database, close } = await storeIn(folder.path);
    for (const name of ['a', 'b']) store.add({ name, value: 1, time: START });
    await store.store();
    const key = blockKey({ id: 1, step: 10, start: START - (START % 7_200) });
    const block = Uint8Array.from((await database.get(key)) ?? []);
    block[3] = (block[3] ?? 0) ^ 1;
    await database.put(key, block);
    expect((await read(store, 'a', START - 10, START)).values).toEqual([null]);
    expect((await read(store, 'b', START - 10, START)).values).toEqual([1]);
    expect(store.stats().badBlocks).toBeGreaterThan(0);
    await close();
  });
});

describe('at a bound', () => {
  test('further series are refused, counted, and told of', async () => {
    using folder = tempDirectory();
    const { store, close } = await storeIn(folder.path, { maxSeries: 10 });
    for (let at = 0; at < 9; at++) store.add({ name: `s${at}`, value: 1, time: START });
    expect(store.stats().troubles.get('series')).toMatch(/9 series of the 10/);
    for (let at = 9; at < 15; at++) store.add({ name: `s${at}`, value: 1, time: START });
    expect(store.add({ name: 's1', value: 1, time: START + 10 })).toBe(true);
    expect(store.stats()).toMatchObject({ series: 10, refused: new Map([['series', 5]]) });
    expect(store.stats().troubles.get('series')).toMatch(/as many as store.max_series allows/);
    await close();
  });

  test('the oldest blocks of the finest archive are dropped when there are too many bytes', async () => {
    using folder = tempDirectory();
    const { store, clock, close } = await storeIn(folder.path, { maxBytes: 8_000 });
    for (let hour = 0; hour < 12; hour++) {
      clock.run(3_600_000);
      for (let at = 0; at < 3_600; at += 10) {
        store.add({ name: 'a', value: Math.sin(hour * 3_600 + at), time: START + hour * 3_600 + at });
      }
      await store.store();
    }
    const { bytes, troubles } = store.stats();
    expect(bytes).toBeLessThanOrEqual(8_000);
    expect(troubles.get('bytes')).toMatch(/old blocks were dropped so far/);
    const end = START + 12 * 3_600;
    expect((await read(store, 'a', end - 3_600, end - 10)).values.at(-1)).not.toBeNull();
    await close();
  });

  test('a database that fails keeps points in memory, says so, and is tried again', async () => {
    using folder = tempDirectory();
    const { store, database, clock, close } = await storeIn(folder.path);
    const batch = database.batch.bind(database);
    const broken = Object.assign(database, {
      batch: () => Object.assign(batch(), { write: () => Promise.reject(new Error('No space left on device')) }),
    });
    store.add({ name: 'a', value: 1, time: START });
    await store.store();
    expect(store.stats().troubles.get('store')).toMatch(/No space left/);
    expect((await read(store, 'a', START - 10, START)).values).toEqual([1]);
    Object.assign(broken, { batch });
    await clock.runAsync(6_000);
    await store.store();
    expect(store.stats().troubles.size).toBe(0);
    expect((await read(store, 'a', START - 10, START)).values).toEqual([1]);
    await close();
  });
});

test('a store of another format is not touched', async () => {
  using folder = tempDirectory();
  const { store, database, close } = await storeIn(folder.path);
  store.add({ name: 'a', value: 1, time: START });
  await database.put(metaKey('format'), Buffer.from('2'));
  await close();
  await expect(storeIn(folder.path)).rejects.toMatchObject({
    code: 'store_failed',
    message: 'the series are in format 2, this agent knows 1; run the newer agent, or move the folder data/ts away',
  });
});
