import { toRate } from '../../base/numbers.ts';
import type { Metrics, Value } from '../../model/metrics.ts';
import type { KeyDoc } from '../../plugins/kinds.ts';
import { type Pair, rateOf } from '../../plugins/rates.ts';
import { known } from '../../plugins/trees.ts';
import { gauge, info, rate, total } from './key-docs.ts';

/** A document as the driver gives it. */
export type Document = Readonly<Record<string, unknown>>;

const DEEPEST = 8;

/** Far more than any server has to tell. */
const MOST_VALUES = 10_000;

/** The numbers, texts and switches of a document, as a tree; dates are texts, what is neither is left out, as is what would be too much. */
export const documentTree = (document: Document): Metrics => new Reader().tree(document, 0);

/** Reads one document and what is in it. */
class Reader {
  #left = MOST_VALUES;

  tree(document: Document, depth: number): Metrics {
    const tree: [string, Value][] = [];
    for (const [key, found] of Object.entries(document)) {
      if (this.#left <= 0) break;
      const value = /\p{Cc}/u.test(key) || key === '' ? undefined : this.#value(found, depth);
      if (value !== undefined) tree.push([key, value]);
    }
    return Object.fromEntries(tree);
  }

  #value(found: unknown, depth: number): Value | undefined {
    this.#left -= 1;
    if (typeof found === 'number') return Number.isFinite(found) ? found : undefined;
    if (typeof found === 'string' || typeof found === 'boolean') return found;
    if (found instanceof Date) return Number.isNaN(found.getTime()) ? undefined : found.toISOString();
    return isDocument(found) && depth < DEEPEST ? this.tree(found, depth + 1) : undefined;
  }
}

/** Whether it is a plain document, and none of the driver's own kinds of numbers and ids. */
const isDocument = (found: unknown): found is Document =>
  typeof found === 'object' && found !== null && !Array.isArray(found) && !('_bsontype' in found);

const OPERATIONS = ['insert', 'query', 'update', 'delete', 'getmore', 'command'] as const;
const ASSERTS = ['regular', 'warning', 'msg', 'user', 'rollovers'] as const;

/** The counters that have a rate, and the key of the rate. */
const RATES: readonly (readonly [path: string, group: string, name: string])[] = [
  ...OPERATIONS.map((name) => [`opcounters.${name}`, 'opcounters', `${name}PS`] as const),
  ...ASSERTS.map((name) => [`asserts.${name}`, 'asserts', `${name}PS`] as const),
  ['network.bytesIn', 'network', 'bytesIn/s'],
  ['network.bytesOut', 'network', 'bytesOut/s'],
];

/** The keys of a server but for those that every service has. */
export const MONGO_KEYS: readonly KeyDoc[] = [
  info('version', 'Version of the server.'),
  info('storageEngine.name', 'What keeps its data, such as `wiredTiger`.'),
  gauge('uptime', 'Time it runs.', 's'),
  gauge('globalLock.currentQueue.total', 'Operations that wait for a lock.'),
  gauge('globalLock.currentQueue.readers', 'Reads that wait for a lock.'),
  gauge('globalLock.currentQueue.writers', 'Writes that wait for a lock.'),
  gauge('mem.resident', 'Memory it has.', 'MiB'),
  gauge('mem.virtual', 'Memory it has addresses for.', 'MiB'),
  gauge('connections.current', 'Connections there are.'),
  gauge('connections.available', 'Further connections there may be.'),
  total('extraInfo.page_faults', 'Pages that had to be read from disk.'),
  total('network.bytesIn', 'Bytes received.', 'bytes'),
  total('network.bytesOut', 'Bytes sent.', 'bytes'),
  rate('network.bytesIn/s', 'Bytes received.', 'bytes/s'),
  rate('network.bytesOut/s', 'Bytes sent.', 'bytes/s'),
  ...OPERATIONS.map((name) => total(`opcounters.${name}`, `Operations of the kind ${name}.`)),
  ...OPERATIONS.map((name) => rate(`opcounters.${name}PS`, `Operations of the kind ${name} per second.`)),
  ...ASSERTS.map((name) => total(`asserts.${name}`, `Faults of the kind ${name}.`)),
  ...ASSERTS.map((name) => rate(`asserts.${name}PS`, `Faults of the kind ${name} per second.`)),
  gauge('dbStats.*.**', 'What the server says of a database, such as `dataSize` and `objects`.'),
  info('replSet.setName', 'Name of its replica set.'),
  gauge('replSet.isMaster', 'Whether it takes writes.'),
  gauge('replSet.isSecondary', 'Whether it copies the primary.'),
  gauge('replSet.isArbiter', 'Whether it only votes.'),
  gauge('replSet.myState', 'Its state: 1 primary, 2 secondary, 7 arbiter and others.'),
  gauge('replSet.myId', 'Its number in the set.'),
  info('replSet.members.*.name', 'Name and port of a member.'),
  gauge('replSet.members.*.state', 'State of a member, in the numbers of `replSet.myState`.'),
  info('replSet.members.*.optimeDate', 'Time of the last change it has.'),
  info('replSet.members.*.lastHeartbeat', 'When it was last heard of.'),
  info('replSet.members.*.error', 'What it says is wrong with it.'),
  gauge('replSet.members.*.lag_s', 'Time a member is behind the primary.', 's'),
  { key: '**', kind: 'gauge', unit: '', meaning: 'Any other part of serverStatus, a number or a text.', stored: false },
];

/** What a server says of itself; its `extra_info` also under the name that it had. */
export function statusTree(status: Document): Metrics {
  const { extra_info: extra, ok: _, ...tree } = documentTree(status);
  return known({ ...tree, extra_info: extra, extraInfo: extra });
}

/** A tree with the rates since the look before, beside the counters they are of. */
export function withRates(tree: Metrics, pair: Pair<Metrics> | undefined): Metrics {
  if (pair === undefined) return tree;
  const counted = { before: countersIn(pair.before), after: countersIn(pair.after), seconds: pair.seconds };
  const groups = new Map<string, Record<string, Value>>();
  for (const [path, group, name] of RATES) {
    const found = rateOf(counted, path);
    if (found === undefined) continue;
    groups.set(group, { ...(groups.get(group) ?? subtree(tree, group)), [name]: toRate(found) });
  }
  return { ...tree, ...Object.fromEntries(groups) };
}

/** Whether a server was not started anew between two looks. */
export const isSameMongo = (before: Metrics, after: Metrics): boolean =>
  Number(before['uptime'] ?? 0) <= Number(after['uptime'] ?? 0);

function countersIn(tree: Metrics): ReadonlyMap<string, number> {
  const found = RATES.map(([path, group]) => [path, subtree(tree, group)[path.slice(group.length + 1)]] as const);
  return new Map(found.filter((entry): entry is readonly [string, number] => typeof entry[1] === 'number'));
}

function subtree(tree: Metrics, name: string): Metrics {
  const found = tree[name];
  return typeof found === 'object' && found !== null && !Array.isArray(found) ? (found as Metrics) : {};
}
