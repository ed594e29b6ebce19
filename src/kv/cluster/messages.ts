/** What nodes of the ring say to each other, as values. */
import type { KvChange, KvDeleted, KvEntry, KvPutOptions, KvWritten } from '../../model/kv.ts';
import type { Stamp } from '../hlc.ts';
import type { KvRecord } from '../record.ts';
import type { Version } from '../version.ts';
import type { Scope } from './ports.ts';
import type { Wanted } from './quorum.ts';

/** A key and its record. */
export interface Keyed {
  readonly key: string;
  readonly record: KvRecord;
}

/** A key and the version held of it. */
export interface Pair {
  readonly key: string;
  readonly version: Version;
}

/** Some leaves of some ranges. */
export type Leaves = ReadonlyMap<string, readonly number[]>;

/** What a client wants of a key. */
export type Wish =
  | { readonly op: 'get'; readonly key: string; readonly copies: Wanted }
  | {
      readonly op: 'put';
      readonly key: string;
      readonly value: Uint8Array;
      readonly options: KvPutOptions;
      readonly copies: Wanted;
    }
  | { readonly op: 'delete'; readonly key: string; readonly cas?: string | undefined; readonly copies: Wanted }
  /** Keep this record as it is, version and all, unless there is something newer. */
  | { readonly op: 'restore'; readonly key: string; readonly record: KvRecord; readonly copies: Wanted };

/** What a node asks of the records of another. */
export type ReplicaQuestion =
  /** Keep this record, on behalf of a client. */
  | ({ readonly type: 'write' } & Keyed)
  /** Keep these records, each on behalf of a client. */
  | { readonly type: 'writes'; readonly records: readonly Keyed[] }
  /** What do you hold? The record itself only when it is newer than `have`. */
  | { readonly type: 'read'; readonly key: string; readonly have?: Version | undefined }
  /** Promise to take nothing older than this version, and say what you hold. */
  | { readonly type: 'prepare'; readonly key: string; readonly version: Version }
  /** Keep this record, if you promised and hold nothing but what was expected, or older. */
  | {
      readonly type: 'accept';
      readonly key: string;
      readonly record: KvRecord;
      readonly expected?: Version | undefined;
    }
  /** Keep these if they are newer. Never refused for the view, as merging never harms. */
  | { readonly type: 'merge'; readonly records: readonly Keyed[] }
  /** Which of these would be news to you? */
  | { readonly type: 'offer'; readonly pairs: readonly Pair[] }
  /** Where do our ranges differ? Those not named are empty here. */
  | { readonly type: 'compare'; readonly roots: ReadonlyMap<string, bigint> }
  /** Your versions of these leaves, behind a key. */
  | { readonly type: 'list'; readonly leaves: Leaves; readonly after?: string | undefined }
  | { readonly type: 'fetch'; readonly keys: readonly string[] }
  /** Which of these keys do you know not to be there, as you hold everything and not them? */
  | { readonly type: 'gone'; readonly keys: readonly string[] }
  /** The records of a scope, behind a key. */
  | { readonly type: 'scan'; readonly scope: Scope; readonly after?: string | undefined }
  /** How far are you? */
  | { readonly type: 'ask' };

/** A place in the log of a node: the number of a change and its version, by which the log is known again. */
export interface LogPlace {
  readonly index: number;
  /** Empty when the number is that of no change. */
  readonly version: string;
}

/** What changed behind a place, of keys that begin with one of these? It is waited for. Without a place: how far is your log? */
export interface FollowQuestion {
  readonly type: 'follow';
  readonly place?: LogPlace | undefined;
  readonly prefixes: readonly string[];
  readonly waitMs: number;
}

/** What a node asks of another. */
export type Question =
  | ReplicaQuestion
  | FollowQuestion
  /** Do this for a client, as you keep the key. Not passed on again. */
  | { readonly type: 'coordinate'; readonly wish: Wish };

/** A question on its way. */
export interface Envelope {
  /** Clock of the sender. */
  readonly clock: Stamp;
  /** The views that the request satisfies; the present one of the sender is the first. */
  readonly views: readonly string[];
  readonly question: Question;
}

/** Why a node does not do what it is asked. */
export type Refusal =
  /** The request does not satisfy these views, which count for this node. */
  | { readonly type: 'view'; readonly views: readonly (readonly string[])[] }
  | { readonly type: 'superseded'; readonly version: Version }
  /** Has promised not to. */
  | { readonly type: 'conflict' }
  | { readonly type: 'clock_skew' | 'initializing' | 'disk_full' | 'quota' | 'store_failed' }
  /** What became of a client's wish there. */
  | { readonly type: 'failed'; readonly code: string; readonly message: string; readonly details?: Details };

type Details = Readonly<Record<string, unknown>> | undefined;

/** What a node holds of a key. */
export interface Holding {
  readonly version: Version | undefined;
  /** Left out when the asker has it, or a newer one. */
  readonly record?: KvRecord | undefined;
  /** `whole`: what is not here was not acknowledged; `filling`: it may not have come yet. */
  readonly trust: 'whole' | 'filling';
}

/** What a node answers. */
export type Answer =
  | { readonly type: 'done' }
  /** All are kept, but those at these places in what was asked. */
  | { readonly type: 'kept'; readonly refused: ReadonlyMap<number, Refusal> }
  | { readonly type: 'holding'; readonly holding: Holding }
  /** Places in what was asked. */
  | { readonly type: 'wanted'; readonly places: readonly number[] }
  | { readonly type: 'differs'; readonly leaves: ReadonlyMap<string, BigUint64Array> }
  | { readonly type: 'pairs'; readonly pairs: readonly Pair[]; readonly next: string | undefined }
  | { readonly type: 'records'; readonly records: readonly Keyed[] }
  | { readonly type: 'scanned'; readonly records: readonly Keyed[]; readonly next: string | undefined }
  | { readonly type: 'outcome'; readonly outcome: Outcome }
  | FollowedAnswer
  | { readonly type: 'refused'; readonly refusal: Refusal };

/** The changes behind a place that was asked for, and how far the log was read. */
export interface FollowedAnswer {
  readonly type: 'followed';
  readonly place: LogPlace;
  readonly changes: readonly Told[];
  /** The log does not reach back to the place, or is another one. */
  readonly isGone: boolean;
}

/** A change as one node tells another. */
export type Told = Pick<KvChange, 'op' | 'key' | 'version' | 'expires'>;

/** What a client gets. */
export type Outcome =
  | { readonly op: 'get'; readonly entry: KvEntry | undefined; readonly acked: number; readonly total: number }
  | { readonly op: 'put'; readonly written: KvWritten; readonly acked: number; readonly total: number }
  | { readonly op: 'delete'; readonly deleted: KvDeleted }
  | { readonly op: 'restore'; readonly came: 'stored' | 'superseded' };

/** An answer on its way. */
export interface Reply {
  readonly clock: Stamp;
  /** What time it is there, in epoch milliseconds. */
  readonly wall: number;
  /** The present view of the one who answers. */
  readonly view: string;
  /** The view for which it has everything that belongs to it; empty while it is filling. */
  readonly ready: string;
  readonly answer: Answer;
}
