import { expect, test } from 'vitest';
import type { YamlMap } from '../../src/model/pack.ts';
import type { Collector } from '../../src/plugins/kinds.ts';
import { collectorOf, configured, eventsOf, packOf, registryOf, runtimeOf, written } from '../support/runtime.ts';

const check = (id: string, definition: YamlMap) => written('check', id, { if_group: '*', ...definition });

test('a shipped check rests while its collector does not exist, and nobody is alarmed', async () => {
  const objects = [
    check('redis/redis', { critical_if: '{{collector.redis.available}} == False' }),
    check('mine/redis', { critical_if: '{{collector.redis.available}} == False' }),
    written('handler', 'local/note', { type: 'note' }),
  ];
  const packs = [{ ...packOf('redis', {}), isShipped: true }, packOf('mine', {})];
  const configuration = configured(objects, { packs });
  const { clock, runtime, events, alerts } = runtimeOf(configuration);
  void runtime.start();
  await clock.runAsync(12_000);
  expect(runtime.check('redis/redis')).toMatchObject({
    ...{ state: 'pending', hardState: 'pending', output: 'no collector redis', lastCheck: null, nextCheck: null },
  });
  await expect(runtime.runCheck('redis/redis')).rejects.toThrow('no collector redis');
  // What people wrote themselves shows that it is wrong.
  expect(runtime.check('mine/redis')).toMatchObject({ state: 'unknown', output: expect.stringContaining('redis') });
  expect(eventsOf(events, 'check-change').map((event) => event.check.id)).toEqual(['mine/redis']);
  expect(alerts.map((alert) => alert.name)).toEqual(['mine/redis']);
  await runtime[Symbol.asyncDispose]();
});

test('a shipped check begins and rests as its collector comes and goes with a reload', async () => {
  const objects = [check('redis/redis', { critical_if: '{{collector.redis.available}} == False' })];
  const configuration = configured(objects, { packs: [{ ...packOf('redis', {}), isShipped: true }] });
  const collectors = registryOf<Collector>('collector', []);
  const { clock, runtime, events } = runtimeOf(configuration, { collectors });
  void runtime.start();
  await clock.runAsync(2_000);
  collectors.put(
    'redis',
    collectorOf('redis', () => ({ available: true })),
  );
  runtime.apply(configuration);
  await clock.runAsync(2_000);
  expect(runtime.check('redis/redis').state).toBe('ok');
  collectors.put('redis', undefined);
  runtime.apply(configuration);
  expect(runtime.check('redis/redis')).toMatchObject({ state: 'pending', output: 'no collector redis' });
  expect(
    eventsOf(events, 'check-change').map(({ before, check, result }) => [before.state, check.state, result?.state]),
  ).toEqual([
    ['pending', 'ok', 'ok'],
    ['ok', 'pending', undefined],
  ]);
});
