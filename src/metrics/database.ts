import type { Level } from 'level';
import type { KeyRange } from './places.ts';

/** A level database of bytes; opened and closed by who makes the store. */
export type Database = Level<Uint8Array, Uint8Array>;

/** How its owner opens it. Blocks are compressed already; what is read is decoded at once, so nothing is gained by keeping much of it. */
export const DATABASE_OPTIONS = {
  keyEncoding: 'view',
  valueEncoding: 'view',
  compression: false,
  cacheSize: 1_048_576,
  writeBufferSize: 1_048_576,
} as const;

/** One thing to be written. */
export type Write =
  | { readonly type: 'put'; readonly key: Uint8Array; readonly value: Uint8Array }
  | { readonly type: 'del'; readonly key: Uint8Array };

/** LevelDB can do this, though the types of `level`, which are those of browsers as well, do not say so. */
interface Compacting {
  compactRange(start: Uint8Array, end: Uint8Array): Promise<void>;
}

/** Gives the room back that deleted keys from one up to another still take on the disk; LevelDB does it on its own only when it has to. */
export async function compact(database: Database, { gte, lt }: KeyRange): Promise<void> {
  // How deep it looks is settled before what is in memory comes to the disk, so that only the second time finds everything.
  for (let time = 0; time < 2; time++) await (database as Database & Compacting).compactRange(gte, lt);
}
