import { crc32 } from 'node:zlib';
import { expect, test } from 'vitest';
import { logKey, seriesKey } from '../../src/metrics/places.ts';
import { START, storeIn } from '../support/metric-store.ts';
import { tempDirectory } from '../support/temp.ts';

const ARCHIVES = '[[10,2160],[60,10080],[300,8640],[3600,8760]]';

/** Points as the log has them: the number of the series, epoch seconds, and the value, with a checksum behind them all. */
function record(points: readonly (readonly [id: number, time: number, value: number])[]): Buffer {
  const bytes = Buffer.alloc(16 * points.length + 4);
  for (const [at, [id, time, value]] of points.entries()) {
    bytes.writeUInt32BE(id, 16 * at);
    bytes.writeUInt32BE(time, 16 * at + 4);
    bytes.writeDoubleBE(value, 16 * at + 8);
  }
  bytes.writeUInt32BE(crc32(bytes.subarray(0, -4)), bytes.length - 4);
  return bytes;
}

test('series and points are written as every agent of this format reads them', async () => {
  using folder = tempDirectory();
  const { store, database, close } = await storeIn(folder.path);
  store.add({ name: 'a.b', value: 1.5, time: START }, 'own');
  store.add({ name: 'c', value: 2, time: START + 13 });
  store.add({ name: 'a.b', value: 3, time: START + 20 }, 'own');
  await store.write();
  const text = async (name: string) => Buffer.from((await database.get(seriesKey(name))) ?? []).toString();
  expect(await text('a.b')).toBe(`{"id":1,"origin":"own","archives":${ARCHIVES}}`);
  expect(await text('c')).toBe(`{"id":2,"origin":"received","archives":${ARCHIVES}}`);
  const points = [[1, START, 1.5] as const, [2, START + 13, 2] as const, [1, START + 20, 3] as const];
  expect(Buffer.from((await database.get(logKey(0))) ?? [])).toEqual(record(points));
  await close();
});

test('series and points that another agent of this format wrote are read', async () => {
  using folder = tempDirectory();
  const empty = await storeIn(folder.path);
  await empty.database.put(seriesKey('x'), Buffer.from(`{"id":7,"origin":"received","archives":${ARCHIVES}}`));
  await empty.database.put(seriesKey('damaged'), Buffer.from('{"id":'));
  await empty.database.put(
    logKey(5),
    record([
      [7, START, 4],
      [9, START, 1],
      [7, START + 14, 5],
    ]),
  );
  await empty.database.put(logKey(6), Buffer.from('no record'));
  await empty.crash();
  const { store, database, close } = await storeIn(folder.path);
  expect(store.names('*')).toEqual(['x']);
  const [x] = await store.read(['x'], { from: START - 10, until: START + 10 });
  expect([...(x?.values ?? [])]).toEqual([4, 5]);
  // What is new gets a number that nobody had, not even a series of which only points are left, and stands behind what is there.
  store.add({ name: 'y', value: 1, time: START });
  await store.write();
  expect(JSON.parse(Buffer.from((await database.get(seriesKey('y'))) ?? []).toString())).toMatchObject({ id: 10 });
  expect(Buffer.from((await database.get(logKey(7))) ?? [])).toEqual(record([[10, START, 1]]));
  await close();
});
