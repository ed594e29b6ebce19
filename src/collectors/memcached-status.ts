import { z } from 'zod';
import { messageOf } from '../base/errors.ts';
import { timeLimit } from '../net/either-signal.ts';
import { perSecond } from '../openstack/docs.ts';
import { ApiDown, type MetricDoc } from '../openstack/metric.ts';
import type { Probing } from '../openstack/probing.ts';
import { Rates } from '../openstack/rates.ts';
import { askInText } from '../plugins/asking.ts';
import { gauge } from './support/key-docs.ts';
import { defineProbe } from './support/maas-probe.ts';

const MAX_BYTES = 262_144;
const MOST_STATS = 500;

const total = (name: string, unit: string, meaning: string): MetricDoc => ({
  name: `memcache_${name}`,
  type: 'uint64',
  unit,
  isTotal: true,
  meaning,
});

const derived = (name: string, unit: string, meaning: string): MetricDoc => ({
  name,
  type: 'double',
  unit,
  profile: 'full',
  meaning,
});

/** What is always printed. */
const SEED = ['total_items', 'get_hits', 'get_misses', 'total_connections'];

export default defineProbe({
  name: 'memcached_status',
  description: 'Whether a memcached answers, and what it counts.',
  group: 'openstack-controller',
  measurement: 'maas_memcached',
  positionals: ['ip'],
  downMetric: 'memcache_api_local_status',
  options: z.object({
    ip: z.string().default('127.0.0.1').describe('Name or address of the server.'),
    port: z.coerce.number().int().min(1).max(65_535).default(11_211).describe('Port of the server.'),
    tls: z.boolean().default(false).describe('Ask over TLS.'),
    socket: z.string().default('').describe('Path of its unix socket, which counts instead of ip and port.'),
    insecure: z.boolean().default(false).describe('Believe whoever answers over TLS.'),
  }),
  metrics: [
    { name: 'memcache_api_local_status', type: 'uint32', meaning: 'Is 1 while the server answers, else 0.' },
    total('total_items', 'items', 'Items that were stored since its start.'),
    total('get_hits', 'hits', 'Requests for an item that was there.'),
    total('get_misses', 'misses', 'Requests for an item that was not there.'),
    total('total_connections', 'connections', 'Connections since its start.'),
    {
      name: 'memcache_curr_connections',
      type: 'uint64',
      unit: 'connections',
      profile: 'full',
      meaning: 'Connections that are open.',
    },
    derived('memcache_hit_ratio', 'percent', 'Part of the requests since its start whose item was there.'),
    derived('memcache_mem_used_pct', 'percent', 'Part of the memory for items that is used.'),
    derived(
      'memcache_conn_used_pct',
      'percent',
      'Part of the connections that are in use; of 1024 when it does not tell.',
    ),
    perSecond('memcache_evictions'),
  ],
  keys: [{ ...gauge('*', 'Whatever else the server counts, by its own names behind `memcache_`.'), stored: false }],

  configure: (options) => {
    const rates = new Rates();
    return async (probing) => {
      const stats = parseStats(await answerOf(probing, options));
      const { report, host } = probing;
      report.set('memcache_api_local_status', 1);
      for (const name of SEED) report.set(`memcache_${name}`, stats.get(name));
      report.set('memcache_curr_connections', stats.get('curr_connections'));
      noteRatios(probing, stats);
      const evictions = stats.get('evictions');
      if (evictions !== undefined)
        report.set('memcache_evictions_per_second', rates.perSecond('evictions', evictions, host.clock.now()));
      const shown = new Set([...SEED, 'curr_connections']);
      for (const [name, value] of stats) {
        if (!shown.has(name)) report.add({ name: `memcache_${name}`, type: 'uint64', value, profile: 'full' });
      }
    };
  },
});

interface Place {
  readonly ip: string;
  readonly port: number;
  readonly tls: boolean;
  readonly socket: string;
  readonly insecure: boolean;
}

async function answerOf({ host, signal, web }: Probing, { ip, port, tls, socket, insecure }: Place): Promise<string> {
  const timeoutMs = Math.max(1, web.leftMs);
  const limits = { timeoutMs, receiveCap: MAX_BYTES, ...(tls && { tls: { verify: !insecure } }) };
  const to = socket === '' ? { host: ip, port, ...limits } : { socketPath: socket, ...limits };
  const limit = timeLimit(host.clock, timeoutMs, signal);
  const start = host.clock.now();
  try {
    const text = await askInText(host, { to, text: 'stats\r\n', isLast: isLastLine }, limit.signal);
    web.requests.push({
      method: 'stats',
      url: `memcached://${socket || `${ip}:${port}`}`,
      status: 200,
      ms: host.clock.now() - start,
    });
    return text;
  } catch (error) {
    signal.throwIfAborted();
    throw new ApiDown(`memcached does not answer: ${messageOf(error)}`, 0, { cause: error });
  } finally {
    limit[Symbol.dispose]();
  }
}

const isLastLine = (line: string): boolean => /^(END|ERROR|CLIENT_ERROR .*|SERVER_ERROR .*)$/.test(line);

/** The numbers of an answer to `stats`. Throws `ApiDown` when the server refuses or the answer is not whole. */
function parseStats(answer: string): ReadonlyMap<string, bigint> {
  const stats = new Map<string, bigint>();
  for (const line of answer.split('\n', MOST_STATS)) {
    if (/^END\r?$/.test(line)) return stats;
    const [, name, value] = /^STAT (\w{1,64}) (.*?)\r?$/.exec(line) ?? [];
    if (name === undefined || value === undefined) break;
    if (/^\d{1,20}$/.test(value)) stats.set(name, BigInt(value));
  }
  throw new ApiDown('memcached does not answer with its statistics');
}

const PERCENT = 100;
/** What memcached is built with. */
const USUAL_CONNECTIONS = 1_024n;

function noteRatios({ report }: Probing, stats: ReadonlyMap<string, bigint>): void {
  const hits = stats.get('get_hits') ?? 0n;
  const percent = (part: bigint | undefined, whole: bigint | undefined): number | undefined =>
    part === undefined || whole === undefined || whole === 0n ? undefined : (PERCENT * Number(part)) / Number(whole);
  report.set('memcache_hit_ratio', percent(hits, hits + (stats.get('get_misses') ?? 0n)));
  report.set('memcache_mem_used_pct', percent(stats.get('bytes'), stats.get('limit_maxbytes')));
  report.set(
    'memcache_conn_used_pct',
    percent(stats.get('curr_connections'), stats.get('max_connections') ?? USUAL_CONNECTIONS),
  );
}
