import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { galeraTree, isInSync } from '../../../src/collectors/support/galera-status.ts';
import { clientOptions } from '../../../src/collectors/support/mysql-options.ts';
import { replicaTree } from '../../../src/collectors/support/mysql-replica.ts';
import {
  isSameServer,
  type MysqlLook,
  namedIn,
  statusRates,
  statusTree,
} from '../../../src/collectors/support/mysql-status.ts';

const row = (name: string, value: string) =>
  new Map([
    ['Variable_name', name],
    ['Value', value],
  ]);

const named = (values: Readonly<Record<string, string>>) =>
  namedIn(Object.entries(values).map(([name, value]) => row(name, value)));

const recorded = (file: string) =>
  namedIn(
    readFileSync(new URL(`../../fixtures/collectors/${file}`, import.meta.url), 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => row(line.split('\t')[0] ?? '', line.split('\t')[1] ?? '')),
  );

const ON = named({ wsrep_on: 'ON', wsrep_provider: '/usr/lib/galera/libgalera_smm.so', wsrep_desync: 'OFF' });

describe('the status of a server', () => {
  const status = {
    Threads_connected: '15',
    Innodb_buffer_pool_read_requests: '1000',
    Innodb_buffer_pool_reads: '250',
    Queries: '99',
    Max_used_connections: '20',
  };

  test('is shown under its own names, with shares of what is used', () => {
    const look = { status: named(status), variables: named({ version: '10.11.19', max_connections: '60' }) };
    expect(statusTree(look)).toEqual({
      version: '10.11.19',
      threads_connected: 15,
      max_connections: 60,
      max_used_connections: 20,
      connections_pct: 25,
      innodb_buffer_pool_hit_ratio: 0.75,
      queries_total: 99,
    });
  });

  test('has just what is known', () => {
    expect(statusTree({ status: named({}), variables: named({}) })).toEqual({});
    expect(namedIn([new Map(), new Map([['a', null]]), row('bad\u0000name', '1')])).toEqual(new Map());
  });

  test('becomes rates by the time that went by; a counter that went back has none', () => {
    const look = (connections: string, slow: string): MysqlLook => ({
      status: named({ Connections: connections, Slow_queries: slow, Com_select: '5' }),
      variables: named({}),
    });
    const pair = { before: look('10', '7'), after: look('30', '3'), seconds: 10 };
    expect(statusRates(pair)).toEqual({ connections: 2, 'com_select/s': 0 });
  });

  test.each([
    ['10', '20', true],
    ['10', '10', true],
    ['20', '3', false],
  ])('of one that ran for %s s and then for %s s is of the same server: %s', (before, after, isSame) => {
    const look = (uptime: string) => ({ status: named({ Uptime: uptime }), variables: named({}) });
    expect(isSameServer(look(before), look(after))).toBe(isSame);
  });
});

describe('the status of a Galera cluster', () => {
  test.each([
    ['galera-10.11.19-synced.txt', { cluster_status: 'Primary', local_state: 4, ready: true, connected: true }, true],
    ['galera-10.11.19-nonprimary.txt', { cluster_status: 'non-Primary', ready: false, connected: true }, false],
    ['galera-10.11.19-standalone.txt', { cluster_status: 'Disconnected', cluster_size: 0, connected: false }, false],
  ])('of %s', (file, expected, inSync) => {
    const tree = galeraTree({ status: recorded(file), variables: ON }) ?? {};
    expect(tree).toMatchObject(expected);
    expect(isInSync(tree)).toBe(inSync);
  });

  test('has the latencies one by one, and numbers no larger than can be held', () => {
    const synced = galeraTree({ status: recorded('galera-10.11.19-synced.txt'), variables: ON });
    expect(synced).toMatchObject({
      provider: 'Galera',
      desync: 'OFF',
      cluster_conf_id: 1,
      local_recv_queue_avg: 0.5,
      evs_repl_latency: { min: 2.2e-7, avg: 1.4364e-6, max: 4.467e-6, stdev: 1.58096e-6, n: 5 },
    });
    const lost = galeraTree({ status: recorded('galera-10.11.19-nonprimary.txt'), variables: ON });
    expect(lost).toMatchObject({ cluster_conf_id: '18446744073709551615' });
    const alone = galeraTree({ status: recorded('galera-10.11.19-standalone.txt'), variables: ON });
    expect(alone).not.toHaveProperty('local_state');
    expect(galeraTree({ status: named({ wsrep_evs_repl_latency: '1/2' }), variables: ON })).toMatchObject({
      evs_repl_latency: {},
    });
  });

  test('a donor says so', () => {
    const donor = new Map([...recorded('galera-10.11.19-synced.txt'), ['wsrep_local_state', 2]] as const);
    expect(galeraTree({ status: donor, variables: ON })).toMatchObject({ cluster_status: 'Primary', local_state: 2 });
  });

  test.each([
    [{}, false],
    [{ wsrep_on: 'OFF', wsrep_provider: 'none' }, false],
    [{ wsrep_on: 'ON', wsrep_provider: 'none' }, true],
    [{ wsrep_on: 'OFF', wsrep_provider: '/usr/lib/libgalera_smm.so' }, true],
  ])('is there with the variables %j: %s', (variables, isThere) => {
    const look = { status: recorded('galera-10.11.19-standalone.txt'), variables: named(variables) };
    expect(galeraTree(look) !== undefined).toBe(isThere);
  });
});

describe('a replica', () => {
  test.each([
    [
      { Slave_IO_Running: 'Yes', Slave_SQL_Running: 'Yes', Seconds_Behind_Master: '3' },
      { seconds_behind_master: 3, replica: { io_running: true, sql_running: true, lag_s: 3 } },
    ],
    [
      { Replica_IO_Running: 'Connecting', Replica_SQL_Running: 'Yes', Seconds_Behind_Source: null },
      { seconds_behind_master: null, replica: { io_running: false, sql_running: true } },
    ],
  ])('with %j', (columns, tree) => {
    expect(replicaTree([new Map(Object.entries(columns))])).toEqual(tree);
  });

  test('that copies nobody', () => {
    expect(replicaTree([])).toEqual({
      seconds_behind_master: null,
      replica: { io_running: false, sql_running: false },
    });
  });
});

test('of an option file the section of clients counts, and in it what we know', () => {
  const file = `
[mysqld]
user = mysql
[client]
# a comment
user = "monitoring"
password='a # b'
port= 3307 # here
socket = /run/s.sock
ssl-mode = off
port_wrong
[client-server]
user = other`;
  expect(clientOptions(file)).toEqual({ user: 'monitoring', password: 'a # b', port: 3307, socket: '/run/s.sock' });
  expect(clientOptions('[client]\nport = many')).toEqual({});
});
