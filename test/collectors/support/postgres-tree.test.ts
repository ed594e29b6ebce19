import { expect, test } from 'vitest';
import type { PostgresLook } from '../../../src/collectors/support/postgres-look.ts';
import {
  databasesIn,
  isSamePostgres,
  postgresRates,
  postgresTree,
} from '../../../src/collectors/support/postgres-tree.ts';

const NOTHING: PostgresLook = { server: [], states: [], totals: [], activity: [], wal: [], replication: [] };

test('a server tells of connections by state, of shares and of replicas', () => {
  const look: PostgresLook = {
    server: [{ version: '15.14', max_connections: 100, is_replica: false, uptime_s: 12.3456 }],
    states: [
      { state: 'idle in transaction', count: 2 },
      { state: 'idle in transaction (aborted)', count: 1 },
      { state: 'active', count: 7 },
    ],
    totals: [{ xact_commit: 10, blks_hit: 999, blks_read: 1, deadlocks: 0, temp_bytes: null }],
    activity: [{ locks_waiting: 0, oldest_transaction_s: 1.5 }],
    wal: [{ wal_bytes: 100 }],
    replication: [{ replicas: 1, replication_lag_s: 0.004 }],
  };
  expect(postgresTree(look)).toEqual({
    version: '15.14',
    is_replica: false,
    uptime_s: 12.35,
    max_connections: 100,
    connections: { idle_in_transaction: 2, idle_in_transaction_aborted: 1, active: 7, total: 10 },
    connections_pct: 10,
    cache_hit_ratio: 0.999,
    deadlocks: 0,
    locks_waiting: 0,
    oldest_transaction_s: 1.5,
    replicas: 1,
    replication_lag_s: 0,
  });
});

test('what a server keeps from us is left out', () => {
  expect(postgresTree(NOTHING)).toEqual({});
  expect(postgresTree({ ...NOTHING, replication: [{ replicas: 0, replication_lag_s: null }] })).toEqual({
    replicas: 0,
  });
});

test('rates are per second, of a counter that was reset there is none', () => {
  const before = { ...NOTHING, totals: [{ xact_commit: 10, tup_returned: 500 }], wal: [{ wal_bytes: 0 }] };
  const after = { ...NOTHING, totals: [{ xact_commit: 60, tup_returned: 3 }], wal: [{ wal_bytes: 10_000 }] };
  expect(postgresRates({ before, after, seconds: 20 })).toEqual({ 'xact_commit/s': 2.5, 'wal_bytes/s': 500 });
});

test.each([
  [10, 20, true],
  [20, 3, false],
])('one that ran for %d s and then for %d s is the same: %s', (before, after, isSame) => {
  const look = (seconds: number) => ({ ...NOTHING, server: [{ uptime_s: seconds }] });
  expect(isSamePostgres(look(before), look(after))).toBe(isSame);
});

test('databases have their size, but for one whose name cannot be a key', () => {
  const rows = [
    { name: 'shop', size_bytes: 5 },
    { name: 'a\nb', size_bytes: 1 },
    { name: null, size_bytes: 1 },
  ];
  expect(databasesIn(rows)).toEqual({ shop: { size_bytes: 5 } });
});
