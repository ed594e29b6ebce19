/** A key and what is stored under it. Times are epoch milliseconds. */
export interface KvEntry {
  readonly key: string;
  readonly value: Uint8Array;
  /** 16 hex digits of the hybrid clock, `-`, 32 hex digits of the writer's tag; the larger text is the newer record. */
  readonly version: string;
  /** When this life of the key began; kept by overwrites. */
  readonly created: number;
  readonly modified: number;
  /** `null` when it lives until it is deleted. */
  readonly expires: number | null;
}

/** What a write made of a key. */
export type KvWritten = Omit<KvEntry, 'value'>;

/** What a delete did. `version` is the tombstone's; `null` when there was nothing to delete. */
export interface KvDeleted {
  readonly key: string;
  readonly version: string | null;
  readonly existed: boolean;
}

/** Conditions and lifetime of a write. */
export interface KvPutOptions {
  /** Seconds, 1 to 315360000; without it the key stays. */
  readonly ttl?: number | undefined;
  /** Only if the present version is this one; `0`: only if there is no such key. Fails with `cas_failed`, details `current`. */
  readonly cas?: string | undefined;
  /** Who writes is a part of the agent, so that it may be a key that begins with `__`. */
  readonly by?: 'agent' | undefined;
}

/** Which keys are meant, in the order of their UTF-8 bytes. */
export interface KvSelection {
  readonly prefix?: string | undefined;
  /** At most so many, 1 to 10000; 10000 when left out. */
  readonly limit?: number | undefined;
  /** Only keys behind this one. */
  readonly after?: string | undefined;
  /** `all` includes the reserved keys, which begin with `__`. */
  readonly include?: 'public' | 'all' | undefined;
}

/** A part of a list. */
export interface KvPage<Item> {
  readonly items: readonly Item[];
  /** The last key of this page when there are more behind it; ask on with it as `after`. */
  readonly next: string | undefined;
}

/** `ok`; `full`: writes are refused for want of space; `failed`: the disk broke and nothing is acknowledged any more. */
export type KvState = 'ok' | 'full' | 'failed';

/** How the store is. */
export interface KvStats {
  readonly engine: string;
  readonly state: KvState;
  /** Why it is not ok; empty when it is. */
  readonly error: string;
  /** Records kept, tombstones included. */
  readonly records: number;
  /** Bytes of their keys and records. */
  readonly bytes: number;
  /** Damaged records that were set aside. */
  readonly quarantined: number;
  /** Number of the last change. */
  readonly index: number;
}

/** A key came, changed, went, or its time ran out. */
export interface KvChange {
  readonly index: number;
  readonly op: 'put' | 'delete' | 'expire';
  readonly key: string;
  readonly version: string;
  /** Epoch milliseconds; `null` for never. */
  readonly expires: number | null;
}

/** Keeps bytes under names. What it acknowledged is on stable storage. */
export interface KvStore extends AsyncDisposable {
  /** The entry, or `undefined` when there is none, it was deleted or it expired. */
  get(key: string): Promise<KvEntry | undefined>;
  put(key: string, value: Uint8Array, options?: KvPutOptions): Promise<KvWritten>;
  delete(key: string, options?: Pick<KvPutOptions, 'cas' | 'by'>): Promise<KvDeleted>;
  keys(selection?: KvSelection): Promise<KvPage<string>>;
  entries(selection?: KvSelection): Promise<KvPage<KvEntry>>;
  /** The kept changes after `index`, oldest first, at most `limit`. */
  changes(index: number, limit: number): Promise<readonly KvChange[]>;
  stats(): KvStats;
}
