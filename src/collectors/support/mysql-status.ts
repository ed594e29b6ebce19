import { percentOf, ratioOf, toRate } from '../../base/numbers.ts';
import type { Leaf, Metrics } from '../../model/metrics.ts';
import type { KeyDoc } from '../../plugins/kinds.ts';
import { type Pair, rateOf } from '../../plugins/rates.ts';
import { known } from '../../plugins/trees.ts';
import { gauge, info, rate, total } from './key-docs.ts';
import type { Rows } from './mysql-client.ts';
import { typedText } from './typed-text.ts';

/** Values by name, such as those of SHOW GLOBAL STATUS; names are in lower case. */
export type Named = ReadonlyMap<string, Leaf>;

/** The rows of SHOW GLOBAL STATUS or SHOW GLOBAL VARIABLES, typed; a row whose name cannot be one is left out. */
export function namedIn(rows: Rows): Named {
  const named = new Map<string, Leaf>();
  for (const row of rows) {
    const [name, value] = [...row.values()];
    if (name != null && /^\w{1,128}$/.test(name)) named.set(name.toLowerCase(), typedText(value ?? ''));
  }
  return named;
}

/** Both answers of one look at a server. */
export interface MysqlLook {
  readonly status: Named;
  readonly variables: Named;
}

/** Values that are shown as the server has them. */
const COPIED: readonly KeyDoc[] = [
  total('created_tmp_disk_tables', 'Temporary tables that were made on disk.'),
  total('table_locks_waited', 'Locks of tables that had to be waited for.'),
  gauge('max_used_connections', 'Most connections there were at once.'),
  gauge('open_files', 'Files that are open.'),
  gauge('threads_connected', 'Connections there are.'),
  gauge('threads_running', 'Connections that are at work.'),
  total('aborted_clients', 'Connections that clients did not close as they should.'),
  total('aborted_connects', 'Attempts to connect that failed.'),
  total('access_denied_errors', 'Logins that were refused; not of every server.'),
  gauge('innodb_row_lock_time_avg', 'Mean time a lock of a row was waited for.', 'ms'),
  total('innodb_deadlocks', 'Deadlocks of InnoDB; not of every server.'),
  gauge('uptime', 'Time it runs.', 's'),
];

const LIMITS: readonly KeyDoc[] = [
  gauge('max_connections', 'Connections there may be.'),
  gauge('open_files_limit', 'Files that may be open.'),
];

/** Rates, and the counter each is made of. */
const RATES: readonly (readonly [KeyDoc, string])[] = [
  [rate('connections', 'Attempts to connect.'), 'connections'],
  [rate('slow_queries', 'Statements that took longer than `long_query_time`.'), 'slow_queries'],
  [rate('queries/s', 'Statements, those within procedures included.'), 'queries'],
  [rate('questions/s', 'Statements that clients sent.'), 'questions'],
  [rate('com_select/s', 'Statements SELECT.'), 'com_select'],
  [rate('com_insert/s', 'Statements INSERT.'), 'com_insert'],
  [rate('com_update/s', 'Statements UPDATE.'), 'com_update'],
  [rate('com_delete/s', 'Statements DELETE.'), 'com_delete'],
  [rate('bytes_received/s', 'Bytes that clients sent.', 'bytes/s'), 'bytes_received'],
  [rate('bytes_sent/s', 'Bytes sent to clients.', 'bytes/s'), 'bytes_sent'],
];

/** The keys of a server but for those of replication and Galera. */
export const STATUS_KEYS: readonly KeyDoc[] = [
  info('version', 'Version of the server.'),
  ...COPIED,
  ...LIMITS,
  gauge('connections_pct', 'Part of the connections that are in use.', 'percent'),
  gauge('innodb_buffer_pool_hit_ratio', 'Part of the reads of InnoDB that needed no disk, since it runs.'),
  total('queries_total', 'Statements, those within procedures included.'),
  ...RATES.map(([doc]) => doc),
];

/** The names of the variables that are looked at. */
export const VARIABLES = [
  'version',
  'max_connections',
  'open_files_limit',
  'wsrep_on',
  'wsrep_provider',
  'wsrep_desync',
] as const;

/** What a server says of itself. */
export function statusTree({ status, variables }: MysqlLook): Metrics {
  const number = numberOf(status);
  const [requests, fromDisk] = [number('innodb_buffer_pool_read_requests'), number('innodb_buffer_pool_reads')];
  const [connected, allowed] = [number('threads_connected'), numberOf(variables)('max_connections')];
  return known({
    version: textOf(variables.get('version')),
    ...Object.fromEntries(COPIED.map(({ key }) => [key, number(key)])),
    ...Object.fromEntries(LIMITS.map(({ key }) => [key, numberOf(variables)(key)])),
    connections_pct: connected === undefined || allowed === undefined ? undefined : percentOf(connected, allowed),
    innodb_buffer_pool_hit_ratio:
      requests === undefined || fromDisk === undefined ? undefined : ratioOf(requests - fromDisk, requests),
    queries_total: number('queries'),
  });
}

/** What went on between two looks at the same server. */
export function statusRates({ before, after, seconds }: Pair<MysqlLook>): Metrics {
  const pair = { before: numbersOf(before.status), after: numbersOf(after.status), seconds };
  return known(
    Object.fromEntries(
      RATES.map(([{ key }, counter]) => {
        const found = rateOf(pair, counter);
        return [key, found === undefined ? undefined : toRate(found)];
      }),
    ),
  );
}

/** Whether a server was not started anew between two looks. */
export const isSameServer = (before: MysqlLook, after: MysqlLook): boolean =>
  (numberOf(before.status)('uptime') ?? 0) <= (numberOf(after.status)('uptime') ?? 0);

const numberOf = (named: Named) => (name: string) => {
  const value = named.get(name);
  return typeof value === 'number' ? value : undefined;
};

const numbersOf = (named: Named): ReadonlyMap<string, number> =>
  new Map([...named].filter((entry): entry is [string, number] => typeof entry[1] === 'number'));

const textOf = (value: Leaf | undefined): string | undefined => (value === undefined ? undefined : String(value));
