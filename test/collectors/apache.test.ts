import { describe, expect, test } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import apache, { parseModStatus } from '../../src/collectors/apache.ts';
import type { Metrics } from '../../src/model/metrics.ts';
import { systemHost } from '../../src/net/system-host.ts';
import { CollectError } from '../../src/plugins/outcomes.ts';
import { SimulatedClock } from '../support/clock.ts';
import { undeclared } from '../support/declared.ts';
import { page, recorded } from '../support/fixtures.ts';
import { fakeHost, never } from '../support/host.ts';
import { startApache } from '../support/servers/apache.ts';
import { testWith } from '../support/services.ts';

const STATUS = recorded('apache_status.txt');
const withoutAccesses = STATUS.replace(/^(Total|CPU|Uptime|ReqPer|BytesPer|Duration).*\n/gm, '');

test('tells what a real server answered', () => {
  expect(parseModStatus(STATUS)).toEqual({
    version: 'Apache/2.4.71 (Debian)',
    uptime: 3,
    busy_workers: 1,
    idle_workers: 24,
    total_accesses: 1,
    total_kbytes: 0,
    scoreboard: {
      waiting: 24,
      starting: 0,
      reading: 0,
      sending: 1,
      keepalive: 0,
      dns: 0,
      closing: 0,
      logging: 0,
      finishing: 0,
      idle_cleanup: 0,
      open: 25,
    },
  });
});

test('knows every sign of the scoreboard, and passes over others', () => {
  const board = STATUS.replace(/^Scoreboard: .*$/m, 'Scoreboard: __SRRRWKDCLGI...?');
  expect(parseModStatus(board)?.['scoreboard']).toEqual({
    waiting: 2,
    starting: 1,
    reading: 3,
    sending: 1,
    keepalive: 1,
    dns: 1,
    closing: 1,
    logging: 1,
    finishing: 1,
    idle_cleanup: 1,
    open: 3,
  });
});

test.each(['', '<html><body>It works!', 'BusyWorkers: many\n', `${'x'.repeat(100_000)}: 1`])(
  'is no page of mod_status: %#',
  (text) => {
    expect(parseModStatus(text)).toBeUndefined();
  },
);

describe('a server', () => {
  const URL = 'http://localhost/server-status?auto';
  const SLASHED = 'http://localhost/server-status/?auto';

  test('has rates from the second look on, by real time', async () => {
    const clock = new SimulatedClock();
    const pages = { [URL]: page(STATUS) };
    const host = fakeHost({ clock, pages });
    const collect = apache.configure({});
    const first = await collect(host, never);
    expect(first).toMatchObject({ up: 1, idle_workers: 24 });
    expect(first).not.toHaveProperty('req/s');
    clock.run(10_000);
    const later = STATUS.replace('Accesses: 1', 'Accesses: 101').replace('kBytes: 0', 'kBytes: 20\nCPULoad: .0512345');
    pages[URL] = page(later);
    const second = await collect(host, never);
    expect(second).toMatchObject({ 'req/s': 10, 'bytes/s': 2_048, total_accesses: 101, cpu_load: 0.05 });
    expect(undeclared(apache, second)).toEqual([]);
  });

  test('is also found where only the form with a slash is', async () => {
    const host = fakeHost({ pages: { [URL]: page('', 404), [SLASHED]: page(STATUS) } });
    expect(await apache.configure({})(host, never)).toMatchObject({ up: 1, busy_workers: 1 });
  });

  test('without either form is up, and the missing page is told', async () => {
    const host = fakeHost({ pages: { [URL]: page('', 404), [SLASHED]: page('', 404) } });
    await expect(apache.configure({})(host, never)).rejects.toMatchObject({
      message: 'http://localhost/server-status/ answers 404 instead of 200',
      partial: { up: 1 },
    });
  });

  test.each([
    ['http://web:8080/my-status', 'http://web:8080/my-status?auto'],
    ['http://web/my-status?auto&x=1', 'http://web/my-status?auto&x=1'],
    ['https://u:p@web/s', 'https://u:p@web/s?auto'],
  ])('at %s is asked as written', async (url, asked) => {
    const host = fakeHost({ pages: { [asked]: page(STATUS) } });
    expect(await apache.configure({ url, hostname: 'other' })(host, never)).toMatchObject({ up: 1 });
  });

  test('without ExtendedStatus still tells of its workers', async () => {
    const host = fakeHost({ pages: { [URL]: page(withoutAccesses) } });
    await expect(apache.configure({})(host, never)).rejects.toMatchObject({
      name: 'CollectError',
      message: 'Total Accesses not present in mod_status output. Is ExtendedStatus enabled?',
      partial: { up: 1, busy_workers: 1, idle_workers: 24, uptime: 3, scoreboard: { waiting: 24 } },
    });
  });

  test.each([{ hostname: 'a b' }, { hostname: '' }, { url: 'localhost/server-status' }])(
    'cannot have %o as an address',
    (options) => {
      expect(() => apache.configure(options)).toThrow(/^collector apache\.(hostname|url): must be /);
    },
  );
});

/**
 * The ten workers of our server. The last connection may still be about to end, and a worker
 * that is about to start has a sign but is neither busy nor idle.
 */
const ofTen = ({ busy_workers: busy, idle_workers: idle, scoreboard }: Metrics) => {
  const signs = scoreboard as Record<string, number>;
  const started = Number(busy) + Number(idle);
  return {
    isAsked: Number(busy) >= 1,
    workers: started + Number(signs['starting']) + Number(signs['open']),
    signs: Object.values(signs).reduce((all, count) => all + count, 0),
  };
};
const TEN = { isAsked: true, workers: 10, signs: 10 };

const login = { user: 'stats', password: 'geheim' };

testWith('apache2', 'a real server tells of its workers', async (program) => {
  await using server = await startApache(program, { extended: 'On' });
  await using host = systemHost(systemClock);
  const collect = apache.configure({ hostname: `127.0.0.1:${server.port}` });
  const first = await collect(host, never);
  expect(first).toMatchObject({ up: 1, version: expect.stringMatching(/^Apache\/2/) });
  expect(ofTen(first)).toEqual(TEN);
  expect(undeclared(apache, first)).toEqual([]);
  await server[Symbol.asyncDispose]();
  await expect(collect(host, never)).rejects.toMatchObject({ name: 'NotAnswering', results: { up: 0 } });
});

testWith('apache2', 'a real server without ExtendedStatus tells of its workers only', async (program) => {
  await using server = await startApache(program, { extended: 'Off' });
  await using host = systemHost(systemClock);
  const collect = apache.configure({ url: `http://127.0.0.1:${server.port}/server-status` });
  const failure: unknown = await collect(host, never).catch((error: unknown) => error);
  expect(failure).toMatchObject({
    message: 'Total Accesses not present in mod_status output. Is ExtendedStatus enabled?',
    partial: { up: 1 },
  });
  expect(failure instanceof CollectError && failure.partial && ofTen(failure.partial)).toEqual(TEN);
});

testWith('apache2', 'a real server lets in who knows the password', async (program) => {
  await using server = await startApache(program, { extended: 'On', login });
  await using host = systemHost(systemClock);
  const collecting = (password: string) =>
    apache.configure({ hostname: `127.0.0.1:${server.port}`, user: login.user, password })(host, never);
  expect(ofTen(await collecting(login.password))).toEqual(TEN);
  await expect(collecting('wrong')).rejects.toMatchObject({
    message: `login refused: http://127.0.0.1:${server.port}/server-status answers 401; check user and password`,
    partial: { up: 1 },
  });
});
