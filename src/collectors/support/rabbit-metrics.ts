import { numberIn } from '../../base/numbers.ts';
import type { Leaf, Metrics } from '../../model/metrics.ts';
import { known } from '../../plugins/trees.ts';

const MOST_LINES = 50_000;
const LONGEST_LINE = 1_024;

/** Numbers of the node that answers, and how its management would call them. */
const OF_NODE = new Map([
  ['rabbitmq_process_resident_memory_bytes', 'mem_used'],
  ['rabbitmq_resident_memory_limit_bytes', 'mem_limit'],
  ['rabbitmq_process_open_fds', 'fd_used'],
  ['rabbitmq_process_max_fds', 'fd_total'],
  ['rabbitmq_process_open_tcp_sockets', 'sockets_used'],
  ['rabbitmq_process_max_tcp_sockets', 'sockets_total'],
  ['erlang_vm_process_count', 'proc_used'],
  ['erlang_vm_process_limit', 'proc_total'],
  ['rabbitmq_disk_space_available_bytes', 'disk_free'],
  ['rabbitmq_disk_space_available_limit_bytes', 'disk_free_limit'],
]);

/**
 * What the plugin for Prometheus tells, by the names of the management; only of the node that answers, and without what goes on in other
 * nodes. `undefined` when it is no page of a RabbitMQ.
 */
export function metricsTree(page: string): Metrics | undefined {
  const { numbers, labels } = samplesIn(page);
  const { rabbitmq_version, erlang_version, rabbitmq_node: node, rabbitmq_cluster } = Object.fromEntries(labels);
  if (rabbitmq_version === undefined) return undefined;
  const number = (name: string): number | undefined => numbers.get(`rabbitmq_${name}`);
  const [memory, disk] = [
    alarm(number('alarms_memory_used_watermark')),
    alarm(number('alarms_free_disk_space_watermark')),
  ];
  const own = Array.from(OF_NODE, ([name, key]): [string, Leaf | undefined] => [key, numbers.get(name)]);
  const upMs = toMs(number('erlang_uptime_seconds'));
  const nodeTree = known({
    ...Object.fromEntries(own),
    running: true,
    mem_alarm: memory,
    disk_free_alarm: disk,
    uptime: upMs,
  });
  return known({
    rabbitmq_version,
    erlang_version,
    node,
    cluster_name: rabbitmq_cluster,
    queue_totals: {
      messages: number('queue_messages') ?? 0,
      messages_ready: number('queue_messages_ready') ?? 0,
      messages_unacknowledged: number('queue_messages_unacked') ?? 0,
    },
    object_totals: known({
      queues: number('queues'),
      consumers: number('consumers'),
      connections: number('connections'),
      channels: number('channels'),
    }),
    nodes: node === undefined ? undefined : { [node]: nodeTree },
    mem_alarm: memory,
    disk_free_alarm: disk,
  });
}

const alarm = (value: number | undefined): boolean | undefined => (value === undefined ? undefined : value > 0);
const toMs = (seconds: number | undefined): number | undefined =>
  seconds === undefined ? undefined : Math.round(seconds * 1_000);

interface Samples {
  /** Of those without labels. */
  readonly numbers: ReadonlyMap<string, number>;
  /** All labels of those that are there just for them. */
  readonly labels: ReadonlyMap<string, string>;
}

function samplesIn(page: string): Samples {
  const numbers = new Map<string, number>();
  const labels = new Map<string, string>();
  for (const line of page.split('\n', MOST_LINES)) {
    if (line.length > LONGEST_LINE || line.startsWith('#')) continue;
    if (/^rabbitmq_(build|identity)_info\{/.test(line)) {
      for (const [, name = '', value = ''] of line.matchAll(/[{,](\w+)="([^"\\]*)"/g)) labels.set(name, value);
    }
    const [, name = '', value] = /^(\w+) (\S+)/.exec(line) ?? [];
    const number = numberIn(value);
    if (number !== undefined) numbers.set(name, number);
  }
  return { numbers, labels };
}
