/** How answers of nodes are written as bytes. */
import type { KvEntry, KvWritten } from '../../model/kv.ts';
import {
  absurd,
  BYTES,
  bare,
  byRange,
  FLAG,
  type Form,
  type Forms,
  KEY,
  KEYED,
  LOG_PLACE,
  many,
  maybe,
  NODE,
  NUMBER,
  nullable,
  oneOf,
  PAIR,
  RECORD,
  textOf,
  UINT32,
  VERSION,
  VERSION_TEXT,
  wordOf,
} from './forms.ts';
import type { Answer, Holding, Outcome, Refusal, Told } from './messages.ts';

const LEAVES_BYTES = 2_048;
const MAYBE_VERSION = maybe(VERSION);
const MAYBE_RECORD = maybe(RECORD);
const NEXT = maybe(KEY);
const RECORDS = many(KEYED);
const PAIRS = many(PAIR);
const PLACES = many(UINT32);
const VIEWS = many(many(NODE), 8);
const TIME = nullable(NUMBER);
const DELETED_VERSION = nullable(VERSION_TEXT);
const TRUST = wordOf(['whole', 'filling']);
const CAME = wordOf(['stored', 'superseded']);
const OP = wordOf(['put', 'delete', 'expire']);
const CODE = textOf(50);
const MESSAGE = textOf(8_000);
const DETAILS = maybe(textOf(65_536));

const LEAF_HASHES: Form<BigUint64Array> = {
  write: (to, leaves) => to.raw(new Uint8Array(leaves.buffer, leaves.byteOffset, leaves.byteLength)),
  read: (from) => new BigUint64Array(new Uint8Array(from.raw(LEAVES_BYTES)).buffer),
};
const LEAVES = byRange(LEAF_HASHES);

const WRITTEN: Form<KvWritten> = {
  write(to, { key, version, created, modified, expires }) {
    KEY.write(to, key);
    VERSION_TEXT.write(to, version);
    to.double(created);
    to.double(modified);
    TIME.write(to, expires);
  },
  read: (from) => ({
    key: KEY.read(from),
    version: VERSION_TEXT.read(from),
    created: from.double(),
    modified: from.double(),
    expires: TIME.read(from),
  }),
};

const ENTRY: Form<KvEntry> = {
  write(to, entry) {
    WRITTEN.write(to, entry);
    BYTES.write(to, entry.value);
  },
  read: (from) => ({ ...WRITTEN.read(from), value: BYTES.read(from) }),
};
const MAYBE_ENTRY = maybe(ENTRY);

const OUTCOMES: Forms<Outcome, 'op'> = {
  get: {
    write(to, { entry, acked, total }) {
      MAYBE_ENTRY.write(to, entry);
      to.uint32(acked);
      to.uint32(total);
    },
    read: (from) => ({ op: 'get', entry: MAYBE_ENTRY.read(from), acked: from.uint32(), total: from.uint32() }),
  },
  put: {
    write(to, { written, acked, total }) {
      WRITTEN.write(to, written);
      to.uint32(acked);
      to.uint32(total);
    },
    read: (from) => ({ op: 'put', written: WRITTEN.read(from), acked: from.uint32(), total: from.uint32() }),
  },
  delete: {
    write(to, { deleted }) {
      KEY.write(to, deleted.key);
      DELETED_VERSION.write(to, deleted.version);
      FLAG.write(to, deleted.existed);
    },
    read: (from) => ({
      op: 'delete',
      deleted: { key: KEY.read(from), version: DELETED_VERSION.read(from), existed: FLAG.read(from) },
    }),
  },
  restore: {
    write: (to, { came }) => CAME.write(to, came),
    read: (from) => ({ op: 'restore', came: CAME.read(from) }),
  },
};
const OUTCOME = oneOf<Outcome, 'op'>('op', OUTCOMES);

type Failed = Extract<Refusal, { type: 'failed' }>;

const FAILED: Form<Failed> = {
  write(to, { code, message, details }) {
    CODE.write(to, code);
    MESSAGE.write(to, message.slice(0, 2_000));
    DETAILS.write(to, details && JSON.stringify(details));
  },
  read: (from) => ({
    type: 'failed',
    code: CODE.read(from),
    message: MESSAGE.read(from),
    details: detailsIn(DETAILS.read(from)),
  }),
};

type Plain = Exclude<Refusal, { type: 'view' | 'superseded' | 'failed' }>;
const plainly = <Type extends Plain['type']>(type: Type) => bare({ type });

