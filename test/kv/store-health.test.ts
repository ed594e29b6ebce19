import { expect, test } from 'vitest';
import { StoreHealth } from '../../src/kv/store-health.ts';
import { engineContext } from '../support/kv.ts';

const ENOSPC = new Error('IO error: /data/kv/000003.log: No space left on device');

interface Disk {
  readonly minFree?: number;
  readonly free?: () => number;
  readonly reopen?: () => Promise<void>;
}

function healthOf({ minFree = 0, free = () => 0, reopen = async () => {} }: Disk) {
  const { context, clock } = engineContext('/data/kv', { freeBytes: async () => free() });
  return { health: new StoreHealth(context, minFree, reopen), clock };
}

test('a full disk refuses writes until the store can be opened again', async () => {
  let tries = 0;
  const reopen = async () => {
    tries += 1;
    if (tries === 1) throw ENOSPC;
  };
  const { health, clock } = healthOf({ reopen });

  expect(health.failure(ENOSPC)).toMatchObject({ code: 'disk_full' });
  expect(() => health.check()).toThrow('is full');
  await clock.runAsync(5_000);
  expect(health.report()).toMatchObject({ state: 'full' });
  await clock.runAsync(5_000);
  expect(health.report()).toEqual({ state: 'ok', error: '' });
  expect(() => health.check()).not.toThrow();
});

test('a note that finds the disk full tells of it as a record does', async () => {
  const { health } = healthOf({});
  let tries = 0;
  const write = async () => {
    tries += 1;
    throw ENOSPC;
  };
  await expect(health.guard(write)).rejects.toMatchObject({ code: 'disk_full' });
  await expect(health.guard(write)).rejects.toMatchObject({ code: 'disk_full' });
  expect(tries).toBe(1);
  expect(health.report()).toMatchObject({ state: 'full' });
});

test('a broken disk is never trusted again', async () => {
  const { health, clock } = healthOf({});
  health.failure(new Error('IO error: /data/kv/000003.log: Input/output error'));
  await clock.runAsync(60_000);
  expect(health.report()).toMatchObject({ state: 'failed' });
  expect(() => health.check()).toThrow(expect.objectContaining({ code: 'store_failed' }));
});

test('a broken disk is trusted again when somebody says that it is well, and it is', async () => {
  let isWell = false;
  const reopen = async () => {
    if (!isWell) throw new Error('Input/output error');
  };
  const { health } = healthOf({ reopen });
  health.failure(new Error('IO error: /data/kv/000003.log: Input/output error'));
  await expect(health.retry()).rejects.toMatchObject({ code: 'store_failed' });
  isWell = true;
  await health.retry();
  expect(health.report()).toEqual({ state: 'ok', error: '' });
});

test('too little free space refuses what needs room, and is measured again after a second', async () => {
  let free = 10;
  const { health, clock } = healthOf({ minFree: 100, free: () => free });
  expect(await health.lackOfRoom()).toMatchObject({ code: 'disk_full' });
  expect(health.report()).toMatchObject({ state: 'full' });
  free = 1_000;
  expect(await health.lackOfRoom()).toBeDefined();
  clock.run(1_000);
  expect(await health.lackOfRoom()).toBeUndefined();
});
