/** What replication needs of the world around it. */
import type { Clock } from '../../base/clock.ts';
import type { Random } from '../../base/random.ts';
import type { Stamp } from '../hlc.ts';
import type { Held, Rule } from '../rules.ts';
import type { Tree } from './merkle.ts';
import type { Envelope, Pair, Reply } from './messages.ts';
import type { View } from './view.ts';

/** A part of all pairs, in the order of the keys' bytes. */
export interface PairPage {
  readonly pairs: readonly Pair[];
  /** Ask on behind this key; `undefined` when there is no more. */
  readonly next: string | undefined;
}

/** The records of this node, on its disk. */
export interface Records {
  read(key: string): Promise<Held>;
  /**
   * Asks a rule, alone with the key, and resolves when what it decided is on stable storage. Rejects with what the rule threw. `bytes` is the
   * room that it takes; what takes none is not refused for want of it.
   */
  ask<Decided>(key: string, rule: Rule<Decided>, bytes?: number): Promise<Decided>;
  /** Keys behind `after` that are wanted, with their versions: everything that was on disk before it was asked for. */
  pairs(wanted: (key: string) => boolean, after?: string): Promise<PairPage>;
  /** The trees of all ranges of a view in which something is held. */
  trees(view: View): Promise<ReadonlyMap<string, Tree>>;
  /** Makes sure that after a restart the clock goes on behind this reading. */
  reserve(limit: Stamp): Promise<void>;
  /** Keeps what the node must know of itself after a restart. */
  remember(standing: Omit<Standing, 'limit'>): Promise<void>;
}

/** What a node knows of itself after a restart. */
export interface Standing {
  /** Members of the view in which the whole ring was ready last. */
  readonly settled: readonly string[];
  /** Members of the view that this node was in last. */
  readonly present: readonly string[];
  /** The view for which this node had everything that belongs to it; empty when it had not. */
  readonly ready: string;
  /** No version was given out beyond this reading. */
  readonly limit: Stamp;
}

/** The world of one node of the ring. */
export interface Ports {
  readonly self: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly records: Records;
  /** Asks a node. Rejects with `unreachable` when it was not asked at all, with anything else when no answer came in that time. */
  call(node: string, envelope: Envelope, timeoutMs: number): Promise<Reply>;
  /** Whether the wall clock can be believed: it agrees with those of the others. */
  isClockSound(): boolean;
}

/** Numbers that the owner of a cluster may set. */
export interface Tuning {
  /** For a whole request of a client. */
  readonly timeoutMs: number;
  /** For one answer of a node. */
  readonly peerTimeoutMs: number;
  /** How far a version may be ahead of our clock. */
  readonly maxSkewMs: number;
  /** Between two comparisons with a random node. */
  readonly syncMs: number;
  readonly graceMs: number;
}
