import type { KvEntry, KvPage, KvSelection } from '../model/kv.ts';
import { isReserved } from './key-rules.ts';
import { keyOfRecord, recordPlace, recordRange } from './layout.ts';
import type { Database } from './level-database.ts';
import { decodeRecord, isLive, type KvRecord } from './record.ts';
import { writtenOf } from './rules.ts';

const MAX_PAGE = 10_000;
/** Bytes of values after which a page ends, as if it were full: thousands of the largest would not fit into the memory. */
const MAX_PAGE_BYTES = 8_388_608;

/** What the items of a page are. */
export interface Form<Item> {
  pick(key: string, record: KvRecord): Item;
  /** Bytes that an item holds on to. */
  weigh(record: KvRecord): number;
}

interface Reading<Item> extends Form<Item> {
  /** Wall time; what expired by then is not there. */
  readonly now: number;
  onDamaged(key: string): void;
}

/** The living keys of a selection, in the order of their bytes, each as `pick` makes it. */
export async function readPage<Item>(
  database: Database,
  reading: Reading<Item>,
  { prefix = '', limit = MAX_PAGE, after, include = 'public' }: KvSelection,
): Promise<KvPage<Item>> {
  const items: Item[] = [];
  let last: string | undefined;
  let bytes = 0;
  for await (const [place, stored] of database.iterator(rangeBehind(prefix, after))) {
    const key = keyOfRecord(place);
    if (include === 'public' && isReserved(key)) continue;
    const record = decodeRecord(stored);
    if (record === undefined) reading.onDamaged(key);
    if (!isLive(record, reading.now)) continue;
    bytes += reading.weigh(record);
    const isFull = items.length === Math.min(limit, MAX_PAGE) || (items.length > 0 && bytes > MAX_PAGE_BYTES);
    if (isFull) return { items, next: last };
    items.push(reading.pick(key, record));
    last = key;
  }
  return { items, next: undefined };
}

/** Places of the records of keys that begin with `prefix`, behind `after`. */
export function rangeBehind(prefix: string, after: string | undefined) {
  const range = recordRange(prefix);
  const behind = after === undefined ? undefined : recordPlace(after);
  const isInside = behind !== undefined && Buffer.compare(behind, range.gte) >= 0;
  return isInside ? { gt: behind, lt: range.lt } : range;
}

/** A key and its stored record as people and programs see it. */
export const entryOf = (key: string, record: KvRecord): KvEntry =>
  Object.assign(writtenOf(key, record), { value: record.value });
