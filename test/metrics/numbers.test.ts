import { expect, test } from 'vitest';
import type { Database } from '../../src/metrics/database.ts';
import { START, storeIn } from '../support/metric-store.ts';
import { tempDirectory } from '../support/temp.ts';

// A number is all that blocks and the log know a series by: one that was given twice would show the points of another series.

const range = { from: START - 10, until: START + 30 };

/** Lets something come in between: it is done when the next batch is about to be written. */
function beforeNextBatch(database: Database, once: () => void): void {
  const batch = database.batch.bind(database);
  const intruding = () => {
    Object.assign(database, { batch });
    const one = batch();
    const write = one.write.bind(one);
    return Object.assign(one, {
      async write(options: object) {
        once();
        await write(options);
      },
    });
  };
  Object.assign(database, { batch: intruding });
}

test('no blocks are written of a series that a crash would forget', async () => {
  using folder = tempDirectory();
  const before = await storeIn(folder.path);
  before.store.add({ name: 'first', value: 1, time: START });
  beforeNextBatch(before.database, () => before.store.add({ name: 'meanwhile', value: 2, time: START }));
  await before.store.store();
  await before.crash();

  const { store, close } = await storeIn(folder.path);
  expect(store.names('*')).toEqual(['first']);
  store.add({ name: 'new', value: 3, time: START + 20 });
  const [values] = await store.read(['new'], range);
  expect([...(values?.values ?? [])]).toEqual([Number.NaN, Number.NaN, 3, Number.NaN]);
  await close();
});

test("points of a series that was dropped are nobody else's, though crashes came before the log was cleared", async () => {
  using folder = tempDirectory();
  const first = await storeIn(folder.path);
  first.store.add({ name: 'dropped', value: 1, time: START });
  Object.assign(first.database, { clear: () => Promise.reject(new Error('Input/output error')) });
  await first.store.remove(['dropped']);
  await first.crash();

  const second = await storeIn(folder.path);
  expect(second.store.names('*')).toEqual([]);
  second.store.add({ name: 'new', value: 3, time: START + 20 });
  await second.store.write();
  await second.crash();

  const { store, close } = await storeIn(folder.path);
  expect(store.names('*')).toEqual(['new']);
  const [values] = await store.read(['new'], range);
  expect([...(values?.values ?? [])]).toEqual([Number.NaN, Number.NaN, 3, Number.NaN]);
  await close();
});
