import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import haproxy from '../../src/collectors/haproxy.ts';
import { parseHaproxy, totalsOf } from '../../src/collectors/support/haproxy-status.ts';
import { systemHost } from '../../src/net/system-host.ts';
import { SimulatedClock } from '../support/clock.ts';
import type { FakeConnection } from '../support/connection.ts';
import { undeclared } from '../support/declared.ts';
import { page, recorded } from '../support/fixtures.ts';
import { fakeHost, never, systemError } from '../support/host.ts';
import { startHaproxy } from '../support/servers/haproxy.ts';
import { asNobody, isRoot } from '../support/servers/server.ts';
import { testWith } from '../support/services.ts';

const CSV = recorded('haproxy.csv');
const INFO = 'Name: HAProxy\nVersion: 2.6.12-1+deb12u2\nUptime_sec: 77\nConnRate: 4\nDescription: # none\n\n';

/** Statistics of a backend with servers in these states. */
const withStates = (...states: readonly string[]) =>
  ['# pxname,svname,scur,status,type,', ...states.map((state, at) => `web,s${at},1,${state},2,`), ''].join('\n');

const totals = (text: string) => {
  const status = parseHaproxy(text, []);
  return status && totalsOf(status);
};

test('tells what a real HAProxy answered', () => {
  const status = parseHaproxy(CSV, ['stot', 'bin', 'nothing']);
  expect(status?.parts.map(({ proxy, name, kind, status: state }) => [proxy, name, kind, state])).toEqual([
    ['stats', 'FRONTEND', 'frontend', 'OPEN'],
    ['fe_main', 'FRONTEND', 'frontend', 'OPEN'],
    ['be_main', 'up1', 'server', 'UP'],
    ['be_main', 'down1', 'server', 'DOWN'],
    ['be_main', 'BACKEND', 'backend', 'UP'],
  ]);
  expect(status?.parts[0]?.numbers).toEqual(
    new Map(Object.entries({ stot: 5, bin: 311, type: 0, scur: 1, conn_rate: 5 })),
  );
  expect(totals(CSV)).toEqual({ servers_up: 1, servers_down: 1, backends_down: 0, sessions_current: 1, conn_rate: 5 });
});

test('what stands before the statistics tells of the process', () => {
  expect(parseHaproxy(INFO + CSV, [])).toMatchObject({ version: '2.6.12-1+deb12u2', uptime: 77, connRate: 4 });
  expect(totals(INFO + CSV)).toMatchObject({ conn_rate: 4 });
});

test.each([
  ['UP', 1, 0],
  ['UP 1/3', 1, 0],
  ['no check', 1, 0],
  ['DOWN', 0, 1],
  ['DOWN 1/2', 0, 1],
  ['DOWN (agent)', 0, 1],
  ['NOLB', 0, 1],
  ['MAINT', 0, 0],
  ['MAINT (via web/s1)', 0, 0],
  ['DRAIN', 0, 0],
])('a server that is %s counts as up %d times, as down %d times', (state, up, down) => {
  expect(totals(withStates(state))).toMatchObject({ servers_up: up, servers_down: down });
});

test('quoted cells may have commas and quotes in them', () => {
  const text = '# pxname,svname,last_chk,status\nweb,s1,"no, ""never""",UP\nweb,"s,2",,DOWN\nweb,"s3,UP\n';
  const status = parseHaproxy(text, []);
  expect(status?.parts.map(({ name, status: state }) => [name, state])).toEqual([
    ['s1', 'UP'],
    ['s,2', 'DOWN'],
    ['"s3', ''],
  ]);
});

test('old versions do not say what a line is for', () => {
  const text = '# pxname,svname,status\nweb,FRONTEND,OPEN\nweb,s1,UP\nweb,BACKEND,DOWN\n';
  expect(parseHaproxy(text, [])?.parts.map(({ kind }) => kind)).toEqual(['frontend', 'server', 'backend']);
  expect(totals(text)).toEqual({
    servers_up: 1,
    servers_down: 0,
    backends_down: 1,
    sessions_current: 0,
    conn_rate: undefined,
  });
});

test('lines that are no statistics are passed over', () => {
  const text = `# pxname,svname,status\n\n,s1,UP\nweb\nweb,\u0007,UP\nweb,${'x'.repeat(20_000)},UP\nweb,s2,UP\n`;
  expect(parseHaproxy(text, [])?.parts.map(({ name }) => name)).toEqual(['s2']);
});

test.each(['', 'Unknown command.', 'Permission denied\n', '<html># pxname,svname,'])('no statistics: %j', (text) => {
  expect(parseHaproxy(text, [])).toBeUndefined();
});

const SOCKET = '/run/haproxy/admin.sock';
const saying = (text: string) => (there: FakeConnection) =>
  there.onData((asked) => {
    expect(Buffer.from(asked).toString()).toBe('show info;show stat\n');
    there.write(Buffer.from(text));
    there.close();
  });

