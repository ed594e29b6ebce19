import type { Metrics } from '../../model/metrics.ts';
import { isObject } from '../../plugins/json-trees.ts';
import { known } from '../../plugins/trees.ts';

/** What is asked of each queue. */
export const QUEUE_COLUMNS = ['vhost', 'name', 'messages', 'messages_ready', 'consumers'];

/** Queues that are asked for at once, and pages that are asked for. */
export const QUEUES_PER_PAGE = 500;
export const MOST_PAGES = 10;

/** Queues that are shown: those with the most messages. */
const SHOWN = 20;

/** A queue; just after the start of its broker numbers are missing. */
export interface Queue {
  readonly vhost: string;
  readonly name: string;
  readonly messages: number | undefined;
  readonly messages_ready: number | undefined;
  readonly consumers: number | undefined;
}

/** A part of the list of queues. */
interface QueuePage {
  readonly queues: readonly Queue[];
  readonly pages: number;
}

/** Reads a page of the list of queues; old brokers give the whole list, which is then the only page. `undefined` when it is neither. */
export function queuePage(answer: unknown): QueuePage | undefined {
  if (Array.isArray(answer)) return { queues: queuesIn(answer.slice(0, QUEUES_PER_PAGE * MOST_PAGES)), pages: 1 };
  if (!isObject(answer) || !Array.isArray(answer['items'])) return undefined;
  const pages = answer['page_count'];
  return { queues: queuesIn(answer['items'].slice(0, QUEUES_PER_PAGE)), pages: typeof pages === 'number' ? pages : 1 };
}

function queuesIn(list: readonly unknown[]): Queue[] {
  return list.filter(isObject).map((queue) => ({
    vhost: textOf(queue['vhost']),
    name: textOf(queue['name']),
    messages: numberOf(queue['messages']),
    messages_ready: numberOf(queue['messages_ready']),
    consumers: numberOf(queue['consumers']),
  }));
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value.replace(/\p{Cc}/gu, '') : '');
const numberOf = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isFinite(value) ? value : undefined;

/** What is worth knowing of all queues: those that nobody takes from, and the longest ones by virtual host and name. */
export function queuesTree(queues: readonly Queue[]): Metrics {
  const lonely = queues.filter(({ consumers }) => consumers === 0);
  const longest = queues
    .filter(({ messages }) => messages !== undefined)
    .sort(byLength)
    .slice(0, SHOWN);
  const hosts = new Map<string, [string, Metrics][]>();
  for (const queue of longest) hosts.set(queue.vhost, [...(hosts.get(queue.vhost) ?? []), entryOf(queue)]);
  return {
    queues_without_consumers: lonely.length,
    msgs_without_consumers: lonely.reduce((all, { messages = 0 }) => all + messages, 0),
    queues: Object.fromEntries(Array.from(hosts, ([vhost, own]) => [vhost, Object.fromEntries(own)])),
  };
}

const byLength = (a: Queue, b: Queue): number =>
  (b.messages ?? 0) - (a.messages ?? 0) || compareText(a.vhost, b.vhost) || compareText(a.name, b.name);

const compareText = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

const entryOf = ({ name, messages, messages_ready, consumers }: Queue): [string, Metrics] => [
  name,
  known({ messages, messages_ready, consumers }),
];
