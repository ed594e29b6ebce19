import { expect, test } from 'vitest';
import { Bus } from '../../src/base/bus.ts';
import { openKv } from '../../src/kv/kv.ts';
import type { AgentEvent } from '../../src/model/event.ts';
import { engineContext, temporaryFolder } from '../support/kv.ts';

async function opened(path: string, settings: Parameters<typeof openKv>[0]['settings'] = {}) {
  const { context } = engineContext(path);
  const bus = new Bus<AgentEvent>((error) => {
    throw error;
  });
  return { bus, kv: await openKv({ ...context, bus, settings }) };
}

const none = new Uint8Array();

test('refuses keys, values and lifetimes that cannot be', async () => {
  await using folder = await temporaryFolder();
  const { kv } = await opened(folder.path, { max_value: 10 });
  await using _kv = kv;
  await expect(kv.get('a/../b')).rejects.toMatchObject({ code: 'bad_key' });
  await expect(kv.put('', none)).rejects.toMatchObject({ code: 'bad_key' });
  await expect(kv.put('a', new Uint8Array(11))).rejects.toMatchObject({ code: 'too_large', details: { limit: 10 } });
  await expect(kv.put('a', none, { ttl: 0 })).rejects.toMatchObject({ code: 'bad_ttl' });
  await expect(kv.keys({ limit: 10_001 })).rejects.toMatchObject({ code: 'bad_request' });
  await expect(kv.put('a', new Uint8Array(10))).resolves.toMatchObject({ key: 'a' });
});

test('lets nobody write the keys of the agent', async () => {
  await using folder = await temporaryFolder();
  const { kv } = await opened(folder.path);
  await using _kv = kv;
  await expect(kv.put('__health/x', none)).rejects.toMatchObject({ code: 'reserved_key' });
  await expect(kv.delete('__health/x')).rejects.toMatchObject({ code: 'reserved_key' });
  await expect(kv.get('__health/x')).resolves.toBeUndefined();
});

test('tells of each change on the bus, once it is stored', async () => {
  await using folder = await temporaryFolder();
  const { kv, bus } = await opened(folder.path);
  await using _kv = kv;
  const heard: string[] = [];
  bus.on('kv-change', ({ op, key, index }) => heard.push(`${index} ${op} ${key}`));
  await kv.put('a', none);
  await kv.delete('a');
  expect(heard).toEqual(['1 put a', '2 delete a']);
});

test('refuses an unknown engine and wrong options by name', async () => {
  await using folder = await temporaryFolder();
  await expect(opened(folder.path, { engine: 'lvel' })).rejects.toThrow('known: etcd, level');
  await expect(opened(folder.path, { max_bytes: -1 })).rejects.toThrow('engine level.max_bytes');
});

test('takes 512 requests at a time, and no more', async () => {
  await using folder = await temporaryFolder();
  const { kv } = await opened(folder.path);
  await using _kv = kv;
  const puts = await Promise.allSettled(Array.from({ length: 513 }, (_, i) => kv.put(`k${i}`, none)));
  expect(puts.filter(({ status }) => status === 'rejected')).toMatchObject([{ reason: { code: 'overloaded' } }]);
  expect((await kv.keys()).items).toHaveLength(512);
});
