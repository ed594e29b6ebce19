/** How many of the nodes that keep a key are meant: the greater half of them, all, or so many. */
export type KvCopies = 'majority' | 'all' | number;

/** How many nodes answered, and how many keep the key. */
export interface KvReplicas {
  readonly acked: number;
  readonly total: number;
}

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
  /** Who answered; left out by a store that asks nobody else. */
  readonly replicas?: KvReplicas | undefined;
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
  /** How many nodes must have it before it counts as written; the greater half when left out. */
  readonly copies?: KvCopies | undefined;
  /** Seconds, 1 to 315360000; without it the key stays. */
  readonly ttl?: number | undefined;
  /** Only if the present version is this one; `0`: only if there is no such key. Fails with `cas_failed`, details `current`. */
  readonly cas?: string | undefined;
  /** Who writes is a part of the agent, so that it may be a key that begins with `__`. */
  readonly by?: 'agent' | undefined;
}

/** How a key is read. */
export interface KvGetOptions {
  /** How many nodes are asked; the greater half when left out. */
  readonly copies?: KvCopies | undefined;
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
  /** `ring`: what all nodes store together, each key once; else what this node stores. */
  readonly scope?: 'node' | 'ring' | undefined;
}

/** A part of a list. */
export interface KvPage<Item> {
  readonly items: readonly Item[];
  /** The last key of this page when there are more behind it; ask on with it as `after`. */
  readonly next: string | undefined;
  /** Nodes of the ring that did not answer, when keys may be missing because of that. */
  readonly missing?: readonly string[] | undefined;
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
  /** How the ring is that this node shares; left out by a store that shares none. */
  readonly ring?: KvRing | undefined;
  /** That number means the same on every node and after a new start; otherwise it counts for this start of this node only. */
  readonly indexScope?: 'everywhere' | undefined;
  /** Names the log that the number counts in, where that is not the log of this start of the agent. */
  readonly indexLog?: string | undefined;
}

/** How a node sees the ring that keeps the keys. */
export interface KvRing {
  /** `starting`: it waits for the nodes of its last ring; `returning`: for those it did not meet for long; `running`: it serves. */
  readonly phase: 'starting' | 'returning' | 'running';
  /** The ring, in 16 hex digits: nodes that know the same members have the same. */
  readonly view: string;
  /** Ids of the nodes that keep keys. */
  readonly members: readonly string[];
  /** This node has everything that belongs to it. */
  readonly isReady: boolean;
  /** Every member has everything that belongs to it. */
  readonly isSettled: boolean;
  /** The clock of this node agrees with those of the others. */
  readonly isClockSound: boolean;
  /** Nodes that this one has yet to compare with since the ring changed. */
  readonly unseen: number;
  /** Nodes that missed writes and have yet to be brought them. */
  readonly owed: number;
  /** What was done to keep nodes equal, by name. */
  readonly counts: ReadonlyMap<string, number>;
}

/** Which nodes keep a key, the responsible one first. */
export interface KvWhere {
  readonly key: string;
  /** Its place on the ring, 16 hex digits. */
  readonly position: string;
  readonly replicas: readonly KvReplica[];
}

/** What a node says that it holds of a key. */
export interface KvReplica {
  /** Its id. */
  readonly node: string;
  /** `whole`: what it does not hold is not there; `filling`: it may not have come yet; `silent`: it did not answer. */
  readonly trust: 'whole' | 'filling' | 'silent';
  /** `null`: it holds nothing. */
  readonly version: string | null;
}

/** A key came, changed, went, or its time ran out. */
export interface KvChange {
  readonly index: number;
  readonly op: 'put' | 'delete' | 'expire';
  readonly key: string;
  readonly version: string;
  /** Epoch milliseconds; `null` for never. */
  readonly expires: number | null;
  /** When it happened, in epoch milliseconds; `null` when that is not known, left out where the version tells. */
  readonly time?: number | null | undefined;
  /** It only came late to this node: others knew of it before, and told. */
  readonly isLate?: true | undefined;
}

/**
 * What an entry of an export may replace: what is older (it keeps its version, unless the key was deleted since: then it gets a new one),
 * anything, or nothing. What replaces anything gets a new version.
 */
export type KvRestoring = 'older' | 'anything' | 'nothing';

/** What became of an entry of an export: there was no such key, it took the place of another value, or it was left out. */
export type KvRestored = 'created' | 'overwritten' | 'skipped';

/** Keeps bytes under names. What it acknowledged is on stable storage. */
export interface KvStore extends AsyncDisposable {
  /** The entry, or `undefined` when there is none, it was deleted or it expired. */
  get(key: string, options?: KvGetOptions): Promise<KvEntry | undefined>;
  put(key: string, value: Uint8Array, options?: KvPutOptions): Promise<KvWritten>;
  delete(key: string, options?: Omit<KvPutOptions, 'ttl'>): Promise<KvDeleted>;
  keys(selection?: KvSelection): Promise<KvPage<string>>;
  entries(selection?: KvSelection): Promise<KvPage<KvEntry>>;
  /** Puts an entry of an export back, its times and lifetime as they were. Left out by a store that cannot do so in one step. */
  restore?(entry: KvEntry, over: KvRestoring): Promise<KvRestored>;
  /** The kept changes after `index`, oldest first, at most `limit`. Fails with `index_gone` when some after it are not kept any more. */
  changes(index: number, limit: number): Promise<readonly KvChange[]>;
  /** The last kept changes of a key, oldest first, at most `limit`. Left out by a store that cannot look them up. */
  history?(key: string, limit: number): Promise<readonly KvChange[]>;
  stats(): KvStats;
  /**
   * Somebody follows the changes of keys that begin with this, until it is disposed of: from when this resolves, none is missed. Left out by a
   * store that knows of all changes anyway.
   */
  attend?(prefix: string): Promise<Disposable>;
  /** Whether changes are numbered up to this already, here or elsewhere. Left out by a store whose numbers are its own. */
  reaches?(index: number): Promise<boolean>;
  /** Which nodes keep a key, and what they hold of it. Left out by a store that shares none. */
  where?(key: string): Promise<KvWhere>;
  /** Compares what is held here with those nodes, or with all, as soon as may be. Left out by a store that shares none. */
  sync?(nodes?: readonly string[]): void;
  /** Opens a store whose disk failed again. Rejects with `store_failed` when that does not help. */
  reopen?(): Promise<void>;
}
