import type { ShownState } from './check.ts';

/** What a node is believed to be. `left` is a death that the node announced itself. */
export type NodeState = 'alive' | 'suspect' | 'dead' | 'left';

/** A check of some node, as every node of the pool knows it. */
export interface CheckSummary {
  readonly state: ShownState;
  readonly hard: boolean;
  /** Epoch milliseconds of the last change; 0 before the first. */
  readonly changed: number;
  /** At most 256 bytes; empty while the check is ok. */
  readonly output: string;
}

/** A server of the pool, ourselves included. */
export interface Member {
  /** The node id; `serf:<name>` for a member that is a plain Serf agent. */
  readonly id: string;
  readonly name: string;
  readonly displayName: string;
  readonly kind: 'opsbro' | 'serf';
  readonly state: NodeState;
  /** It announced that it is about to leave. */
  readonly leaving: boolean;
  readonly address: string;
  readonly port: number;
  readonly incarnation: number;
  readonly zone: string;
  readonly isProxy: boolean;
  /** Sorted. */
  readonly groups: readonly string[];
  readonly checks: ReadonlyMap<string, CheckSummary>;
  readonly tags: ReadonlyMap<string, string>;
  /** Version of its agent; empty when unknown. */
  readonly version: string;
  /** Epoch milliseconds of the last change of state. */
  readonly since: number;
  /** Round trip of its last answered probe, in milliseconds. */
  readonly rttMs?: number;
}

/** Who is in the pool; the same answer for every door. */
export interface Membership {
  readonly self: Member;
  /** Every known member by id, ourselves included. */
  readonly members: ReadonlyMap<string, Member>;
}
