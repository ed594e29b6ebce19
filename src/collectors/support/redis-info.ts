import { ratioOf, toTenThousandths } from '../../base/numbers.ts';
import type { Leaf, Metrics } from '../../model/metrics.ts';
import type { KeyDoc } from '../../plugins/kinds.ts';
import { type Pair, rateOf, ratesOf } from '../../plugins/rates.ts';
import { known } from '../../plugins/trees.ts';
import { gauge, info, rate, total } from './key-docs.ts';
import { typedText } from './typed-text.ts';

/** Texts that may look like numbers. */
const TEXTS = /(_version|_sha1|_build_id|_human|^run_id|replid2?)$/;
const KEY = /^[\w.-]{1,128}$/;
const PAIRS = /^[\w.-]+=[^,]*(,[\w.-]+=[^,]*)*$/;

type Field = Leaf | Readonly<Record<string, Leaf>>;

/** The fields of a reply to INFO or CLUSTER INFO, typed; one such as `db0:keys=2,expires=0` is a map. */
export function parseInfo(reply: string): ReadonlyMap<string, Field> {
  const fields = new Map<string, Field>();
  for (const line of reply.split(/\r?\n/)) {
    const colon = line.indexOf(':');
    const key = line.slice(0, Math.max(0, colon));
    if (line.startsWith('#') || !KEY.test(key)) continue;
    const value = line.slice(colon + 1);
    fields.set(key, TEXTS.test(key) ? value : (mapIn(value) ?? typedText(value)));
  }
  return fields;
}

function mapIn(value: string): Readonly<Record<string, Leaf>> | undefined {
  if (!PAIRS.test(value)) return undefined;
  const pairs = value.split(',').map((pair): [string, string] => {
    const equals = pair.indexOf('=');
    return [pair.slice(0, equals), pair.slice(equals + 1)];
  });
  return Object.fromEntries(pairs.filter(([key]) => KEY.test(key)).map(([key, text]) => [key, typedText(text)]));
}

/** Processor time, in seconds: a rate of 1 is one processor. */
const TIMES = ['used_cpu_sys', 'used_cpu_sys_children', 'used_cpu_user', 'used_cpu_user_children'] as const;

/** Counters of which only the rate is shown. */
const REPLACED = [...TIMES, 'total_commands_processed'] as const;

/** Counters that have a rate beside them. */
const COUNTED = [
  'keyspace_hits',
  'keyspace_misses',
  'expired_keys',
  'evicted_keys',
  'total_net_input_bytes',
  'total_net_output_bytes',
] as const;

type Fields = ReadonlyMap<string, Field>;

/** What INFO says, without the counters of which only the rate is shown, and with the share of reads that found their key. */
export function infoTree(fields: Fields): Metrics {
  const numbers = numbersIn(fields);
  const [hits = 0, misses = 0] = [numbers.get('keyspace_hits'), numbers.get('keyspace_misses')];
  const shown = [...fields].filter(([key]) => !REPLACED.some((name) => name === key));
  return known({ ...Object.fromEntries(shown), hit_ratio: ratioOf(hits, hits + misses) });
}

/** What went on between two looks at the same server. */
export function infoRates({ before, after, seconds }: Pair<Fields>): Metrics {
  const pair = { before: numbersIn(before), after: numbersIn(after), seconds };
  const times = TIMES.map((name) => {
    const rate = rateOf(pair, name);
    return [`${name}/s`, rate === undefined ? undefined : toTenThousandths(rate)] as const;
  });
  return { ...known(Object.fromEntries(times)), ...ratesOf(pair, [...COUNTED, 'total_commands_processed']) };
}

/** Whether both looks saw the same run of the same server, so that its counters went on. */
export const isSameRun = (before: Fields, after: Fields): boolean => before.get('run_id') === after.get('run_id');

const numbersIn = (fields: Fields): ReadonlyMap<string, number> =>
  new Map([...fields].filter((entry): entry is [string, number] => typeof entry[1] === 'number'));

const CPU = 'Its share of one processor: 1 is all of it; spent by';

/** The keys of a server's INFO and of the rates made of it. */
export const INFO_KEYS: readonly KeyDoc[] = [
  info('redis_version', 'Version of the server, or of the Redis it is compatible with.'),
  info('role', 'What it is: `master`, `slave` or `sentinel`.'),
  gauge('connected_clients', 'Clients that are connected, replicas not counted.'),
  gauge('blocked_clients', 'Clients that wait for a list or the like.'),
  gauge('maxclients', 'Clients there may be.'),
  gauge('used_memory', 'Memory it has for its data.', 'bytes'),
  gauge('used_memory_rss', 'Memory it has of the system.', 'bytes'),
  gauge('used_memory_peak', 'Most memory it had for its data.', 'bytes'),
  gauge('maxmemory', 'Memory it may have for its data; 0 is no limit.', 'bytes'),
  gauge('total_system_memory', 'Memory of the machine.', 'bytes'),
  gauge('mem_fragmentation_ratio', 'Memory of the system as a multiple of that of its data.'),
  gauge('connected_slaves', 'Replicas that are connected.'),
  gauge('uptime_in_seconds', 'Time it runs.', 's'),
  gauge('rdb_changes_since_last_save', 'Changes that are not on disk yet.'),
  info('master_link_status', 'Whether a replica has its master: `up` or `down`.'),
  total('total_connections_received', 'Connections it took.'),
  total('rejected_connections', 'Connections it refused as there were too many.'),
  total('total_net_input_bytes', 'Bytes it received.', 'bytes'),
  total('total_net_output_bytes', 'Bytes it sent.', 'bytes'),
  total('keyspace_hits', 'Reads that found their key.'),
  total('keyspace_misses', 'Reads that did not find their key.'),
  total('expired_keys', 'Keys whose time was over.'),
  total('evicted_keys', 'Keys that were dropped for want of memory.'),
  gauge('hit_ratio', 'Part of the reads that found their key, since it runs; absent before the first.'),
  rate('total_commands_processed/s', 'Commands.'),
  rate('keyspace_hits/s', 'Reads that found their key.'),
  rate('keyspace_misses/s', 'Reads that did not find their key.'),
  rate('expired_keys/s', 'Keys whose time was over.'),
  rate('evicted_keys/s', 'Keys that were dropped for want of memory.'),
  rate('total_net_input_bytes/s', 'Bytes received.', 'bytes/s'),
  rate('total_net_output_bytes/s', 'Bytes sent.', 'bytes/s'),
  rate('used_cpu_sys/s', `${CPU} the kernel.`, ''),
  rate('used_cpu_user/s', `${CPU} the server itself.`, ''),
  rate('used_cpu_sys_children/s', `${CPU} the kernel for its children, such as those that save.`, ''),
  rate('used_cpu_user_children/s', `${CPU} its children, such as those that save.`, ''),
  { key: 'cluster.*', kind: 'gauge', unit: '', meaning: 'Any line of CLUSTER INFO, of a server in a cluster.' },
  gauge('*.keys', 'Keys of a database such as `db0`.'),
  gauge('*.expires', 'Keys of a database that have an end.'),
  { key: '*.*', kind: 'gauge', unit: '', meaning: 'Any other part of a line of INFO.', stored: false },
  { key: '*', kind: 'gauge', unit: '', meaning: 'Any other line of INFO, a number or a text.', stored: false },
];
