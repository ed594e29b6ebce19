import { Level } from 'level';
import { expect, test } from 'vitest';
import { changePlace, encodeChanges, type Logged, numberOfChange } from '../../src/kv/layout.ts';
import { LoggedChanges } from '../../src/kv/logged-changes.ts';
import { nodeTag } from '../../src/kv/version.ts';
import { temporaryFolder } from '../support/kv.ts';

const KEPT = 100_000;
const version = { stamp: 7n << 16n, tag: nodeTag('x') };
const logged = (key: string, more: Partial<Logged> = {}): Logged => ({ key, op: 'put', version, expires: 0, ...more });

async function logOf(path: string) {
  const database = new Level<Uint8Array, Uint8Array>(path, { keyEncoding: 'view', valueEncoding: 'view' });
  let written: Promise<void> = Promise.resolve();
  let fault: Error | undefined;
  const log = new LoggedChanges({
    read: (task) => task(database),
    write(task) {
      written = fault === undefined ? task(database) : Promise.reject(fault);
      return written;
    },
  });
  const places = async () => (await database.keys().all()).map(numberOfChange);
  /** How far the log grew, and what is left of it then. */
  const grew = async (last: number) => {
    log.grew(last);
    await written.catch(() => {});
    return await places();
  };
  const breakDisk = (error: Error | undefined) => {
    fault = error;
  };
  return { database, log, grew, breakDisk, [Symbol.asyncDispose]: () => database.close() };
}

test('changes of one batch come back one by one, as they were', async () => {
  await using folder = await temporaryFolder();
  await using world = await logOf(folder.path);
  const several = [logged('b', { op: 'delete', isLate: true }), logged('clé', { op: 'expire', expires: 9_000 })];
  await world.database.put(changePlace(1), encodeChanges([logged('a')]));
  await world.database.put(changePlace(4), encodeChanges([...several, logged('d')]));
  for (const [at, key] of ['e', 'f'].entries())
    await world.database.put(changePlace(5 + at), encodeChanges([logged(key)]));
  const all = await world.log.behind(0, 10);
  expect(all.map(({ index, op, key, expires, isLate }) => [index, op, key, expires, isLate])).toEqual([
    [1, 'put', 'a', null, undefined],
    [2, 'delete', 'b', null, true],
    [3, 'expire', 'clé', 9_000, undefined],
    [4, 'put', 'd', null, undefined],
    [5, 'put', 'e', null, undefined],
    [6, 'put', 'f', null, undefined],
  ]);
  expect(await world.log.behind(1, 2)).toEqual(all.slice(1, 3));
  expect(await world.log.behind(2, 10)).toEqual(all.slice(2));
  expect(await world.log.behind(3, 2)).toEqual(all.slice(3, 5));
  expect(await world.log.behind(6, 10)).toEqual([]);
  expect(await world.log.history('clé', 5, 6)).toEqual([all[2]]);
});

test('the oldest are dropped, many in one go, and never too many', async () => {
  await using folder = await temporaryFolder();
  await using world = await logOf(folder.path);
  for (const last of [1, 999, 1_000, 1_001, 2_500]) {
    await world.database.put(changePlace(last), encodeChanges([logged('a')]));
  }
  expect(await world.grew(KEPT + 999)).toEqual([1, 999, 1_000, 1_001, 2_500]);
  expect(await world.grew(KEPT + 1_000)).toEqual([1_001, 2_500]);
  expect(await world.grew(KEPT + 1_999)).toEqual([1_001, 2_500]);
  expect(await world.grew(KEPT + 2_400)).toEqual([2_500]);
});

test('what could not be dropped is dropped the next time', async () => {
  await using folder = await temporaryFolder();
  await using world = await logOf(folder.path);
  await world.database.put(changePlace(500), encodeChanges([logged('a')]));
  world.breakDisk(new Error('no'));
  expect(await world.grew(KEPT + 1_000)).toEqual([500]);
  world.breakDisk(undefined);
  expect(await world.grew(KEPT + 1_001)).toEqual([]);
});
