import { Level } from 'level';
import { silent } from '../../src/base/log.ts';
import type { Database } from '../../src/metrics/database.ts';
import { openMetricStore, type StoreSetting } from '../../src/metrics/metric-store.ts';
import { SimulatedClock } from './clock.ts';

/** Where made-up time begins, in epoch seconds: at a full hour. */
export const START = 1_700_002_800;

/** A store in a folder, in made-up time, until it is closed or left as a crash would leave it. */
export async function storeIn(path: string, over: Partial<StoreSetting> = {}) {
  const database: Database = new Level(path, { keyEncoding: 'view', valueEncoding: 'view', compression: false });
  await database.open();
  const clock = new SimulatedClock(START * 1_000);
  const setting = { database, clock, log: silent, maxSeries: 1_000, maxBytes: 0, maxFuture: 60, ...over };
  const store = await openMetricStore(setting).catch(async (error: unknown) => {
    await database.close();
    throw error;
  });
  return {
    store,
    database,
    clock,
    /** Closes it as an orderly stop does. */
    async close() {
      await store[Symbol.asyncDispose]();
      await database.close();
    },
    /** Closes the database without a word to the store. */
    crash: () => database.close(),
  };
}
