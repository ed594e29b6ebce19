import type { Metrics } from '../../model/metrics.ts';
import type { KeyDoc } from '../../plugins/kinds.ts';
import { known } from '../../plugins/trees.ts';
import { gauge } from './key-docs.ts';
import type { Rows } from './mysql-client.ts';

/** The keys of a server that copies another. */
export const REPLICA_KEYS: readonly KeyDoc[] = [
  gauge(
    'seconds_behind_master',
    'Time a replica is behind; none when it does not copy, 0 unless `replication_enabled` is set.',
    's',
  ),
  gauge('replica.io_running', 'Whether a replica is connected with its source.'),
  gauge('replica.sql_running', 'Whether a replica carries out what it receives.'),
  gauge('replica.lag_s', 'Time a replica is behind; absent when it does not copy.', 's'),
];

/** How far a replica is, from the rows of SHOW REPLICA STATUS in the words of any version; one without rows copies nobody. */
export function replicaTree(rows: Rows): Metrics {
  const [row = new Map<string, string | null>()] = rows;
  const value = (...names: string[]) => names.map((name) => row.get(name)).find((found) => found != null);
  const lag = value('Seconds_Behind_Source', 'Seconds_Behind_Master');
  const seconds = lag == null || !/^\d+$/.test(lag) ? null : Number(lag);
  return {
    seconds_behind_master: seconds,
    replica: known({
      io_running: value('Replica_IO_Running', 'Slave_IO_Running') === 'Yes',
      sql_running: value('Replica_SQL_Running', 'Slave_SQL_Running') === 'Yes',
      lag_s: seconds ?? undefined,
    }),
  };
}
