import type { Item } from '../../openstack/api.ts';
import { perSecond } from '../../openstack/docs.ts';
import { isObject } from '../../openstack/json.ts';
import type { MetricDoc } from '../../openstack/metric.ts';
import type { Report } from '../../openstack/report.ts';

const number = (name: string, unit: string, meaning: string): MetricDoc => ({
  name: `rabbitmq_${name}`,
  type: 'int64',
  unit,
  meaning,
});

const alarm = (name: string, meaning: string): MetricDoc => ({ name: `rabbitmq_${name}`, type: 'uint32', meaning });

const rate = (name: string): MetricDoc =>
  number(`${name}_rate`, 'per_s', `What ${name} grows by in a second, as the broker says.`);

const full = (doc: MetricDoc): MetricDoc => ({ ...doc, profile: 'full' });

const message = (name: string, meaning: string): MetricDoc => ({ ...number(name, 'messages', meaning), isTotal: true });

/** What there is of each kind. */
const OBJECTS = ['connections', 'channels', 'queues', 'exchanges', 'consumers'];

/** What is told of a broker, in the order in which it is printed. */
export const RABBIT_METRICS: readonly MetricDoc[] = [
  number('uptime', 'ms', 'Time since the start of the node.'),
  number('proc_total', 'processes', 'Processes of Erlang there may be.'),
  number('proc_used', 'processes', 'Processes of Erlang.'),
  number('messages', 'messages', 'Messages in all queues.'),
  number('sockets_total', 'fd', 'File descriptors there are for sockets.'),
  number('fd_used', 'fd', 'File descriptors used.'),
  number('mem_used', 'bytes', 'Memory used.'),
  number('fd_total', 'fd', 'File descriptors there are.'),
  alarm('disk_free_alarm_status', 'Is 1 while there is space enough on the disk.'),
  number('mem_limit', 'bytes', 'Memory above which no more messages are taken.'),
  alarm('mem_alarm_status', 'Is 1 while there is memory enough.'),
  number('sockets_used', 'fd', 'File descriptors used for sockets.'),
  number('messages_unacknowledged', 'messages', 'Messages that were taken and not confirmed yet.'),
  number('messages_ready', 'messages', 'Messages that wait to be taken.'),
  message('get', 'Messages that were asked for and not confirmed.'),
  message('ack', 'Messages confirmed by consumers.'),
  message('deliver_get', 'Messages given to consumers.'),
  message('deliver', 'Messages delivered to consumers that confirm.'),
  message('publish', 'Messages published.'),
  full(alarm('running', 'Is 1 while the node runs.')),
  full(number('max_channels_per_conn', 'channels', 'Most channels that a connection has.')),
  full(number('notification_messages', 'messages', 'Messages in queues of notifications that somebody takes from.')),
  full(number('msgs_excl_notifications', 'messages', 'Messages in other queues that somebody takes from.')),
  full(number('msgs_without_consumers', 'messages', 'Messages in queues that nobody takes from.')),
  full(number('queues_without_consumers', 'queues', 'Queues with messages that nobody takes from.')),
  perSecond('rabbitmq_msgs_excl_notifications'),
  full(number('nodes', 'nodes', 'Nodes of the cluster.')),
  full(number('disk_free', 'bytes', 'Space that is free on its disk.')),
  full(number('disk_free_limit', 'bytes', 'Free space below which no more messages are taken.')),
  full(number('partitions', 'nodes', 'Nodes that some node of the cluster has lost.')),
  ...OBJECTS.map((name) => full(number(`total_${name}`, name, `All ${name} there are.`))),
  ...['publish', 'deliver_get'].map((name) => full({ ...rate(name), type: 'double' })),
  full(number('nodes_running', 'nodes', 'Nodes of the cluster that run.')),
];

const OF_NODE = [
  'uptime',
  'proc_total',
  'proc_used',
  'sockets_total',
  'fd_used',
  'mem_used',
  'fd_total',
  'mem_limit',
  'sockets_used',
  'disk_free',
  'disk_free_limit',
];
const OF_QUEUES = ['messages', 'messages_unacknowledged', 'messages_ready'];
const OF_MESSAGES = ['get', 'ack', 'deliver_get', 'deliver', 'publish'];

/** Notes what a broker tells of itself; a number that is missing is left out, as it is just after a start. */
export function noteRabbit(report: Report, overview: Item, node: Item | undefined): void {
  const noteAll = (source: unknown, names: readonly string[], prefix = '') => {
    for (const name of names)
      report.set(`rabbitmq_${prefix}${name}`, isObject(source) ? wholeOf(source[name]) : undefined);
  };
  noteAll(node, OF_NODE);
  noteAll(overview['queue_totals'], OF_QUEUES);
  noteAll(overview['message_stats'], OF_MESSAGES);
  noteAll(overview['object_totals'], OBJECTS, 'total_');
  const messages = overview['message_stats'];
  for (const name of ['publish', 'deliver_get']) {
    const details = isObject(messages) ? messages[`${name}_details`] : undefined;
    const value = isObject(details) ? details['rate'] : undefined;
    report.set(`rabbitmq_${name}_rate`, typeof value === 'number' && Number.isFinite(value) ? value : undefined);
  }
  for (const name of ['disk_free_alarm', 'mem_alarm']) {
    const isOn = node?.[name];
    report.set(`rabbitmq_${name}_status`, typeof isOn === 'boolean' ? Number(!isOn) : undefined);
  }
  report.set('rabbitmq_running', node === undefined ? undefined : Number(node['running'] === true));
}

/** How many nodes some node has lost. */
export const lostBy = (nodes: readonly Item[]): number =>
  new Set(nodes.flatMap(({ partitions }) => (Array.isArray(partitions) ? partitions.map(String) : []))).size;

const wholeOf = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isFinite(value) ? Math.round(value) : undefined;

const nameOf = ({ name }: Item): string => (typeof name === 'string' ? name : '');

/** The node whose name ends so, or the one that answered. */
export const nodeNamed = (nodes: readonly Item[], name: string, answering: string): Item | undefined =>
  nodes.find((node) => (name === '' ? nameOf(node) === answering : nameOf(node).endsWith(`@${name}`)));

interface Cluster {
  readonly name: string;
  readonly cluster_size: number;
}

/** The worst of what is wrong with a cluster; `undefined` when nothing is. */
export function clusterFault(
  nodes: readonly Item[],
  { name, cluster_size: size }: Cluster,
  node: Item | undefined,
): string | undefined {
  if (nodes.length < size) return 'cluster too small';
  if (name !== '' && node === undefined) return `@${name} not a member of the cluster`;
  if (nodes.some(({ partitions }) => Array.isArray(partitions) && partitions.length > 0)) {
    return 'At least one partition found in the rabbit cluster';
  }
  const running = nodes.filter((each) => each['running'] === true);
  const isLinked = running.every((each) => running.every((peer) => peer === each || linksOf(each).has(nameOf(peer))));
  return isLinked ? undefined : 'At least one rabbit node is missing a cluster link';
}

/** Programs that look at the broker are linked as well, so links are never counted. */
const linksOf = ({ cluster_links: links }: Item): ReadonlySet<string> =>
  new Set(Array.isArray(links) ? links.filter(isObject).map(nameOf) : []);
