import { expect, test } from 'vitest';
import { START, storeIn } from '../support/metric-store.ts';
import { tempDirectory } from '../support/temp.ts';

/** A store whose database does something more each time before it writes. */
async function storeThat(path: string, beforeWriting: () => void) {
  const opened = await storeIn(path);
  const { database } = opened;
  const batch = database.batch.bind(database);
  Object.assign(database, {
    batch() {
      const one = batch();
      const write = one.write.bind(one);
      return Object.assign(one, {
        async write(options: object) {
          beforeWriting();
          await write(options);
        },
      });
    },
  });
  return opened;
}

test.each(['new', 'known'])(
  'points that come while those of %s series are stored wait, are counted, and are seen',
  async (kind) => {
    using folder = tempDirectory();
    let isAdding = false;
    let slot = 1;
    const { store, close } = await storeThat(folder.path, () => {
      if (!isAdding) return;
      for (const name of ['a', 'b', 'c']) store.add({ name, value: slot, time: START + 10 * slot });
      slot += 1;
    });
    for (const value of kind === 'known' ? [7, 0] : [0]) {
      for (const name of ['a', 'b']) store.add({ name, value, time: START });
      if (value > 0) await store.store();
    }
    await store.write();
    isAdding = true;
    await store.store();
    isAdding = false;
    expect(slot).toBeGreaterThan(1);
    expect(store.stats().waiting).toBe(3 * (slot - 1));
    for (let turn = 0; turn < 2; turn++) {
      const read = await store.read(['a', 'c'], { from: START - 10, until: START + 10 * (slot - 1) });
      const later = Array.from({ length: slot - 1 }, (_, at) => at + 1);
      expect(read.map(({ values }) => [...values])).toEqual([
        [0, ...later],
        [Number.NaN, ...later],
      ]);
      await store.store();
      expect(store.stats().waiting).toBe(0);
    }
    await close();
  },
);

test('new and known series are stored side by side, and those that cannot be are tried again', async () => {
  using folder = tempDirectory();
  let writes = 0;
  let failing = Number.POSITIVE_INFINITY;
  const { store, clock, close } = await storeThat(folder.path, () => {
    writes += 1;
    if (writes === failing) throw new Error('No space left on device');
  });
  const expected = new Map<string, number[]>();
  for (let slot = 0; slot < 6; slot++) {
    // Each time half of them are new.
    for (let series = 0; series < 100 * (slot + 1); series++) {
      const name = `s${series}`;
      store.add({ name, value: series + slot, time: START + 10 * slot });
      expected.set(name, [...(expected.get(name) ?? Array<number>(slot).fill(Number.NaN)), series + slot]);
    }
    await store.write();
    // Somewhere among the blocks of those that are known, or of those that are new.
    failing = writes + 1 + slot;
    await store.store();
    failing = Number.POSITIVE_INFINITY;
    await clock.runAsync(10_000);
    await store.store();
    expect(store.stats().waiting).toBe(0);
  }
  const names = [...expected.keys()];
  const read = await store.read(names, { from: START - 10, until: START + 50 });
  expect(new Map(read.map(({ name, values }) => [name, [...values]]))).toEqual(expected);
  const { blocks, bytes } = store.stats();
  await close();
  const again = await storeIn(folder.path);
  expect(again.store.stats()).toMatchObject({ blocks, bytes, waiting: 0, badBlocks: 0 });
  await again.close();
});
