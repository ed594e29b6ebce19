import { perSecond } from '../../openstack/docs.ts';
import type { MetricDoc, MetricType } from '../../openstack/metric.ts';
import type { Rates } from '../../openstack/rates.ts';
import type { Report } from '../../openstack/report.ts';

/** What a server says of its status and its variables, by names in lower case. */
export interface MysqlTexts {
  readonly status: ReadonlyMap<string, string>;
  readonly variables: ReadonlyMap<string, string>;
}

/** Rows of a name and a value. */
export const textsIn = (rows: readonly (readonly string[])[]): ReadonlyMap<string, string> =>
  new Map(
    rows
      .filter(([name]) => name !== undefined && /^\w{1,128}$/.test(name))
      .map(([name = '', value = '']) => [name.toLowerCase(), value]),
  );

interface Doc extends MetricDoc {
  /** The name of the server, where it is another one. */
  readonly source?: string;
}

const doc = (name: string, type: MetricType, unit: string, meaning: string): Doc => ({ name, type, unit, meaning });

const text = (name: string, meaning: string): Doc => ({ name, type: 'string', meaning });

const full = (source: string, plain: Doc): Doc => ({ ...plain, source, profile: 'full' });

const int = (name: string, unit: string, meaning: string): Doc => doc(name, 'int64', unit, meaning);

const DOCS: readonly Doc[] = [
  { ...int('wsrep_replicated_bytes', 'bytes', 'Bytes of changes sent to the others.'), isTotal: true },
  { ...int('wsrep_received_bytes', 'bytes', 'Bytes of changes received from the others.'), isTotal: true },
  {
    ...doc('wsrep_commit_window', 'double', 'sequence_delta', 'Changes that are carried out at once.'),
    alias: 'wsrep_commit_window_size',
  },
  int('wsrep_cluster_size', 'nodes', 'Servers in its part of the cluster.'),
  int('queries_per_second', 'qps', 'Statements per second.'),
  text('wsrep_cluster_state_uuid', 'State of the data of the cluster.'),
  text('wsrep_cluster_status', 'Is Primary while its part of the cluster works.'),
  text('wsrep_local_state_uuid', 'State of the data here.'),
  text('wsrep_local_state_comment', 'What the server is at, such as Synced.'),
  full('max_connections', int('mysql_max_configured_connections', 'connections', 'Connections there may be.')),
  full('threads_connected', int('mysql_current_connections', 'connections', 'Connections there are.')),
  full(
    'max_used_connections',
    int('mysql_max_seen_connections', 'connections', 'Most connections there were at once.'),
  ),
  full('open_files', int('num_of_open_files', 'files', 'Files that are open.')),
  full('open_files_limit', int('open_files_limit', 'files', 'Files that may be open.')),
  full(
    'innodb_row_lock_time_avg',
    int('innodb_row_lock_time_avg', 'milliseconds', 'Mean time a lock of a row was waited for.'),
  ),
  { ...full('innodb_deadlocks', int('innodb_deadlocks', 'deadlocks', 'Deadlocks of InnoDB.')), isTotal: true },
  { ...full('access_denied_errors', int('access_denied_errors', '', 'Logins that were refused.')), isTotal: true },
  {
    ...full('aborted_clients', int('aborted_clients', '', 'Connections that clients did not close as they should.')),
    isTotal: true,
  },
  { ...full('aborted_connects', int('aborted_connects', '', 'Attempts to connect that failed.')), isTotal: true },
  { ...full('queries', int('mysql_queries_total', '', 'Statements since the start.')), isTotal: true },
  full('wsrep_local_state', int('wsrep_local_state', '', 'State: 1 joining, 2 donor, 3 joined, 4 synced.')),
  full('wsrep_cluster_conf_id', doc('wsrep_cluster_conf_id', 'uint64', '', 'Number of the change of members.')),
];

/** Totals whose growth is told as well. */
const RATED = ['innodb_deadlocks', 'access_denied_errors', 'aborted_clients', 'aborted_connects'];

/** What is told of a server, in the order in which it is printed. */
export const GALERA_METRICS: readonly MetricDoc[] = [
  ...DOCS.map(({ source: _, ...plain }) => plain),
  ...RATED.map((name) => perSecond(name)),
];

/** Notes what a server says, as far as it says it. */
export function noteGalera(report: Report, { status, variables }: MysqlTexts): void {
  for (const { name, source = name, type } of DOCS) {
    if (name === 'queries_per_second') continue;
    const value = status.get(source) ?? variables.get(source);
    if (value !== undefined) report.set(name, typed(value, type));
  }
}

/** Notes by how much totals have grown since the last look, which is at `nowMs` of the monotonic clock. */
export function noteGrowth(report: Report, { status }: MysqlTexts, rates: Rates, nowMs: number): void {
  for (const name of RATED) {
    const total = typed(status.get(name) ?? '', 'int64');
    if (typeof total === 'bigint') report.set(`${name}_per_second`, rates.perSecond(name, total, nowMs));
  }
}

/** Whole numbers may have all of their 64 bits. */
function typed(value: string, type: MetricType): number | bigint | string | undefined {
  if (type === 'string') return value;
  if (type === 'double') return Number.isFinite(Number(value)) ? Number(value) : undefined;
  return /^-?\d{1,20}$/.test(value) ? BigInt(value) : undefined;
}

/** The statements that a server has carried out. */
export const queriesIn = ({ status }: MysqlTexts): bigint | undefined => {
  const value = status.get('queries');
  return value !== undefined && /^\d{1,20}$/.test(value) ? BigInt(value) : undefined;
};

const SYNCED = '4';

/** What is wrong with a server; `isTold`: its numbers are known all the same. */
interface Fault {
  readonly text: string;
  readonly isTold: boolean;
}

/** The first thing that is wrong with a server of a cluster; `undefined` when nothing is. */
export function galeraFault(
  { status }: MysqlTexts,
  { require_synced: mustBeSynced }: { readonly require_synced: boolean },
): Fault | undefined {
  const get = (name: string) => status.get(name) ?? '';
  const cluster = get('wsrep_cluster_status').toLowerCase();
  if (cluster === '' || cluster === 'disconnected') return { text: 'wsrep is not active on this node', isTold: false };
  if (cluster !== 'primary') return { text: 'there is a partition in the cluster', isTold: true };
  if (get('wsrep_local_state_uuid').toLowerCase() !== get('wsrep_cluster_state_uuid').toLowerCase()) {
    return { text: 'the local node is out of sync', isTold: true };
  }
  if (!mustBeSynced || get('wsrep_local_state') === SYNCED) return undefined;
  return { text: `node is ${get('wsrep_local_state_comment')}`, isTold: true };
}
