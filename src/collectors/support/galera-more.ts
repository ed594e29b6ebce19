import { more } from '../../openstack/docs.ts';
import type { MetricDoc, MetricType } from '../../openstack/metric.ts';
import type { Report } from '../../openstack/report.ts';
import type { MysqlTexts } from './galera-maas.ts';

/** Where a number stands in the status of a server, and what it is told as. */
type Told = readonly [variable: string, name: string, type: MetricType, unit: string, meaning: string];

const LEVELS: readonly Told[] = [
  ['wsrep_ready', 'wsrep_ready', 'uint32', '', 'Is 1 while it takes statements, else 0.'],
  ['wsrep_connected', 'wsrep_connected', 'uint32', '', 'Is 1 while it is connected with the others, else 0.'],
  ['wsrep_flow_control_paused', 'wsrep_flow_control_paused', 'double', '', 'Part of the time that it was held up.'],
  ['wsrep_local_recv_queue', 'wsrep_local_recv_queue', 'int64', '', 'Received changes that wait.'],
  ['wsrep_local_recv_queue_avg', 'wsrep_local_recv_queue_avg', 'double', '', 'Mean number of these.'],
  ['wsrep_local_send_queue', 'wsrep_local_send_queue', 'int64', '', 'Own changes that wait to be sent.'],
  ['wsrep_local_send_queue_avg', 'wsrep_local_send_queue_avg', 'double', '', 'Mean number of these.'],
  ['wsrep_cert_deps_distance', 'wsrep_cert_deps_distance', 'double', '', 'Changes that could be carried out at once.'],
  ['wsrep_cluster_weight', 'wsrep_cluster_weight', 'int64', '', 'Votes of its part of the cluster.'],
  ['wsrep_desync_count', 'wsrep_desync_count', 'int64', '', 'Operations for which it may fall behind.'],
  ['threads_running', 'mysql_threads_running', 'int64', 'threads', 'Statements that are being carried out.'],
  ['innodb_buffer_pool_pages_total', 'innodb_buffer_pool_pages_total', 'int64', 'pages', 'Pages of the buffer pool.'],
  ['innodb_buffer_pool_pages_free', 'innodb_buffer_pool_pages_free', 'int64', 'pages', 'Those that hold nothing.'],
  ['innodb_buffer_pool_pages_dirty', 'innodb_buffer_pool_pages_dirty', 'int64', 'pages', 'Those not yet written.'],
];

const TOTALS: readonly Told[] = [
  ['wsrep_local_cert_failures', 'wsrep_local_cert_failures', 'int64', '', 'Own changes that came too late.'],
  ['wsrep_local_bf_aborts', 'wsrep_local_bf_aborts', 'int64', '', 'Own changes ended for those of others.'],
  ['slow_queries', 'mysql_slow_queries', 'int64', '', 'Statements that took long.'],
  ['connections', 'mysql_connections_total', 'int64', 'connections', 'Attempts to connect.'],
  ['uptime', 'mysql_uptime', 'int64', 's', 'Time since the start of the server.'],
  ['innodb_buffer_pool_read_requests', 'innodb_buffer_pool_read_requests', 'int64', '', 'Pages asked for.'],
  ['innodb_buffer_pool_reads', 'innodb_buffer_pool_reads', 'int64', '', 'Pages that had to be read from the disk.'],
];

const LATENCY = 'wsrep_evs_repl_latency';
const LATENCY_PARTS = [
  ['min', 'double', 's', 'Least time until the others had a message.'],
  ['avg', 'double', 's', 'Mean time until the others had a message.'],
  ['max', 'double', 's', 'Most time until the others had a message.'],
  ['stddev', 'double', 's', 'Standard deviation of that time.'],
  ['n', 'int64', '', 'Messages it was measured of.'],
] as const;

const docOf = ([, name, type, unit, meaning]: Told): MetricDoc => more({ name, type, unit, meaning });

/** What only those see of a server who want everything. */
export const MORE_OF_GALERA: readonly MetricDoc[] = [
  ...LEVELS.map(docOf),
  ...TOTALS.map((told): MetricDoc => ({ ...docOf(told), isTotal: true })),
  ...LATENCY_PARTS.map(([part, type, unit, meaning]) => more({ name: `${LATENCY}_${part}`, type, unit, meaning })),
];

/** Notes it, as far as the server says it. */
export function noteMoreOfGalera(report: Report, { status }: MysqlTexts): void {
  for (const [variable, name] of [...LEVELS, ...TOTALS]) report.set(name, numberIn(status.get(variable)));
  const parts = (status.get(LATENCY) ?? '').split('/');
  if (parts.length !== LATENCY_PARTS.length) return;
  for (const [at, [part]] of LATENCY_PARTS.entries()) report.set(`${LATENCY}_${part}`, numberIn(parts[at]));
}

function numberIn(text: string | undefined): number | undefined {
  if (text === 'ON') return 1;
  if (text === 'OFF') return 0;
  if (text === undefined || text === '') return undefined;
  const value = Number(text);
  return Number.isFinite(value) ? value : undefined;
}
