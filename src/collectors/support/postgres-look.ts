import type { AskPostgres, PostgresRows } from './postgres-client.ts';

/** What a server answers to the questions of one look. */
export interface PostgresLook {
  readonly server: PostgresRows;
  readonly states: PostgresRows;
  readonly totals: PostgresRows;
  readonly activity: PostgresRows;
  readonly wal: PostgresRows;
  readonly replication: PostgresRows;
}

const SERVER = `SELECT current_setting('server_version') AS version, current_setting('max_connections')::int AS max_connections,
  pg_is_in_recovery() AS is_replica, extract(epoch FROM now() - pg_postmaster_start_time())::float8 AS uptime_s`;

/** Without the right to see others, their state is empty. */
const STATES = `SELECT coalesce(state, 'unknown') AS state, count(*)::float8 AS count
  FROM pg_stat_activity WHERE backend_type = 'client backend' GROUP BY 1`;

const TOTALS = `SELECT sum(xact_commit)::float8 AS xact_commit, sum(xact_rollback)::float8 AS xact_rollback,
  sum(blks_hit)::float8 AS blks_hit, sum(blks_read)::float8 AS blks_read, sum(tup_returned)::float8 AS tup_returned,
  sum(tup_inserted)::float8 AS tup_inserted, sum(tup_updated)::float8 AS tup_updated,
  sum(tup_deleted)::float8 AS tup_deleted, sum(deadlocks)::float8 AS deadlocks, sum(temp_bytes)::float8 AS temp_bytes
  FROM pg_stat_database`;

const ACTIVITY = `SELECT (SELECT count(*)::float8 FROM pg_locks WHERE NOT granted) AS locks_waiting,
  (SELECT coalesce(max(extract(epoch FROM clock_timestamp() - xact_start)), 0)::float8 FROM pg_stat_activity
    WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()) AS oldest_transaction_s`;

const WAL = `SELECT pg_wal_lsn_diff(CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_lsn() END,
  '0/0')::float8 AS wal_bytes`;

const OF_PRIMARY = `SELECT count(*)::float8 AS replicas, extract(epoch FROM max(replay_lag))::float8 AS replication_lag_s
  FROM pg_stat_replication`;

/** A replica that has all it received is not behind, however long ago the last change was. */
const OF_REPLICA = `SELECT CASE WHEN pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn() THEN 0
  ELSE extract(epoch FROM now() - pg_last_xact_replay_timestamp()) END::float8 AS replication_lag_s`;

/** The sizes of the databases that we may see; reads much of the disk's directories, so not for every look. */
const SIZES = `SELECT datname AS name, pg_database_size(oid)::float8 AS size_bytes FROM pg_database
  WHERE datallowconn AND (has_database_privilege(oid, 'CONNECT') OR pg_has_role('pg_read_all_stats', 'USAGE'))
  ORDER BY 2 DESC LIMIT 200`;

/** Looks at a server; what it keeps from us has no rows. */
export async function lookAtPostgres(ask: AskPostgres): Promise<PostgresLook> {
  const server = await ask(SERVER);
  return {
    server,
    states: await ask(STATES),
    totals: await ask(TOTALS),
    activity: await ask(ACTIVITY),
    wal: await ask(WAL),
    replication: await ask(server[0]?.['is_replica'] === true ? OF_REPLICA : OF_PRIMARY),
  };
}

/** The largest databases that we may see, by name, with their size. */
export const sizesOf = (ask: AskPostgres): Promise<PostgresRows> => ask(SIZES);
