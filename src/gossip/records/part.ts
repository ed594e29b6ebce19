import { createHash } from 'node:crypto';
import { type Entry, PART_NAMES, type PartChange, type PartName } from '../core/effect.ts';
import { type Packable, Packed, pack } from '../wire/pack.ts';

/** One part of what a node says of itself: named values, under a version that only the node raises. */
export interface Part {
  readonly version: number;
  readonly entries: ReadonlyMap<string, Entry>;
}

export type NodeRecord = Readonly<Record<PartName, Part>>;

/** A part of this many packed bytes is as large as one may be; three of them are a record. */
const PART_LIMIT = 65_536;

const EMPTY: Part = { version: 0, entries: new Map() };
/** What is known of a node that has told nothing yet. */
export const EMPTY_RECORD: NodeRecord = { base: EMPTY, checks: EMPTY, services: EMPTY };

/** The sum of the versions of all parts: grows with each change of any of them. */
export const versionSum = (record: NodeRecord): number =>
  PART_NAMES.reduce((sum, name) => sum + record[name].version, 0);

/** The version of each part, in the order of `PART_NAMES`. */
export const versionsOf = (record: NodeRecord): number[] => PART_NAMES.map((name) => record[name].version);

/** The entries after a change. */
export function changed(entries: ReadonlyMap<string, Entry>, change: PartChange): Map<string, Entry> {
  const result = new Map(entries);
  for (const name of change.del) result.delete(name);
  for (const [name, entry] of change.set) result.set(name, entry);
  return result;
}

/** What has to change for `before` to become `after`. */
export function difference(before: ReadonlyMap<string, Entry>, after: ReadonlyMap<string, Entry>): PartChange {
  const set = new Map<string, Entry>();
  for (const [name, entry] of after) if (!isSame(before.get(name), entry)) set.set(name, entry);
  return { set, del: [...before.keys()].filter((name) => !after.has(name)) };
}

/** The change without what is so already. */
export function realChange(entries: ReadonlyMap<string, Entry>, change: PartChange): PartChange {
  const set = new Map([...change.set].filter(([name, entry]) => !isSame(entries.get(name), entry)));
  return { set, del: change.del.filter((name) => entries.has(name)) };
}

export const isNoChange = ({ set, del }: PartChange): boolean => set.size === 0 && del.length === 0;

/** Entries as one packed map; the same entries give the same bytes on every node. */
export const packEntries = (entries: ReadonlyMap<string, Entry>): Packable =>
  new Map([...entries].map(([name, entry]) => [name, new Packed(entry)]));

/** Twelve hex digits that differ when any entry does. */
export function digestOf(record: NodeRecord): string {
  const hash = createHash('sha256');
  for (const name of PART_NAMES) hash.update(pack(packEntries(record[name].entries)));
  return hash.digest('hex').slice(0, 12);
}

/** Whether entries together are more than a part may hold. */
export function isTooLarge(entries: ReadonlyMap<string, Entry>): boolean {
  let size = 0;
  for (const [name, entry] of entries) size += sizeOf(name, entry);
  return size > PART_LIMIT;
}

/** The entries that a part has room for: by name order, without those that are too long for what the ones before have left. */
export function fitting(entries: ReadonlyMap<string, Entry>): Map<string, Entry> {
  const kept = new Map<string, Entry>();
  let room = PART_LIMIT;
  for (const [name, entry] of [...entries].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const size = sizeOf(name, entry);
    if (size > room) continue;
    room -= size;
    kept.set(name, entry);
  }
  return kept;
}

const sizeOf = (name: string, entry: Entry): number => name.length + entry.length;

const isSame = (a: Entry | undefined, b: Entry): boolean => a !== undefined && Buffer.compare(a, b) === 0;
