import type { Level } from 'level';

/** A level database of bytes; opened and closed by who makes the store. */
export type Database = Level<Uint8Array, Uint8Array>;

/** One thing to be written. */
export type Write =
  | { readonly type: 'put'; readonly key: Uint8Array; readonly value: Uint8Array }
  | { readonly type: 'del'; readonly key: Uint8Array };
