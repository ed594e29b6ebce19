import type { Metrics, Value } from '../../model/metrics.ts';
import { isObject } from '../../plugins/json-trees.ts';
import { known } from '../../plugins/trees.ts';

/** What is shown of each node. */
export const NODE_COLUMNS =
  'running mem_used mem_limit mem_alarm fd_used fd_total sockets_used sockets_total proc_used proc_total disk_free disk_free_limit disk_free_alarm uptime partitions'.split(
    ' ',
  );

const MOST_NODES = 200;

/** What a broker says of the nodes of its cluster, node by node and in all. One that is stopped has little more than its name. */
export function nodesTree(answer: unknown): Metrics {
  if (!Array.isArray(answer)) return {};
  const nodes = answer.filter(isObject).slice(0, MOST_NODES);
  const has = (column: string, value: unknown) => nodes.some((node) => node[column] === value);
  // A node that has just started does not tell yet whether something is wrong.
  const anyOf = (column: string) => has(column, true) || (has(column, false) ? false : undefined);
  return known({
    nodes: Object.fromEntries(nodes.map((node) => [nameOf(node), nodeTree(node)])),
    nodes_total: nodes.length,
    nodes_running: nodes.filter((node) => node['running'] === true).length,
    mem_alarm: anyOf('mem_alarm'),
    disk_free_alarm: anyOf('disk_free_alarm'),
    partitions: [...new Set(nodes.flatMap((node) => textsIn(node['partitions'])))].sort(),
  });
}

const nameOf = ({ name }: Readonly<Record<string, unknown>>): string =>
  typeof name === 'string' ? name.replace(/\p{Cc}/gu, '') : '';

const nodeTree = (node: Readonly<Record<string, unknown>>): Metrics =>
  known(Object.fromEntries(NODE_COLUMNS.map((column) => [column, shownValue(node[column])])));

function shownValue(value: unknown): Value | undefined {
  if (Array.isArray(value)) return textsIn(value);
  if (typeof value === 'boolean') return value;
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

const textsIn = (list: unknown): string[] =>
  Array.isArray(list) ? list.slice(0, MOST_NODES).filter((each) => typeof each === 'string') : [];
