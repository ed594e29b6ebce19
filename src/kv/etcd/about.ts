import type { KvChange, KvEntry, KvWritten } from '../../model/kv.ts';
import type { Places } from './places.ts';
import { type Event, fieldsOf, numberOf, type Stored } from './wire.ts';

/** What is kept of a key beside its value, in epoch milliseconds. */
export interface About {
  readonly created: number;
  readonly modified: number;
  /** 0 = never. */
  readonly expires: number;
}

export const encodeAbout = ({ created, modified, expires }: About): string =>
  JSON.stringify({ c: created, m: modified, e: expires });

/** What is kept of a key; nothing is known of keys that others wrote. */
export function decodeAbout(stored: Stored | undefined): About {
  const { c, m, e } = fieldsOf(parsed(stored?.value));
  return { created: numberOf(c), modified: numberOf(m), expires: numberOf(e) };
}

function parsed(bytes: Buffer | undefined): unknown {
  try {
    return JSON.parse(bytes?.toString() ?? '');
  } catch {
    return undefined;
  }
}

/** A revision as the version of a key. */
export const versionOf = (revision: number): string => `e${revision.toString(16).padStart(16, '0')}`;

export const writtenOf = (key: string, revision: number, { created, modified, expires }: About): KvWritten => ({
  key,
  version: versionOf(revision),
  created,
  modified,
  expires: expires === 0 ? null : expires,
});

/** A key as it is stored; `undefined` when its time has run out. */
export function entryOf(
  key: string,
  value: Stored | undefined,
  about: Stored | undefined,
  now: number,
): KvEntry | undefined {
  if (value === undefined) return undefined;
  const known = decodeAbout(about);
  if (known.expires !== 0 && known.expires <= now) return undefined;
  return { ...writtenOf(key, value.revision, known), value: value.value };
}

/** etcd takes up to a second to notice that a lease has run out, and may think so a little before us. */
const EARLY_MS = 1_000;

/** What happened to a key, seen at `now`; `undefined` for events about anything else. Of past deletions etcd does not know the time. */
export function changeOf(
  { type, now: stored, before }: Event,
  places: Places,
  now: number | null,
): KvChange | undefined {
  const key = places.keyOf(stored.key);
  if (key === undefined) return undefined;
  const { revision: index } = stored;
  const base = { index, key, version: versionOf(index) };
  if (type === 'put') {
    const { modified, expires } = decodeAbout(stored);
    return { ...base, op: 'put', expires: expires === 0 ? null : expires, time: modified };
  }
  const { expires } = decodeAbout(before);
  const isOver = expires !== 0 && (now === null || expires <= now + EARLY_MS) && before?.lease !== '0';
  if (isOver) return { ...base, op: 'expire', expires, time: expires };
  return { ...base, op: 'delete', expires: null, time: now };
}
