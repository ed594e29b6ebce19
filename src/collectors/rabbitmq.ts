import { z } from 'zod';
import { messageOf, systemCode } from '../base/errors.ts';
import type { Metrics } from '../model/metrics.ts';
import type { Host } from '../net/host.ts';
import { isObject, treeOfJson } from '../plugins/json-trees.ts';
import { defineCollector, type KeyDoc } from '../plugins/kinds.ts';
import { CollectError } from '../plugins/outcomes.ts';
import {
  NoPage,
  PAGE_MS,
  type Page,
  pageAddress,
  pageAddressOrNone,
  readJsonPage,
  readPage,
} from '../plugins/pages.ts';
import { askService, SERVICE_KEYS } from '../plugins/service.ts';
import { gauge, info, rate, total } from './support/key-docs.ts';
import { metricsTree } from './support/rabbit-metrics.ts';
import { NODE_COLUMNS, nodesTree } from './support/rabbit-nodes.ts';
import {
  MOST_PAGES,
  QUEUE_COLUMNS,
  QUEUES_PER_PAGE,
  type Queue,
  queuePage,
  queuesTree,
} from './support/rabbit-queues.ts';

const MAX_BYTES = 4 * 1_048_576;
/** Of the five seconds of a run, what it needs at the end to tell what it has. */
const RUN_MS = 4_500;
/** Where the plugin for Prometheus listens unless it is told otherwise. */
const METRICS_PORT = '15692';

const node = (doc: KeyDoc): KeyDoc => ({ ...doc, key: `nodes.*.${doc.key}` });
const unstored = (doc: KeyDoc): KeyDoc => ({ ...doc, stored: false });

/** What happens to messages: a count, and a rate that the broker works out itself. */
const messages = (name: string, meaning: string): readonly KeyDoc[] => [
  unstored(total(`message_stats.${name}`, `${meaning} since the start.`)),
  rate(`message_stats.${name}_details.rate`, `${meaning} per second.`),
];

export default defineCollector({
  name: 'rabbitmq',
  description: 'Messages, queues and nodes of a RabbitMQ broker, from its management plugin.',
  group: 'rabbitmq',
  options: z.object({
    uri: pageAddress
      .default('http://localhost:15672/api/overview')
      .describe('Address of the overview of the management plugin.'),
    user: z.string().default('guest').describe('Who logs in; the tag "monitoring" is enough.'),
    password: z.string().default('guest').describe('Password of that login.'),
    queues: z.boolean().default(true).describe('Whether to ask for the queues one by one, of 5,000 at most.'),
    metrics_uri: pageAddressOrNone
      .default('')
      .describe(
        'Page of the plugin for Prometheus, read when the management is off; port 15692 of the same host when empty.',
      ),
  }),
  keys: [
    ...SERVICE_KEYS,
    info('rabbitmq_version', 'Version of the broker.'),
    info('management_version', 'Version of the management plugin.'),
    info('erlang_version', 'Version of Erlang.'),
    info('cluster_name', 'Name of the cluster.'),
    info('node', 'The node that answered.'),
    gauge('queue_totals.messages', 'Messages in all queues.'),
    gauge('queue_totals.messages_ready', 'Messages that wait to be taken.'),
    gauge('queue_totals.messages_unacknowledged', 'Messages that were taken and not confirmed yet.'),
    ...['consumers', 'queues', 'exchanges', 'connections', 'channels'].map((name) =>
      gauge(`object_totals.${name}`, `Number of ${name}.`),
    ),
    ...messages('publish', 'Messages published'),
    ...messages('confirm', 'Messages confirmed to their publishers'),
    ...messages('deliver_get', 'Messages given to consumers'),
    ...messages('ack', 'Messages confirmed by consumers'),
    ...messages('redeliver', 'Messages given once more'),
    ...messages('return_unroutable', 'Messages given back as no queue takes them'),
    ...messages('drop_unroutable', 'Messages dropped as no queue takes them'),
    rate('churn_rates.connection_created_details.rate', 'Connections made per second.'),
    gauge('nodes_total', 'Nodes of the cluster.'),
    gauge('nodes_running', 'Nodes of the cluster that run.'),
    gauge('mem_alarm', 'Whether any node is short of memory and takes no more messages.'),
    gauge('disk_free_alarm', 'Whether any node is short of disk space and takes no more messages.'),
    info('partitions', 'Nodes that another node has lost sight of.'),
    node(gauge('running', 'Whether the node runs. The segment before is the node.')),
    node(gauge('uptime', 'Milliseconds since the start.', 'ms')),
    node(gauge('mem_used', 'Bytes of memory used.', 'bytes')),
    node(gauge('mem_limit', 'Bytes above which it takes no more messages.', 'bytes')),
    node(gauge('mem_alarm', 'Whether it is short of memory.')),
    node(gauge('disk_free', 'Bytes free on its disk.', 'bytes')),
    node(gauge('disk_free_limit', 'Bytes free below which it takes no more messages.', 'bytes')),
    node(gauge('disk_free_alarm', 'Whether it is short of disk space.')),
    node(gauge('fd_used', 'File descriptors used.')),
    node(gauge('fd_total', 'File descriptors there are.')),
    node(gauge('sockets_used', 'File descriptors used for sockets.')),
    node(gauge('sockets_total', 'File descriptors there are for sockets.')),
    node(gauge('proc_used', 'Processes of Erlang.')),
    node(gauge('proc_total', 'Processes of Erlang there may be.')),
    node(info('partitions', 'Nodes that it has lost sight of.')),
    gauge('queues_without_consumers', 'Queues that nobody takes from.'),
    gauge('msgs_without_consumers', 'Messages in queues that nobody takes from.'),
    gauge('queues.*.*.messages', 'Messages of one of the 20 longest queues. Before it stand virtual host and queue.'),
    gauge('queues.*.*.messages_ready', 'Messages of it that wait to be taken.'),
    gauge('queues.*.*.consumers', 'Consumers of it.'),
    unstored(info('**', 'Whatever else the overview of the broker has, by its own names.')),
  ],

  configure: ({ uri, user, password, queues, metrics_uri }) => {
    // Whoever writes a login into the address means it, and not the guest that is there when nothing is said.
    const login = new URL(uri).username === '' ? { user, password } : {};
    const management = (path: string): Page => ({ url: besides(uri, path), ...login, maxBytes: MAX_BYTES });
    const overview: Page = { ...management('overview'), url: uri };
    const metrics: Page = { url: metrics_uri || metricsOf(uri), maxBytes: MAX_BYTES };
    return (host, signal) =>
      askService(host, signal, {
        async ask(running) {
          const end = host.clock.now() + RUN_MS;
          const read: Read = (page) =>
            readJsonPage(host, { ...page, timeoutMs: Math.min(PAGE_MS, end - host.clock.now()) }, running);
          const seen = await orMetrics(() => overviewTree(read, overview), { host, page: metrics, signal: running });
          if (!seen.isWhole) return seen.tree;
          const asked = [nodesOf(read, management), ...(queues ? [queuesOf(read, management)] : [])];
          return joined(seen.tree, await Promise.allSettled(asked));
        },
      });
  },
});

