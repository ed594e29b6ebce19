import { describe, expect, test } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import nginx, { parseStubStatus } from '../../src/collectors/nginx.ts';
import { systemHost } from '../../src/net/system-host.ts';
import { SimulatedClock } from '../support/clock.ts';
import { undeclared } from '../support/declared.ts';
import { page, recorded } from '../support/fixtures.ts';
import { fakeHost, never } from '../support/host.ts';
import { startNginx } from '../support/servers/nginx.ts';
import { testWith } from '../support/services.ts';

const BUSY = [
  'Active connections: 291 ',
  'server accepts handled requests',
  ' 16630948 16630940 31070465 ',
  'Reading: 6 Writing: 179 Waiting: 106 ',
  '',
].join('\n');

test('tells the numbers of a busy server', () => {
  expect(parseStubStatus(BUSY)).toEqual({
    connections: 291,
    accepts: 16_630_948,
    handled: 16_630_940,
    requests: 31_070_465,
    dropped: 8,
    reading: 6,
    writing: 179,
    waiting: 106,
  });
});

test('reads what a real server answered', () => {
  expect(parseStubStatus(recorded('nginx_status.txt'))).toMatchObject({ connections: 1, requests: 2, writing: 1 });
});

test('a fourth column does not disturb', () => {
  const page = BUSY.replace('requests', 'requests request_time').replace('31070465', '31070465 99');
  expect(parseStubStatus(page)).toMatchObject({ requests: 31_070_465 });
});

test('whatever breaks off is no page of stub_status', () => {
  for (let length = 0; length < BUSY.lastIndexOf('106'); length += 1) {
    expect(parseStubStatus(BUSY.slice(0, length))).toBeUndefined();
  }
});

describe('a server', () => {
  const URL = 'http://localhost/nginx_status';
  const clock = new SimulatedClock();
  const pages = { [URL]: page(BUSY) };
  const host = fakeHost({ clock, pages });

  test('has a rate from the second look on, by real time', async () => {
    const collect = nginx.configure({});
    const first = await collect(host, never);
    expect(first).toMatchObject({ up: 1, connections: 291 });
    expect(first).not.toHaveProperty('req/s');
    clock.run(10_000);
    pages[URL] = page(BUSY.replace('31070465', '31070565'));
    const second = await collect(host, never);
    expect(second).toMatchObject({ 'req/s': 10, reqPerSec: 10 });
    expect(undeclared(nginx, second)).toEqual([]);
    clock.run(10_000);
    pages[URL] = page(BUSY.replace('31070465', '5'));
    expect(await collect(host, never)).not.toHaveProperty('req/s');
  });

  test('that shows something else is up', async () => {
    pages[URL] = page('<html><title>Welcome</title>');
    await expect(nginx.configure({})(host, never)).rejects.toMatchObject({
      name: 'CollectError',
      message: 'not a stub_status page: <html><title>Welcome</title>',
      partial: { up: 1 },
    });
  });

  test('that is not there is down', async () => {
    await expect(nginx.configure({ uri: 'http://other/' })(host, never)).rejects.toMatchObject({
      name: 'NotAnswering',
      results: { up: 0 },
    });
  });
});

testWith('nginx', 'a real server tells of its connections', async (program) => {
  await using server = await startNginx(program);
  await using host = systemHost(systemClock);
  const at = (path: string) => nginx.configure({ uri: `http://127.0.0.1:${server.port}${path}` });
  const collect = at('/nginx_status');
  const first = await collect(host, never);
  expect(first).toMatchObject({ up: 1, dropped: 0 });
  // Another connection may still be about to end.
  expect(Number(first['connections'])).toBeGreaterThanOrEqual(1);
  expect(Number(first['writing'])).toBeGreaterThanOrEqual(1);
  expect(undeclared(nginx, first)).toEqual([]);
  expect((await collect(host, never))['requests']).toBe(Number(first['requests']) + 1);
  await expect(at('/')(host, never)).rejects.toThrow('not a stub_status page: hello');
  await expect(at('/closed')(host, never)).rejects.toThrow(/^login refused: .*\/closed answers 403/);
  await expect(at('/fail')(host, never)).rejects.toThrow(/\/fail answers 500 instead of 200$/);
  await server[Symbol.asyncDispose]();
  await expect(collect(host, never)).rejects.toThrow(/^not answering: connect ECONNREFUSED 127\.0\.0\.1/);
});
