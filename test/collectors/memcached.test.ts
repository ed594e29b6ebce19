import { describe, expect, test } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import memcached, { parseStats } from '../../src/collectors/memcached.ts';
import { systemHost } from '../../src/net/system-host.ts';
import { SimulatedClock } from '../support/clock.ts';
import type { FakeConnection } from '../support/connection.ts';
import { recorded } from '../support/fixtures.ts';
import { fakeHost, never } from '../support/host.ts';
import { startMemcached, tellMemcached } from '../support/servers/memcached.ts';
import { testWith } from '../support/services.ts';

const STATS = recorded('memcached-1.6.18-stats.txt');

test('numbers are numbers, everything else is text', () => {
  const stats = parseStats(STATS);
  expect(stats).toMatchObject({
    version: '1.6.18',
    libevent: '2.1.12-stable',
    rusage_system: 0.005194,
    curr_connections: 1,
    limit_maxbytes: 67_108_864,
  });
  expect(Object.keys(stats)).toHaveLength(STATS.split('\n').filter((line) => line.startsWith('STAT ')).length);
});

test('a value may have blanks in it, and a version is never a number', () => {
  expect(parseStats('STAT version 1.4.14 (Ubuntu)\r\nSTAT empty \r\nEND\r\n')).toEqual({
    version: '1.4.14 (Ubuntu)',
    empty: '',
  });
  expect(parseStats('STAT version 1.6\nEND\n')).toEqual({ version: '1.6' });
});

test.each([
  ['SERVER_ERROR out of memory\r\n', 'memcached answers: SERVER_ERROR out of memory'],
  ['CLIENT_ERROR unauthenticated\r\n', 'memcached answers: CLIENT_ERROR unauthenticated'],
  ['ERROR\r\n', 'memcached answers: ERROR'],
  ['HTTP/1.1 400 Bad Request\r\n', 'memcached answers: HTTP/1.1 400 Bad Request'],
  ['STAT a 1\r\n', 'memcached answers: nothing'],
  ['STAT a 1', 'the answer of memcached has no end'],
])('%j is an error, and the server is up', (answer, message) => {
  expect(() => parseStats(answer)).toThrow(
    expect.objectContaining({ name: 'CollectError', message, partial: { up: 1 } }),
  );
});

describe('a server', () => {
  const saying =
    (...pieces: readonly string[]) =>
    (there: FakeConnection) => {
      for (const piece of pieces) there.write(Buffer.from(piece));
    };
  const hostSaying = (...pieces: readonly string[]) =>
    fakeHost({ listeners: { '127.0.0.1:11211': saying(...pieces) } });
  const excerpt = (hits: number) =>
    `STAT curr_connections 10\r\nSTAT get_hits ${hits}\r\nSTAT get_misses 3\r\nSTAT version 1.6.18\r\nEND\r\n`;

  test('whose answer comes in seven pieces is read whole', async () => {
    const cuts = [0, 10, 11, 500, 501, 1_700, STATS.length - 3, STATS.length];
    const pieces = cuts.slice(1).map((cut, at) => STATS.slice(cuts[at], cut));
    expect(pieces).toHaveLength(7);
    expect(await memcached.configure({})(hostSaying(...pieces), never)).toMatchObject({ up: 1, lru_bumps_dropped: 0 });
  });

  test('has a hit ratio as soon as something was asked for, and rates from the second look on', async () => {
    const clock = new SimulatedClock();
    const listeners = { '127.0.0.1:11211': saying(excerpt(7)) };
    const host = fakeHost({ clock, listeners });
    const collect = memcached.configure({});
    expect(await collect(host, never)).toEqual({
      curr_connections: 10,
      get_hits: 7,
      get_misses: 3,
      version: '1.6.18',
      hit_ratio: 0.7,
      up: 1,
      connexion_latency_ms: 0,
      response_ms: 0,
    });
    clock.run(10_000);
    listeners['127.0.0.1:11211'] = saying(excerpt(57));
    expect(await collect(host, never)).toMatchObject({ 'get_hits/s': 5, 'get_misses/s': 0, hit_ratio: 0.95 });
    expect(await memcached.configure({})(hostSaying(STATS), never)).not.toHaveProperty('hit_ratio');
  });

  test('that is not there is down, and nothing else is known', async () => {
    await expect(memcached.configure({})(fakeHost(), never)).rejects.toMatchObject({
      name: 'NotAnswering',
      results: { up: 0 },
    });
  });

  test('that fails is up', async () => {
    await expect(memcached.configure({})(hostSaying('SERVER_ERROR x\r\n'), never)).rejects.toMatchObject({
      name: 'CollectError',
      partial: { up: 1 },
    });
  });

  test('may not tell more than 64 KiB', async () => {
    const flood = hostSaying(...Array.from({ length: 70 }, () => `STAT ${'x'.repeat(1_000)} 1\r\n`));
    await expect(memcached.configure({})(flood, never)).rejects.toThrow('the answer has more than 65536 bytes');
  });
});

testWith('memcached', 'a real server counts hits and misses', async (program) => {
  await using server = await startMemcached(program);
  await using host = systemHost(systemClock);
  const collect = memcached.configure({ port: server.port });
  await tellMemcached(server.port, 'set a 0 0 1\r\n1\r\nget a\r\nget a\r\nget a\r\nget gone\r\n');
  expect(await collect(host, never)).toMatchObject({
    up: 1,
    get_hits: 3,
    get_misses: 1,
    hit_ratio: 0.75,
    curr_items: 1,
    cmd_set: 1,
    version: expect.stringMatching(/^1\./),
  });
  await server[Symbol.asyncDispose]();
  await expect(collect(host, never)).rejects.toMatchObject({ name: 'NotAnswering', results: { up: 0 } });
});