/** Reads a page as JSON, within the time of the run. */
type Read = (page: Page) => Promise<unknown>;
type Management = (path: string) => Page;

/** The address of another page of the management; a user and a password in it stay. */
const besides = (uri: string, path: string): string => new URL(path, uri).href;

function metricsOf(uri: string): string {
  const page = new URL('/metrics', uri);
  return Object.assign(page, { protocol: 'http:', port: METRICS_PORT, username: '', password: '' }).href;
}

/** A broker that has no messages yet does not tell how many. */
const NO_MESSAGES = { messages: 0, messages_ready: 0, messages_unacknowledged: 0 };

async function overviewTree(read: Read, page: Page): Promise<Metrics> {
  const tree = treeOfJson(await read(page));
  if (tree?.['rabbitmq_version'] === undefined) {
    throw new NoPage('the page at uri is not the overview of a RabbitMQ', 200);
  }
  const { queue_totals: totals } = tree;
  return { ...tree, queue_totals: isObject(totals) ? { ...NO_MESSAGES, ...totals } : NO_MESSAGES };
}

interface Metered {
  readonly host: Host;
  readonly page: Page;
  readonly signal: AbortSignal;
}

/** The overview; or, when nobody listens there, what the plugin for Prometheus tells. */
async function orMetrics(
  overview: () => Promise<Metrics>,
  { host, page, signal }: Metered,
): Promise<{ readonly tree: Metrics; readonly isWhole: boolean }> {
  try {
    return { tree: await overview(), isWhole: true };
  } catch (error) {
    if (systemCode(error) !== 'ECONNREFUSED') throw error;
    // What counts is that nobody listens where somebody should.
    const text = await readPage(host, page, signal).catch(() => '');
    const tree = metricsTree(text);
    if (!tree) throw error;
    return { tree, isWhole: false };
  }
}

async function nodesOf(read: Read, management: Management): Promise<Metrics> {
  return nodesTree(await read(management(`nodes?columns=${['name', ...NODE_COLUMNS].join(',')}`)));
}

async function queuesOf(read: Read, management: Management): Promise<Metrics> {
  const all: Queue[] = [];
  for (let number = 1; number <= MOST_PAGES; number += 1) {
    const query = `page=${number}&page_size=${QUEUES_PER_PAGE}&columns=${QUEUE_COLUMNS.join(',')}`;
    const page = queuePage(await read(management(`queues?${query}`)));
    all.push(...(page?.queues ?? []));
    if (!page || number >= page.pages) break;
  }
  return queuesTree(all);
}

/** What is asked for beside the overview. */
const PARTS = ['nodes', 'queues'];

/** The overview with all that came beside it. What this user may not see is left out; whatever else failed is told. */
function joined(overview: Metrics, parts: readonly PromiseSettledResult<Metrics>[]): Metrics {
  let tree = overview;
  const failures: string[] = [];
  for (const [at, part] of parts.entries()) {
    if (part.status === 'fulfilled') tree = { ...tree, ...part.value };
    else if (!isRefusal(part.reason)) failures.push(`${PARTS[at]}: ${messageOf(part.reason)}`);
  }
  if (failures.length === 0) return tree;
  throw new CollectError(failures.join('; '), { ...tree, up: 1 });
}

const isRefusal = (reason: unknown): boolean =>
  reason instanceof NoPage && (reason.status === 401 || reason.status === 403);
