/** How the parts of messages are written as bytes and read again. What is read is of another node, and so checked and bounded. */
import { MAX_KEY_BYTES } from '../key-rules.ts';
import { decodeRecord, encodeRecord, type KvRecord } from '../record.ts';
import { tagAt, type Version } from '../version.ts';
import { type ByteReader, type ByteWriter, Senseless } from './bytes.ts';
import type { Keyed, LogPlace, Pair } from './messages.ts';
import type { Wanted } from './quorum.ts';

const TAG_BYTES = 16;
const MOST_RECORD_BYTES = 16_777_216;
const MOST_RANGE_BYTES = 500;
const MOST_NODE_BYTES = 128;
const VIEW_BYTES = 16;
const MOST_COPIES = 9;
/** Items of any list. */
export const MOST_ITEMS = 10_000;

/** Writes a value of one kind, and reads it again; reading throws `Senseless`. */
export interface Form<Value> {
  write(to: ByteWriter, value: Value): void;
  read(from: ByteReader): Value;
}

/** A text of so many bytes at most. */
export const textOf = (most: number): Form<string> => ({
  write: (to, text) => to.text(text),
  read: (from) => from.text(most),
});

const filled = (most: number): Form<string> => ({
  write: (to, text) => to.text(text),
  read: (from) => from.text(most) || absurd('a name is empty'),
});

export const KEY = filled(MAX_KEY_BYTES);
export const PREFIX = textOf(MAX_KEY_BYTES);
export const RANGE = textOf(MOST_RANGE_BYTES);
export const NODE = filled(MOST_NODE_BYTES);
export const VIEW = textOf(VIEW_BYTES);
/** A version as people see it. */
export const VERSION_TEXT = textOf(100);

/** Bytes of any value. */
export const BYTES: Form<Uint8Array> = {
  write: (to, bytes) => to.sized(bytes),
  read: (from) => from.sized(MOST_RECORD_BYTES),
};

export const UINT32: Form<number> = { write: (to, value) => to.uint32(value), read: (from) => from.uint32() };
export const UINT64: Form<bigint> = { write: (to, value) => to.uint64(value), read: (from) => from.uint64() };
/** A number of any size that JavaScript has. */
export const NUMBER: Form<number> = { write: (to, value) => to.double(value), read: (from) => from.double() };
/** Yes or no. */
export const FLAG: Form<boolean> = { write: (to, is) => to.byte(is ? 1 : 0), read: (from) => placeIn(2, from) === 1 };

export const VERSION: Form<Version> = {
  write(to, { stamp, tag }) {
    to.uint64(stamp);
    to.raw(tag);
  },
  read: (from) => ({ stamp: from.uint64(), tag: tagAt(from.raw(TAG_BYTES), 0) }),
};

/** A record as it is on the disk, with its sum. */
export const RECORD: Form<KvRecord> = {
  write: (to, record) => to.sized(encodeRecord(record)),
  read: (from) => decodeRecord(from.sized(MOST_RECORD_BYTES)) ?? absurd('a record is damaged'),
};

export const KEYED: Form<Keyed> = {
  write(to, { key, record }) {
    KEY.write(to, key);
    RECORD.write(to, record);
  },
  read: (from) => ({ key: KEY.read(from), record: RECORD.read(from) }),
};

export const PAIR: Form<Pair> = {
  write(to, { key, version }) {
    KEY.write(to, key);
    VERSION.write(to, version);
  },
  read: (from) => ({ key: KEY.read(from), version: VERSION.read(from) }),
};

/** One of a few words: its place among them is its byte. */
export const wordOf = <Word extends string>(words: readonly Word[]): Form<Word> => ({
  write: (to, word) => to.byte(words.indexOf(word)),
  read: (from) => words[from.byte()] ?? absurd('a word is unknown'),
});