const REFUSALS = {
  view: {
    write: (to, { views }) => VIEWS.write(to, views),
    read: (from) => ({ type: 'view', views: VIEWS.read(from) }),
  },
  superseded: {
    write: (to, { version }) => VERSION.write(to, version),
    read: (from) => ({ type: 'superseded', version: VERSION.read(from) }),
  },
  failed: FAILED,
  conflict: plainly('conflict'),
  clock_skew: plainly('clock_skew'),
  initializing: plainly('initializing'),
  disk_full: plainly('disk_full'),
  quota: plainly('quota'),
  store_failed: plainly('store_failed'),
} as Forms<Refusal, 'type'>;
const REFUSAL = oneOf<Refusal, 'type'>('type', REFUSALS);

const REFUSED = many<readonly [number, Refusal]>({
  write(to, [place, refusal]) {
    to.uint32(place);
    REFUSAL.write(to, refusal);
  },
  read: (from) => [from.uint32(), REFUSAL.read(from)],
});

const HOLDING: Form<Holding> = {
  write(to, { version, record, trust }) {
    TRUST.write(to, trust);
    MAYBE_RECORD.write(to, record);
    if (record === undefined) MAYBE_VERSION.write(to, version);
  },
  read(from) {
    const trust = TRUST.read(from);
    const record = MAYBE_RECORD.read(from);
    return { trust, record, version: record === undefined ? MAYBE_VERSION.read(from) : record.version };
  },
};

const TOLD: Form<Told> = {
  write(to, { op, key, version, expires }) {
    OP.write(to, op);
    KEY.write(to, key);
    VERSION_TEXT.write(to, version);
    TIME.write(to, expires);
  },
  read: (from) => ({
    op: OP.read(from),
    key: KEY.read(from),
    version: VERSION_TEXT.read(from),
    expires: TIME.read(from),
  }),
};
const ALL_TOLD = many(TOLD);

const ANSWERS: Forms<Answer, 'type'> = {
  done: bare({ type: 'done' }),
  holding: {
    write: (to, { holding }) => HOLDING.write(to, holding),
    read: (from) => ({ type: 'holding', holding: HOLDING.read(from) }),
  },
  wanted: {
    write: (to, { places }) => PLACES.write(to, places),
    read: (from) => ({ type: 'wanted', places: PLACES.read(from) }),
  },
  differs: {
    write: (to, { leaves }) => LEAVES.write(to, leaves),
    read: (from) => ({ type: 'differs', leaves: LEAVES.read(from) }),
  },
  pairs: {
    write(to, { pairs, next }) {
      PAIRS.write(to, pairs);
      NEXT.write(to, next);
    },
    read: (from) => ({ type: 'pairs', pairs: PAIRS.read(from), next: NEXT.read(from) }),
  },
  records: {
    write: (to, { records }) => RECORDS.write(to, records),
    read: (from) => ({ type: 'records', records: RECORDS.read(from) }),
  },
  scanned: {
    write(to, { records, next }) {
      RECORDS.write(to, records);
      NEXT.write(to, next);
    },
    read: (from) => ({ type: 'scanned', records: RECORDS.read(from), next: NEXT.read(from) }),
  },
  outcome: {
    write: (to, { outcome }) => OUTCOME.write(to, outcome),
    read: (from) => ({ type: 'outcome', outcome: OUTCOME.read(from) }),
  },
  refused: {
    write: (to, { refusal }) => REFUSAL.write(to, refusal),
    read: (from) => ({ type: 'refused', refusal: REFUSAL.read(from) }),
  },
  followed: {
    write(to, { place, changes, isGone }) {
      LOG_PLACE.write(to, place);
      ALL_TOLD.write(to, changes);
      FLAG.write(to, isGone);
    },
    read: (from) => ({
      type: 'followed',
      place: LOG_PLACE.read(from),
      changes: ALL_TOLD.read(from),
      isGone: FLAG.read(from),
    }),
  },
  kept: {
    write: (to, { refused }) => REFUSED.write(to, [...refused]),
    read: (from) => ({ type: 'kept', refused: new Map(REFUSED.read(from)) }),
  },
};

/** An answer. */
export const ANSWER = oneOf<Answer, 'type'>('type', ANSWERS);

function detailsIn(json: string | undefined): Failed['details'] {
  if (json === undefined) return undefined;
  const details = parsed(json);
  const isMap = typeof details === 'object' && details !== null && !Array.isArray(details);
  return isMap ? (details as Readonly<Record<string, unknown>>) : absurd('the details of a failure are none');
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return absurd('the details of a failure are no JSON');
  }
}
