import type { Leaf, Metrics } from '../../model/metrics.ts';
import type { KeyDoc } from '../../plugins/kinds.ts';
import { known } from '../../plugins/trees.ts';
import { gauge, info, total } from './key-docs.ts';
import type { MysqlLook } from './mysql-status.ts';

const PREFIX = 'wsrep_';

/** The keys of a server that is part of a Galera cluster: its status without `wsrep_` before the names. */
export const GALERA_KEYS: readonly KeyDoc[] = [
  info('provider', 'Name of the library that replicates; empty when there is none.'),
  info('cluster_status', 'Is `Primary` while its part of the cluster works, else `non-Primary` or `Disconnected`.'),
  gauge('cluster_size', 'Servers in its part of the cluster.'),
  gauge('cluster_conf_id', 'Number of the change of members; without quorum a text, as it is too large for a number.'),
  gauge('cluster_weight', 'Votes of its part of the cluster.'),
  gauge('connected', 'Whether it is connected with the cluster.'),
  gauge('ready', 'Whether it takes statements.'),
  gauge(
    'local_state',
    'State: 0 undefined, 1 joining, 2 donor or desynced, 3 joined, 4 synced; absent without a cluster.',
  ),
  info('local_state_comment', 'The same in words.'),
  info('local_state_uuid', 'State of the data here.'),
  info('cluster_state_uuid', 'State of the data of the cluster.'),
  gauge('local_recv_queue', 'Received changes that wait.'),
  gauge('local_recv_queue_avg', 'Mean number of received changes that wait.'),
  gauge('local_send_queue', 'Own changes that wait to be sent.'),
  gauge('local_send_queue_avg', 'Mean number of own changes that wait to be sent.'),
  gauge('flow_control_paused', 'Part of the time, from 0 to 1, in which flow control held it up.'),
  total('flow_control_paused_ns', 'Time in which flow control held it up.', 'ns'),
  total('flow_control_sent', 'Times it asked the others to wait.'),
  total('flow_control_recv', 'Times it was asked to wait.'),
  gauge('cert_deps_distance', 'Changes that could be carried out at once.'),
  gauge('commit_window', 'Changes that are carried out at once.'),
  total('local_commits', 'Transactions committed here.'),
  total('local_cert_failures', 'Own transactions that failed as others had been faster.'),
  total('local_bf_aborts', 'Own transactions that were ended for those of others.'),
  total('replicated', 'Changes sent.'),
  total('replicated_bytes', 'Bytes of changes sent.', 'bytes'),
  total('received', 'Changes received.'),
  total('received_bytes', 'Bytes of changes received.', 'bytes'),
  gauge('last_committed', 'Number of the last transaction.'),
  info('desync', 'Is `ON` while it may fall behind on purpose.'),
  gauge('desync_count', 'Operations for which it may fall behind.'),
  gauge('evs_repl_latency.min', 'Least time until the others had a message.', 's'),
  gauge('evs_repl_latency.avg', 'Mean time until the others had a message.', 's'),
  gauge('evs_repl_latency.max', 'Most time until the others had a message.', 's'),
  gauge('evs_repl_latency.stdev', 'Standard deviation of the time until the others had a message.', 's'),
  gauge('evs_repl_latency.n', 'Messages measured for it.'),
  { key: '*', kind: 'gauge', unit: '', meaning: 'Any other part of the status, a number or a text.', stored: false },
];

/** What a server says of its Galera cluster; `undefined` of one that has nothing to do with any. */
export function galeraTree({ status, variables }: MysqlLook): Metrics | undefined {
  const provider = variables.get('wsrep_provider') ?? 'none';
  if (variables.get('wsrep_on') !== 'ON' && provider === 'none') return undefined;
  const shown = [...status]
    .filter(([name]) => name.startsWith(PREFIX))
    .map(([name, value]) => [name.slice(PREFIX.length), shownValue(name, value)] as const);
  return known({
    ...Object.fromEntries(shown),
    provider: status.get('wsrep_provider_name') ?? '',
    desync: variables.get('wsrep_desync'),
  });
}

const isSwitch = (name: string): boolean => name === 'wsrep_ready' || name === 'wsrep_connected';

function shownValue(name: string, value: Leaf): Leaf | Metrics {
  if (isSwitch(name)) return value === 'ON';
  return name === 'wsrep_evs_repl_latency' && typeof value === 'string' ? latencyIn(value) : value;
}

/** Such as `2.2e-07/1.4e-06/4.4e-06/1.5e-06/5`. */
function latencyIn(text: string): Metrics {
  const names = ['min', 'avg', 'max', 'stdev', 'n'];
  const numbers = text.split('/').map(Number);
  if (numbers.length !== names.length || !numbers.every(Number.isFinite)) return {};
  return Object.fromEntries(names.map((name, at) => [name, numbers[at] ?? 0]));
}

/** Whether a server has the data of a cluster that works. */
export function isInSync({
  cluster_status: status,
  local_state_uuid: here,
  cluster_state_uuid: all,
}: Metrics): boolean {
  return status === 'Primary' && here !== '' && here === all;
}
