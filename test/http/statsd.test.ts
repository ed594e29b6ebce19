import { expect, test } from 'vitest';
import { bodyOf, fakeApi } from './fake-parts.ts';

const ask = fakeApi();

test('statsd says what came to it', async () => {
  expect(await bodyOf(await ask('/statsd/stats'))).toMatchObject({
    port: 8125,
    samples: 20,
    bad_lines: 1,
    udp_drops: 3,
  });
});

test('what is in its window is listed by kind, sorted, by its beginning, in pages', async () => {
  const api = { name: 'api.timers', value: 1 };
  const web = { name: 'web.timers', value: 2 };
  expect(await bodyOf(await ask('/statsd/timers'))).toEqual([api, web]);
  expect(await bodyOf(await ask('/statsd/timers?prefix=web'))).toEqual([web]);
  const first = await ask('/statsd/timers?limit=1');
  expect(first.headers.get('x-opsbro-next')).toBe('api.timers');
  expect(await bodyOf(await ask('/statsd/timers?limit=1&after=api.timers'))).toEqual([web]);
});
