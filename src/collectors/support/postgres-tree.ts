import { percentOf, ratioOf, toHundredths } from '../../base/numbers.ts';
import type { Leaf, Metrics } from '../../model/metrics.ts';
import type { KeyDoc } from '../../plugins/kinds.ts';
import { type Pair, ratesOf } from '../../plugins/rates.ts';
import { known } from '../../plugins/trees.ts';
import { gauge, info, rate, total } from './key-docs.ts';
import type { PostgresRows } from './postgres-client.ts';
import type { PostgresLook } from './postgres-look.ts';

const RATES: readonly KeyDoc[] = [
  rate('xact_commit/s', 'Transactions committed.'),
  rate('xact_rollback/s', 'Transactions rolled back.'),
  rate('blks_hit/s', 'Blocks that were in memory.'),
  rate('blks_read/s', 'Blocks that were not in memory of the server.'),
  rate('tup_returned/s', 'Rows that were read.'),
  rate('tup_inserted/s', 'Rows inserted.'),
  rate('tup_updated/s', 'Rows updated.'),
  rate('tup_deleted/s', 'Rows deleted.'),
  rate('temp_bytes/s', 'Bytes written to temporary files.', 'bytes/s'),
  rate('wal_bytes/s', 'Bytes written to the log of changes, or carried out by a replica.', 'bytes/s'),
];

/** The keys of a server but for those that every service has. */
export const POSTGRES_KEYS: readonly KeyDoc[] = [
  info('version', 'Version of the server.'),
  gauge('uptime_s', 'Time it runs.', 's'),
  gauge('max_connections', 'Connections there may be.'),
  gauge('connections.total', 'Connections of clients, this one included.'),
  gauge('connections.*', 'Connections in a state such as `active`, `idle` or `idle_in_transaction`.'),
  gauge('connections_pct', 'Part of the connections that are in use.', 'percent'),
  gauge('cache_hit_ratio', 'Part of the blocks that were in memory of the server, since its counters were reset.'),
  total('deadlocks', 'Deadlocks.'),
  gauge('databases.*.size_bytes', 'Size of a database, looked at once a minute.', 'bytes'),
  gauge('locks_waiting', 'Locks that are waited for.'),
  gauge('oldest_transaction_s', 'Time the oldest open transaction has been open; 0 when there is none.', 's'),
  gauge('is_replica', 'Whether it copies another.'),
  gauge('replicas', 'Servers that copy this one; only of one that copies nobody.'),
  gauge('replication_lag_s', 'Time a replica is behind: this one, or the last of those that copy this one.', 's'),
  ...RATES,
];

/** What a server says of itself; what it keeps from us is left out. */
export function postgresTree(look: PostgresLook): Metrics {
  const number = numbersIn(look.server, look.totals, look.activity, look.replication);
  const connections = connectionsIn(look.states);
  const [used, allowed] = [connections.get('total'), number.get('max_connections')];
  const [hit = 0, read = 0] = [number.get('blks_hit'), number.get('blks_read')];
  const [server = {}] = look.server;
  return known({
    version: server['version'],
    is_replica: server['is_replica'],
    uptime_s: rounded(number.get('uptime_s')),
    max_connections: allowed,
    connections: connections.size === 0 ? undefined : Object.fromEntries(connections),
    connections_pct: used === undefined || allowed === undefined ? undefined : percentOf(used, allowed),
    cache_hit_ratio: ratioOf(hit, hit + read),
    deadlocks: number.get('deadlocks'),
    locks_waiting: number.get('locks_waiting'),
    oldest_transaction_s: rounded(number.get('oldest_transaction_s')),
    replicas: number.get('replicas'),
    replication_lag_s: rounded(number.get('replication_lag_s')),
  });
}

/** The sizes of databases by their names. */
export function databasesIn(sizes: PostgresRows): Metrics {
  const found = sizes.flatMap(({ name, size_bytes: size }) =>
    typeof name === 'string' && typeof size === 'number' && isKey(name) ? [[name, { size_bytes: size }] as const] : [],
  );
  return Object.fromEntries(found);
}

/** What went on between two looks at the same server. */
export function postgresRates({ before, after, seconds }: Pair<PostgresLook>): Metrics {
  const counters = ({ totals, wal }: PostgresLook) => numbersIn(totals, wal);
  const names = RATES.map(({ key }) => key.slice(0, -'/s'.length));
  return ratesOf({ before: counters(before), after: counters(after), seconds }, names);
}

/** Whether a server was not started anew between two looks. */
export const isSamePostgres = (before: PostgresLook, after: PostgresLook): boolean =>
  (numbersIn(before.server).get('uptime_s') ?? 0) <= (numbersIn(after.server).get('uptime_s') ?? 0);

function connectionsIn(states: PostgresRows): ReadonlyMap<string, number> {
  const connections = new Map<string, number>();
  for (const { state, count } of states) {
    if (typeof state !== 'string' || typeof count !== 'number') continue;
    connections.set(state.replace(/[^a-z]+/g, '_').replace(/^_|_$/g, ''), count);
  }
  const all = [...connections.values()];
  if (all.length > 0)
    connections.set(
      'total',
      all.reduce((sum, count) => sum + count),
    );
  return connections;
}

/** The numbers of the first row of each answer. */
const numbersIn = (...answers: readonly PostgresRows[]): ReadonlyMap<string, number> =>
  new Map(
    answers.flatMap(([row = {}]) =>
      Object.entries(row).filter((entry): entry is [string, number] => isNumber(entry[1])),
    ),
  );

const isNumber = (value: Leaf | undefined): value is number => typeof value === 'number' && Number.isFinite(value);

const rounded = (value: number | undefined): number | undefined =>
  value === undefined ? undefined : toHundredths(value);

/** Whether a name has no character that a key must not have. */
const isKey = (name: string): boolean => name !== '' && !/\p{Cc}/u.test(name);