/** A number of copies is its byte; the words are behind all numbers. */
export const COPIES: Form<Wanted> = {
  write: (to, copies) => to.byte(typeof copies === 'number' ? copies : COPY_WORDS[copies]),
  read(from) {
    const byte = from.byte();
    if (byte >= 1 && byte <= MOST_COPIES) return byte;
    return byte === COPY_WORDS.all || byte === COPY_WORDS.majority ? wordFor(byte) : absurd('so many copies are none');
  },
};

const COPY_WORDS = { majority: 254, all: 255 } as const;
const wordFor = (byte: number): 'all' | 'majority' => (byte === COPY_WORDS.all ? 'all' : 'majority');

/** Something that may be left out. */
export const maybe = <Value>(form: Form<Value>): Form<Value | undefined> => ({
  write(to, value) {
    to.byte(value === undefined ? 0 : 1);
    if (value !== undefined) form.write(to, value);
  },
  read: (from) => (placeIn(2, from) === 1 ? form.read(from) : undefined),
});

/** Something that may be nothing. */
export const nullable = <Value>(form: Form<Value>): Form<Value | null> => {
  const inner = maybe(form);
  return {
    write: (to, value) => inner.write(to, value ?? undefined),
    read: (from) => inner.read(from) ?? null,
  };
};

/** Any number of the same kind, up to `most`. */
export const many = <Value>(form: Form<Value>, most = MOST_ITEMS): Form<readonly Value[]> => ({
  write(to, values) {
    to.uint32(values.length);
    for (const value of values) form.write(to, value);
  },
  read(from) {
    const values: Value[] = [];
    for (let left = from.count(most); left > 0; left -= 1) values.push(form.read(from));
    return values;
  },
});

/** Values by range. */
export const byRange = <Value>(form: Form<Value>): Form<ReadonlyMap<string, Value>> => ({
  write(to, values) {
    to.uint32(values.size);
    for (const [range, value] of values) {
      RANGE.write(to, range);
      form.write(to, value);
    }
  },
  read(from) {
    const values = new Map<string, Value>();
    for (let left = from.count(MOST_ITEMS); left > 0; left -= 1) values.set(RANGE.read(from), form.read(from));
    return values;
  },
});

/** Prefixes of a question. */
export const MOST_PREFIXES = 16;

/** A place in the log of a node. */
export const LOG_PLACE: Form<LogPlace> = {
  write(to, { index, version }) {
    to.double(index);
    VERSION_TEXT.write(to, version);
  },
  read: (from) => ({ index: indexFrom(from), version: VERSION_TEXT.read(from) }),
};

function indexFrom(from: ByteReader): number {
  const index = from.double();
  return Number.isSafeInteger(index) && index >= 0 ? index : absurd('a log has no such place');
}

/** Forms of all kinds of a message, by the field that names the kind. */
export type Forms<Union, Tag extends keyof Union> = {
  readonly [Kind in Union[Tag] & string]: Form<Extract<Union, { readonly [Name in Tag]: Kind }>>;
};

/** A message of one of several kinds: the place of its kind among them, from 0, is its first byte. */
export function oneOf<Union, Tag extends keyof Union>(tag: Tag, forms: Forms<Union, Tag>): Form<Union> {
  const table = new Map(Object.entries<unknown>(forms).map(([kind, form], place) => [kind, { place, form }] as const));
  const byPlace = Object.values<unknown>(forms) as readonly Form<Union>[];
  return {
    write(to, value) {
      const { place, form } = table.get(value[tag] as string) ?? absurd('a kind has no form');
      to.byte(place);
      (form as Form<Union>).write(to, value);
    },
    read: (from) => byPlace[placeIn(byPlace.length, from)]?.read(from) ?? absurd('a kind is unknown'),
  };
}

/** Of nothing but its kind. */
export const bare = <Value>(value: Value): Form<Value> => ({ write() {}, read: () => value });

function placeIn(size: number, from: ByteReader): number {
  const place = from.byte();
  return place < size ? place : absurd('a kind is unknown');
}

/** Refuses what was read. */
export function absurd(what: string): never {
  throw new Senseless(what);
}
