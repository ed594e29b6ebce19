/** How questions of nodes are written as bytes. */
import type { ByteReader } from './bytes.ts';
import {
  absurd,
  BYTES,
  bare,
  byRange,
  COPIES,
  type Form,
  type Forms,
  KEY,
  KEYED,
  LOG_PLACE,
  MOST_ITEMS,
  MOST_PREFIXES,
  many,
  maybe,
  oneOf,
  PAIR,
  PREFIX,
  RECORD,
  textOf,
  UINT32,
  UINT64,
  VERSION,
  wordOf,
} from './forms.ts';
import type { Question, Wish } from './messages.ts';
import type { Scope } from './ports.ts';

const LEAVES = 256;
const CAS = maybe(textOf(100));
const TTL = maybe(UINT32);
const HAVE = maybe(VERSION);
const AFTER = maybe(KEY);
const RECORDS = many(KEYED);
const PAIRS = many(PAIR);
const KEYS = many(KEY);
const ROOTS = byRange(UINT64);
const INCLUDE = wordOf(['public', 'all']);
const VALUES = wordOf(['with', 'without']);

/** Numbers of leaves: a byte each. */
const LEAF_NUMBERS: Form<readonly number[]> = {
  write: (to, leaves) => to.sized(Uint8Array.from(leaves)),
  read: (from) => [...from.sized(LEAVES)],
};
const BY_LEAVES = byRange(LEAF_NUMBERS);

const PLACE = maybe(LOG_PLACE);
const PREFIXES = many(PREFIX, MOST_PREFIXES);

const SCOPE: Form<Scope> = {
  write(to, { prefix, include, limit, values }) {
    PREFIX.write(to, prefix);
    INCLUDE.write(to, include);
    to.uint32(limit);
    VALUES.write(to, values);
  },
  read: (from) => ({
    prefix: PREFIX.read(from),
    include: INCLUDE.read(from),
    limit: limitFrom(from),
    values: VALUES.read(from),
  }),
};

const WISHES: Forms<Wish, 'op'> = {
  get: {
    write(to, { key, copies }) {
      KEY.write(to, key);
      COPIES.write(to, copies);
    },
    read: (from) => ({ op: 'get', key: KEY.read(from), copies: COPIES.read(from) }),
  },
  put: {
    write(to, { key, value, options, copies }) {
      KEY.write(to, key);
      BYTES.write(to, value);
      TTL.write(to, options.ttl);
      CAS.write(to, options.cas);
      COPIES.write(to, copies);
    },
    read: (from) => ({
      ...{ op: 'put', key: KEY.read(from), value: BYTES.read(from) },
      options: { ttl: TTL.read(from), cas: CAS.read(from) },
      copies: COPIES.read(from),
    }),
  },
  delete: {
    write(to, { key, cas, copies }) {
      KEY.write(to, key);
      CAS.write(to, cas);
      COPIES.write(to, copies);
    },
    read: (from) => ({ op: 'delete', key: KEY.read(from), cas: CAS.read(from), copies: COPIES.read(from) }),
  },
  restore: {
    write(to, { key, record, copies }) {
      KEY.write(to, key);
      RECORD.write(to, record);
      COPIES.write(to, copies);
    },
    read: (from) => ({ op: 'restore', key: KEY.read(from), record: RECORD.read(from), copies: COPIES.read(from) }),
  },
};
const WISH = oneOf<Wish, 'op'>('op', WISHES);

const QUESTIONS: Forms<Question, 'type'> = {
  write: { write: KEYED.write, read: (from) => ({ type: 'write', key: KEY.read(from), record: RECORD.read(from) }) },
  read: {
    write(to, { key, have }) {
      KEY.write(to, key);
      HAVE.write(to, have);
    },
    read: (from) => ({ type: 'read', key: KEY.read(from), have: HAVE.read(from) }),
  },
  prepare: {
    write: PAIR.write,
    read: (from) => ({ type: 'prepare', key: KEY.read(from), version: VERSION.read(from) }),
  },
  accept: {
    write(to, question) {
      KEYED.write(to, question);
      HAVE.write(to, question.expected);
    },
    read: (from) => ({ type: 'accept', key: KEY.read(from), record: RECORD.read(from), expected: HAVE.read(from) }),
  },
  merge: {
    write: (to, { records }) => RECORDS.write(to, records),
    read: (from) => ({ type: 'merge', records: RECORDS.read(from) }),
  },
  offer: {
    write: (to, { pairs }) => PAIRS.write(to, pairs),
    read: (from) => ({ type: 'offer', pairs: PAIRS.read(from) }),
  },
  compare: {
    write: (to, { roots }) => ROOTS.write(to, roots),
    read: (from) => ({ type: 'compare', roots: ROOTS.read(from) }),
  },
  list: {
    write(to, { leaves, after }) {
      BY_LEAVES.write(to, leaves);
      AFTER.write(to, after);
    },
    read: (from) => ({ type: 'list', leaves: BY_LEAVES.read(from), after: AFTER.read(from) }),
  },
  fetch: { write: (to, { keys }) => KEYS.write(to, keys), read: (from) => ({ type: 'fetch', keys: KEYS.read(from) }) },
  gone: { write: (to, { keys }) => KEYS.write(to, keys), read: (from) => ({ type: 'gone', keys: KEYS.read(from) }) },
  scan: {
    write(to, { scope, after }) {
      SCOPE.write(to, scope);
      AFTER.write(to, after);
    },
    read: (from) => ({ type: 'scan', scope: SCOPE.read(from), after: AFTER.read(from) }),
  },
  ask: bare({ type: 'ask' }),
  coordinate: {
    write: (to, { wish }) => WISH.write(to, wish),
    read: (from) => ({ type: 'coordinate', wish: WISH.read(from) }),
  },
  follow: {
    write(to, { place, prefixes, waitMs }) {
      PLACE.write(to, place);
      PREFIXES.write(to, prefixes);
      to.uint32(waitMs);
    },
    read: (from) => ({
      type: 'follow',
      place: PLACE.read(from),
      prefixes: PREFIXES.read(from),
      waitMs: from.uint32(),
    }),
  },
  writes: {
    write: (to, { records }) => RECORDS.write(to, records),
    read: (from) => ({ type: 'writes', records: RECORDS.read(from) }),
  },
};

/** A question. */
export const QUESTION = oneOf<Question, 'type'>('type', QUESTIONS);

function limitFrom(from: ByteReader): number {
  const limit = from.uint32();
  return limit >= 1 && limit <= MOST_ITEMS ? limit : absurd('a page has no such size');
}