describe('a load balancer', () => {
  test('tells of itself over its socket, with rates from the second look on', async () => {
    const clock = new SimulatedClock();
    const listeners = { [SOCKET]: saying(INFO + CSV) };
    const host = fakeHost({ clock, listeners });
    const collect = haproxy.configure({});
    const first = await collect(host, never);
    expect(first).toMatchObject({
      up: 1,
      version: '2.6.12-1+deb12u2',
      uptime_s: 77,
      servers_up: 1,
      servers_down: 1,
      backends_down: 0,
      sessions_current: 1,
      conn_rate: 4,
      proxies: { be_main: { down1: { status: 'DOWN', chkfail: 1, weight: 1, qcur: 0, hrsp_5xx: 0 } } },
    });
    expect(first).not.toHaveProperty(['proxies', 'stats', 'FRONTEND', 'stot/s']);
    clock.run(10_000);
    listeners[SOCKET] = saying(CSV.replace(',200,5,311,29053,', ',200,25,1311,1029053,'));
    const second = await collect(host, never);
    expect(second).toMatchObject({
      proxies: { stats: { FRONTEND: { 'stot/s': 2, 'bin/s': 100, 'bout/s': 100_000, req_rate: 5, hrsp_2xx: 4 } } },
    });
    expect(undeclared(haproxy, second)).toEqual([]);
  });

  test.each([
    ['http://lb:8404/stats', 'http://lb:8404/stats;csv'],
    ['http://lb:8404/stats;csv', 'http://lb:8404/stats;csv'],
  ])('tells of itself at %s', async (stats_uri, asked) => {
    const host = fakeHost({ pages: { [asked]: page(CSV) } });
    const seen = await haproxy.configure({ stats_uri })(host, never);
    expect(seen).toMatchObject({ up: 1, servers_down: 1, conn_rate: 5 });
    expect(seen).not.toHaveProperty('version');
  });

  test('logs in at its page', async () => {
    const asked: unknown[] = [];
    const host = fakeHost({
      pages: {
        'http://lb/;csv': ({ headers }) => {
          asked.push(headers);
          return page(CSV);
        },
      },
    });
    await haproxy.configure({ stats_uri: 'http://lb/', user: 'stats', password: 'geheim' })(host, never);
    expect(asked).toEqual([{ authorization: `Basic ${btoa('stats:geheim')}` }]);
  });

  test('with more than a thousand servers shows the first thousand, and counts all', async () => {
    const text = withStates(...Array.from({ length: 1_500 }, () => 'DOWN'));
    const seen = await haproxy.configure({})(fakeHost({ listeners: { [SOCKET]: saying(text) } }), never);
    expect(seen).toMatchObject({ servers_down: 1_500, proxies_left_out: 500 });
    expect(Object.keys((seen['proxies'] as { web: object }).web)).toHaveLength(1_000);
    expect(undeclared(haproxy, seen)).toEqual([]);
  });

  test('whose proxies have names of a trap is told of all the same', async () => {
    const text = '# pxname,svname,status\n__proto__,constructor,UP\n';
    const seen = await haproxy.configure({})(fakeHost({ listeners: { [SOCKET]: saying(text) } }), never);
    expect(JSON.stringify(seen['proxies'])).toBe('{"__proto__":{"constructor":{"status":"UP"}}}');
  });
});

describe('one', () => {
  test('that says something else is up', async () => {
    const host = fakeHost({ listeners: { [SOCKET]: saying('Permission denied\n') } });
    await expect(haproxy.configure({})(host, never)).rejects.toMatchObject({
      message: 'HAProxy answers with something else than statistics: Permission denied',
      partial: { up: 1 },
    });
  });

  test('whose socket is closed to us names the group that would help', async () => {
    const listeners = {
      [SOCKET]: () => {
        throw systemError('EACCES', `connect ${SOCKET}`);
      },
    };
    await expect(haproxy.configure({})(fakeHost({ listeners }), never)).rejects.toMatchObject({
      name: 'NotEligible',
      message: `${SOCKET} is closed to the agent's user; add it to the group of that socket, often haproxy`,
    });
  });

  test('that is not there is down', async () => {
    await expect(haproxy.configure({})(fakeHost(), never)).rejects.toMatchObject({ results: { up: 0 } });
  });
});

testWith(
  'haproxy',
  'a real load balancer tells which of its servers are down, over socket and page',
  async (program) => {
    await using server = await startHaproxy(program);
    await using host = systemHost(systemClock);
    const socket = join(server.folder, 'admin.sock');
    const collect = haproxy.configure({ stats_socket: socket });
    const seen = await collect(host, never);
    const expected = {
      up: 1,
      servers_up: 1,
      servers_down: 2,
      backends_down: 1,
      proxies: {
        mixed: { up1: { status: 'UP' }, down1: { status: 'DOWN' }, resting1: { status: 'MAINT' } },
        gone: { BACKEND: { status: 'DOWN' } },
      },
    };
    expect(seen).toMatchObject({ ...expected, version: expect.stringMatching(/^\d+\.\d+/) });
    expect(undeclared(haproxy, seen)).toEqual([]);
    if (isRoot) {
      const refused: unknown = await asNobody(() => collect(host, never)).catch((error: unknown) => error);
      expect(refused).toMatchObject({ name: 'NotEligible', message: expect.stringContaining('add it to the group') });
    }
    const byPage = haproxy.configure({ stats_uri: `http://127.0.0.1:${server.port}/stats` });
    expect(await byPage(host, never)).toMatchObject(expected);
    await server[Symbol.asyncDispose]();
    await expect(collect(host, never)).rejects.toMatchObject({ name: 'NotAnswering', results: { up: 0 } });
  },
);
