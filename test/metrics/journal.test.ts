import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Level } from 'level';
import { describe, expect, test } from 'vitest';
import type { Database } from '../../src/metrics/database.ts';
import { Journal, type LoggedPoint } from '../../src/metrics/journal.ts';
import { allSeries, seriesKey, wholeLog } from '../../src/metrics/places.ts';
import { tempDirectory } from '../support/temp.ts';

const bytesIn = (folder: string): number =>
  readdirSync(folder).reduce((sum, file) => sum + statSync(join(folder, file)).size, 0);

test('points that were forgotten leave the disk as well', async () => {
  using folder = tempDirectory();
  const database: Database = new Level(folder.path, { keyEncoding: 'view', valueEncoding: 'view', compression: false });
  await database.open();
  const journal = new Journal(database, () => undefined);
  for (let batch = 0; batch < 10; batch++) {
    for (let point = 0; point < 40_000; point++) journal.add(point, 1_700_000_000 + batch, point / 7);
    await journal.write();
  }
  await journal.forgetBefore(journal.mark());
  journal.add(1, 1_700_000_000, 5);
  await journal.write();
  await database.close();
  // They were more than six megabytes.
  expect(bytesIn(folder.path)).toBeLessThan(500_000);

  await database.open();
  const left: LoggedPoint[] = [];
  for await (const point of new Journal(database, () => undefined).replay()) left.push(point);
  expect(left).toEqual([{ id: 1, time: 1_700_000_000, value: 5 }]);
  await database.close();
});

describe('very many new series', () => {
  const put = (place: number) =>
    ({ type: 'put', key: seriesKey(`s${place}`), value: Buffer.from(String(place)) }) as const;

  /** A journal whose database counts what it is given at once, and fails when told to. */
  async function journalIn(path: string) {
    const database: Database = new Level(path, { keyEncoding: 'view', valueEncoding: 'view', compression: false });
    await database.open();
    const batch = database.batch.bind(database);
    const state = { lengths: [] as number[], failsAfter: Number.POSITIVE_INFINITY };
    const counting = () => {
      const one = batch();
      const write = one.write.bind(one);
      return Object.assign(one, {
        async write(options: object) {
          if (state.lengths.length >= state.failsAfter) throw new Error('No space left on device');
          state.lengths.push(one.length);
          await write(options);
        },
      });
    };
    Object.assign(database, { batch: counting });
    return { database, state, journal: new Journal(database, put) };
  }

  const written = async (database: Database) => (await database.keys(allSeries).all()).length;

  test('are written some at a time, and their points behind them', async () => {
    using folder = tempDirectory();
    const { database, state, journal } = await journalIn(folder.path);
    for (let place = 0; place < 2_000; place++) {
      journal.addSeries(place);
      journal.add(place, 1_700_000_000, place);
    }
    await journal.write();
    expect(journal.isWritten).toBe(true);
    expect(state.lengths.length).toBeGreaterThan(5);
    expect(Math.max(...state.lengths)).toBeLessThan(300);
    expect(await written(database)).toBe(2_000);
    const back: number[] = [];
    for await (const { id } of new Journal(database, put).replay()) back.push(id);
    expect(back).toEqual(Array.from({ length: 2_000 }, (_, place) => place));
    await database.close();
  });

  test('of which only some can be written are followed by the others and by all points once that works again', async () => {
    using folder = tempDirectory();
    const { database, state, journal } = await journalIn(folder.path);
    for (let place = 0; place < 2_000; place++) {
      journal.addSeries(place);
      journal.add(place, 1_700_000_000, place);
    }
    state.failsAfter = 3;
    await expect(journal.write()).rejects.toThrow('No space left');
    const some = await written(database);
    expect(some).toBeGreaterThan(0);
    expect(some).toBeLessThan(2_000);
    // What has no name yet has no points on the disk either.
    expect((await database.keys(wholeLog).all()).length).toBe(0);
    journal.addSeries(2_000);
    journal.add(2_000, 1_700_000_000, 5);
    state.failsAfter = Number.POSITIVE_INFINITY;
    await journal.write();
    expect(journal.isWritten).toBe(true);
    expect(await written(database)).toBe(2_001);
    expect(state.lengths.reduce((sum, length) => sum + length)).toBeLessThan(2_001 + 20);
    const back: number[] = [];
    for await (const { id } of new Journal(database, put).replay()) back.push(id);
    expect(back).toEqual(Array.from({ length: 2_001 }, (_, place) => place));
    await database.close();
  });
});
