/** What replication needs of the world around it. */
import type { Clock } from '../../base/clock.ts';
import type { Random } from '../../base/random.ts';
import type { Stamp } from '../hlc.ts';
import type { Ask } from '../jobs.ts';
import type { Outcome } from '../ledger.ts';
import type { Read } from '../record-cache.ts';
import type { Held, Rule } from '../rules.ts';
import type { Meeting } from './meetings.ts';
import type { Tree } from './merkle.ts';
import type { Envelope, FollowedAnswer, FollowQuestion, Keyed, Pair, Reply } from './messages.ts';
import type { View } from './view.ts';

/** A part of all pairs, in the order of the keys' bytes. A record that cannot be read is older than any other. */
export interface PairPage {
  readonly pairs: readonly Pair[];
  /** Ask on behind this key; `undefined` when there is no more. */
  readonly next: string | undefined;
}

/** The records of this node, on its disk. */
export interface Records {
  read(key: string): Promise<Held>;
  /** The record of a key, if it is known without the disk whether there is one; `undefined` when it is not. */
  known(key: string): Read | undefined;
  /**
   * Asks a rule, alone with the key, and resolves when what it decided is on stable storage. Rejects with what the rule threw. `bytes` is the
   * room that it takes; what takes none is not refused for want of it.
   */
  ask<Decided>(key: string, rule: Rule<Decided>, bytes?: number): Promise<Decided>;
  /** As `ask`, for several rules at once: says how each of them ended. Rejects when none is known to be done. */
  askAll<Decided>(asks: readonly Ask<Decided>[]): Promise<readonly Outcome<Decided>[]>;
  /** Keys behind `after` that are wanted, with their versions: everything that was on disk before it was asked for. */
  pairs(wanted: (key: string) => boolean, after?: string): Promise<PairPage>;
  /** Records behind `after`, deleted and expired ones included. */
  scan(scope: Scope, after: string | undefined): Promise<RecordPage>;
  /** Sets records aside that are later than `horizon`, and forgets that there were such: says how many. */
  setAsideBeyond(horizon: Stamp): Promise<number>;
  /** Nothing expires or is forgotten while this says no. */
  expireWhile(isAllowed: () => boolean): void;
  /** The trees of all ranges of a view in which something is held. */
  trees(view: View): Promise<ReadonlyMap<string, Tree>>;
  /** Makes sure that after a restart the clock goes on behind this reading. */
  reserve(limit: Stamp): Promise<void>;
  /** Keeps what the node must know of itself after a restart. */
  remember(standing: Omit<Standing, 'limit'>): Promise<void>;
}

/** Which records are wanted, and whether with their values. */
export interface Scope {
  readonly prefix: string;
  readonly include: 'public' | 'all';
  /** At most so many. */
  readonly limit: number;
  readonly values: 'with' | 'without';
}

/** A part of the records of a scope, in the order of the keys' bytes. */
export interface RecordPage {
  readonly records: readonly Keyed[];
  /** Ask on behind this key; `undefined` when there is no more. */
  readonly next: string | undefined;
}

/** What a node knows of itself after a restart. */
export interface Standing {
  /** Members of the view in which the whole ring was ready last. */
  readonly settled: readonly string[];
  /** Members of the view that this node was in last. */
  readonly present: readonly string[];
  /** The view for which this node had everything that belongs to it; empty when it had not. */
  readonly ready: string;
  /** When it and others held the same last. */
  readonly met: ReadonlyMap<string, Meeting>;
  /** No version was given out beyond this reading. */
  readonly limit: Stamp;
}

/** Something that people may want to know of. */
export type RingNews =
  | { readonly type: 'view' | 'settled'; readonly members: readonly string[] }
  /** So many nodes that kept keys are gone that all copies of some may be. */
  | { readonly type: 'possible-loss'; readonly gone: readonly string[] }
  /** What others had forgotten while one was away was dropped. */
  | { readonly type: 'forgotten'; readonly node: string; readonly gapMs: number; readonly keys: number }
  /** Records of a wrong clock were set aside. */
  | { readonly type: 'set-aside'; readonly records: number };

/** The world of one node of the ring. */
export interface Ports {
  readonly self: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly records: Records;
  /** Runs a task when all that has come in by now is handled. */
  atTurnEnd(task: () => void): void;
  /** Asks a node. Rejects with `unreachable` when it was not asked at all, with anything else when no answer came in that time. */
  call(node: string, envelope: Envelope, timeoutMs: number): Promise<Reply>;
  /** Answers those who follow the log of this node. */
  follow(question: FollowQuestion): Promise<FollowedAnswer>;
  tell(news: RingNews): void;
}

/** Numbers that the owner of a cluster may set. */
export interface Tuning {
  /** For a whole request of a client. */
  readonly timeoutMs: number;
  /** For one answer of a node. */
  readonly peerTimeoutMs: number;
  /** For one answer while two nodes compare what they hold. */
  readonly exchangeTimeoutMs: number;
  /** How far a version may be ahead of our clock. */
  readonly maxSkewMs: number;
  /** Between two comparisons with a random node. */
  readonly syncMs: number;
  readonly graceMs: number;
  /** Bytes that are moved to and from other nodes at most, beside requests; 0 = no limit. */
  readonly transferBytesPerSecond: number;
}
