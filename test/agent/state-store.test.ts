import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { StateStore } from '../../src/agent/state-store.ts';
import { silent } from '../../src/base/log.ts';
import { SimulatedClock } from '../support/clock.ts';
import { tempDirectory } from '../support/temp.ts';

const open = (path: string) => StateStore.open(path, new SimulatedClock(), silent);

test('what was put is there after a restart, each part by itself', async () => {
  using home = tempDirectory();
  const path = join(home.path, 'state');
  {
    await using store = await open(path);
    store.shelf('checks').put('linux/load', { state: 'ok' });
    store.shelf('checks').put('gone', 1);
    store.shelf('checks').delete('gone');
    store.shelf('members').put('n1', [1, 2]);
  }
  await using store = await open(path);
  expect([...(await store.shelf('checks').load())]).toEqual([['linux/load', { state: 'ok' }]]);
  expect([...(await store.shelf('members').load())]).toEqual([['n1', [1, 2]]]);
});

test('what was put just now is there for who asks', async () => {
  using home = tempDirectory();
  await using store = await open(join(home.path, 'state'));
  const shelf = store.shelf('gossip');
  shelf.put('snapshot', 'old');
  await shelf.load();
  shelf.put('snapshot', 'new');
  shelf.put('gone', 1);
  shelf.delete('gone');
  expect([...(await shelf.load())]).toEqual([['snapshot', 'new']]);
});

test('changes are on disk a second later', async () => {
  using home = tempDirectory();
  const clock = new SimulatedClock();
  await using store = await StateStore.open(join(home.path, 'state'), clock, silent);
  store.shelf('a').put('k', 'v');
  clock.run(1_000);
  await expect.poll(async () => [...(await store.shelf('a').load())]).toEqual([['k', 'v']]);
});

test('what must not wait is on disk at once', async () => {
  using home = tempDirectory();
  await using store = await open(join(home.path, 'state'));
  const shelf = store.shelf('a');
  shelf.put('k', 'v');
  shelf.flush();
  await expect.poll(async () => [...(await shelf.load())]).toEqual([['k', 'v']]);
});

test('a corrupt database is set aside, not deleted', async () => {
  using home = tempDirectory();
  const path = join(home.path, 'state');
  await (await open(path))[Symbol.asyncDispose]();
  for (const file of readdirSync(path)) rmSync(join(path, file));
  writeFileSync(join(path, 'CURRENT'), 'rubbish');

  await using store = await open(path);

  expect(await store.shelf('a').load()).toEqual(new Map());
  expect(readdirSync(home.path).filter((name) => name.startsWith('state.corrupt-'))).toHaveLength(1);
});

test('a database that is in use says so', async () => {
  using home = tempDirectory();
  await using _store = await open(join(home.path, 'state'));
  await expect(open(join(home.path, 'state'))).rejects.toThrow('in use by another process');
});

test('what must survive everything is on disk before it is gone on with', async () => {
  using home = tempDirectory();
  await using store = await open(join(home.path, 'state'));
  const shelf = store.shelf('a');
  shelf.put('k', 'v');
  await shelf.flushed();
  shelf.delete('k');
  await shelf.flushed();
  expect(await shelf.load()).toEqual(new Map());
  expect(store.failure).toBe('');
});
