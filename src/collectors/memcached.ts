import { z } from 'zod';
import type { Leaf, Metrics } from '../model/metrics.ts';
import { askInText } from '../plugins/asking.ts';
import { defineCollector } from '../plugins/kinds.ts';
import { CollectError } from '../plugins/outcomes.ts';
import { beginningOf } from '../plugins/pages.ts';
import { ratesOf, sinceLast } from '../plugins/rates.ts';
import { askService, SERVICE_KEYS } from '../plugins/service.ts';
import { gauge, info, rate, total } from './support/key-docs.ts';
import { typedText } from './support/typed-text.ts';

const CONNECT_MS = 2_000;
const MAX_BYTES = 65_536;
const MAX_LINES = 1_000;

/** Counters whose rates are given. */
const RATED = ['get_hits', 'get_misses', 'cmd_get', 'cmd_set', 'evictions', 'bytes_read', 'bytes_written'];

export default defineCollector({
  name: 'memcached',
  description: 'Items, hits and traffic of a memcached server.',
  group: 'memcached',
  options: z.object({
    server: z.string().min(1).default('127.0.0.1').describe('Name or address of the server.'),
    port: z.int().min(1).max(65_535).default(11_211).describe('Port it listens at.'),
  }),
  keys: [
    ...SERVICE_KEYS,
    info('version', 'Version of the server.'),
    gauge('uptime', 'Seconds since the start.', 's'),
    gauge('threads', 'Threads that work on requests.'),
    gauge('curr_connections', 'Connections that are open.'),
    gauge('max_connections', 'Connections there may be.'),
    total('total_connections', 'Connections since the start.'),
    total('rejected_connections', 'Connections that were one too many.'),
    total('listen_disabled_num', 'Times that no connection was taken for a while, as there were too many.'),
    gauge('curr_items', 'Items that are kept.'),
    total('total_items', 'Items that were stored since the start.'),
    gauge('bytes', 'Bytes of all items that are kept.', 'bytes'),
    gauge('limit_maxbytes', 'Bytes there may be.', 'bytes'),
    total('cmd_get', 'Requests for an item.'),
    total('cmd_set', 'Requests to store an item.'),
    total('cmd_touch', 'Requests to let an item live longer.'),
    total('cmd_flush', 'Requests to drop all items.'),
    total('get_hits', 'Requests for an item that was there.'),
    total('get_misses', 'Requests for an item that was not there.'),
    total('get_expired', 'Requests for an item whose time was over.'),
    total('evictions', 'Items that were dropped before their time to make room.'),
    total('reclaimed', 'Items stored in the place of one whose time was over.'),
    total('store_too_large', 'Items that were too large to be stored.'),
    total('store_no_memory', 'Items that were not stored for want of memory.'),
    total('auth_errors', 'Logins that failed.'),
    total('bytes_read', 'Bytes received.', 'bytes'),
    total('bytes_written', 'Bytes sent.', 'bytes'),
    gauge('rusage_user', 'Seconds of processor time in its own code.', 's'),
    gauge('rusage_system', 'Seconds of processor time in the system.', 's'),
    gauge(
      'hit_ratio',
      'Part of the requests since the start whose item was there, from 0 to 1; absent before the first.',
    ),
    ...RATED.map((name) =>
      rate(`${name}/s`, `Change of ${name} per second.`, name.startsWith('bytes') ? 'bytes/s' : '1/s'),
    ),
    { ...gauge('*', 'Whatever else the server tells under `stats`, by its own names.'), stored: false },
  ],

  configure: ({ server, port }) => {
    const paired = sinceLast<ReadonlyMap<string, number>>();
    const question = {
      to: { host: server, port, timeoutMs: CONNECT_MS, receiveCap: MAX_BYTES },
      text: 'stats\r\n',
      isLast: (line: string) => /^(END|ERROR|CLIENT_ERROR .*|SERVER_ERROR .*)$/.test(line),
    };
    return (host, signal) =>
      askService(host, signal, {
        async ask(running) {
          const stats = parseStats(await askInText(host, question, running));
          const pair = paired(host.clock, numbersOf(stats));
          return { ...stats, ...hitRatio(stats), ...(pair && ratesOf(pair, RATED)) };
        },
      });
  },
});

/** What an answer to `stats` tells, with numbers as such. Throws `CollectError` when the server refuses, or the answer is not whole. */
export function parseStats(answer: string): Metrics {
  const stats: [string, Leaf][] = [];
  for (const line of answer.split('\n', MAX_LINES)) {
    const [, name, value] = /^STAT ([!-~]+) (.*?)\r?$/.exec(line) ?? [];
    if (name !== undefined && value !== undefined) stats.push([name, name === 'version' ? value : typedText(value)]);
    else if (/^END\r?$/.test(line)) return Object.fromEntries(stats);
    else throw new CollectError(`memcached answers: ${beginningOf(line) || 'nothing'}`, { up: 1 });
  }
  throw new CollectError('the answer of memcached has no end', { up: 1 });
}

const numbersOf = (stats: Metrics): ReadonlyMap<string, number> =>
  new Map(Object.entries(stats).filter((entry): entry is [string, number] => typeof entry[1] === 'number'));

function hitRatio({ get_hits: hits, get_misses: misses }: Metrics): Metrics {
  if (typeof hits !== 'number' || typeof misses !== 'number' || hits + misses === 0) return {};
  return { hit_ratio: Math.round((10_000 * hits) / (hits + misses)) / 10_000 };
}
