/** The JSON of etcd's gateway: bytes are base64, long numbers are texts, and what is zero or empty is left out. */

/** Fields of something that came over the network. */
export type Fields = Readonly<Record<string, unknown>>;

export const fieldsOf = (value: unknown): Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** A 64-bit number; 0 when it is left out. */
export function numberOf(value: unknown): number {
  const number = typeof value === 'string' || typeof value === 'number' ? Number(value) : 0;
  return Number.isSafeInteger(number) ? number : 0;
}

/** Bytes as they are sent. */
export const base64 = (bytes: Uint8Array | string): string =>
  (typeof bytes === 'string' ? Buffer.from(bytes) : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)).toString(
    'base64',
  );

const bytesOf = (value: unknown): Buffer => Buffer.from(typeof value === 'string' ? value : '', 'base64');

/** A key of etcd and what is under it. */
export interface Stored {
  readonly key: string;
  readonly value: Buffer;
  /** Of its last change. */
  readonly revision: number;
  /** Id of its lease; `0` for none. A 64-bit number, so it stays a text. */
  readonly lease: string;
}

/** What is stored under a key; `undefined` when the answer holds none. */
export function storedOf(value: unknown): Stored | undefined {
  const { key, value: stored, mod_revision, lease } = fieldsOf(value);
  if (typeof key !== 'string') return undefined;
  return {
    key: bytesOf(key).toString(),
    value: bytesOf(stored),
    revision: numberOf(mod_revision),
    lease: typeof lease === 'string' ? lease : '0',
  };
}

/** The answer to a range. */
export interface Range {
  readonly stored: readonly Stored[];
  readonly hasMore: boolean;
  readonly count: number;
}

export function rangeOf(value: unknown): Range {
  const { kvs, more, count } = fieldsOf(value);
  const stored = listOf(kvs).flatMap((each) => storedOf(each) ?? []);
  return { stored, hasMore: more === true, count: numberOf(count) };
}

/** The answer to a transaction: whether its conditions held, and the ranges that were asked for, in their order. */
export interface Transacted {
  readonly succeeded: boolean;
  readonly revision: number;
  readonly ranges: readonly Range[];
}

export function transactedOf(value: unknown): Transacted {
  const { succeeded, responses } = fieldsOf(value);
  const ranges = listOf(responses).flatMap((response) => {
    const { response_range: range } = fieldsOf(response);
    return range === undefined ? [] : [rangeOf(range)];
  });
  return { succeeded: succeeded === true, revision: revisionOf(value), ranges };
}

/** The revision of the whole store at the time of an answer. */
export const revisionOf = (value: unknown): number => numberOf(fieldsOf(fieldsOf(value)['header'])['revision']);

/** Something that happened to a key. */
export interface Event {
  readonly type: 'put' | 'delete';
  readonly now: Stored;
  readonly before: Stored | undefined;
}

/** One line of a watch. */
export interface WatchLine {
  readonly revision: number;
  readonly isCreated: boolean;
  /** It ended, as changes that were asked for are not kept any more; from this revision on they are. */
  readonly compacted: number;
  readonly isCanceled: boolean;
  readonly events: readonly Event[];
}

export function watchLineOf(value: unknown): WatchLine {
  const { result } = fieldsOf(value);
  const { created, canceled, compact_revision, events } = fieldsOf(result);
  return {
    revision: revisionOf(result),
    isCreated: created === true,
    compacted: numberOf(compact_revision),
    isCanceled: canceled === true || result === undefined,
    events: listOf(events).flatMap((event) => eventOf(event) ?? []),
  };
}

function eventOf(value: unknown): Event | undefined {
  const { type, kv, prev_kv } = fieldsOf(value);
  const now = storedOf(kv);
  return now && { type: type === 'DELETE' ? 'delete' : 'put', now, before: storedOf(prev_kv) };
}
