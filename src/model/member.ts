import type { ShownState } from './check.ts';
import type { KvState } from './kv.ts';

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

/** A service that a node offers, as every node of the pool knows it. */
export interface ServiceSummary {
  readonly state: ShownState;
  readonly address: string;
  /** 0 when it has none. */
  readonly port: number;
  readonly tags: readonly string[];
  readonly meta: ReadonlyMap<string, string>;
  /** What it is spoken to by, such as `udp`; `tcp` when left out. */
  readonly protocol?: string;
  /** Its share of new clients while it is ok and while it is in warning, 0 to 65535; 1 when left out. */
  readonly weights?: { readonly passing: number; readonly warning: number };
}

/** How far a node got with telling people of something that all nodes of its zone see. */
export interface Notice {
  readonly state: 'claimed' | 'sent' | 'resolved';
  /** Handlers that took it. */
  readonly handlers: readonly string[];
  /** Epoch milliseconds. */
  readonly at: number;
}

/** What a node says of its key-value store. */
export interface KvStanding {
  /** It is to keep keys of others. */
  readonly ring: boolean;
  readonly store: KvState;
  /** The view of the ring for which it has everything that belongs to it; empty while it has not. */
  readonly ready: string;
}

/** A server of the pool, ourselves included, or one of another zone that this node may see. */
export interface Member {
  /** The node id; `serf:<name>` for a member that is a plain Serf agent. */
  readonly id: string;
  readonly name: string;
  readonly displayName: string;
  readonly kind: 'opsbro' | 'serf';
  /** What the members of its pool believe right now. */
  readonly state: NodeState;
  /**
   * What names, groups and alerts go by: as `state`, but of a node that comes and goes all the time a return counts only once it has lasted.
   */
  readonly settled: NodeState;
  /** It came and went so often of late that its returns are not believed at once. */
  readonly flapping: boolean;
  /** False while nobody can tell how it is: the link to its zone is down. */
  readonly reachable: boolean;
  /** It answers over TCP only. */
  readonly udpBlocked: boolean;
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
  readonly services: ReadonlyMap<string, ServiceSummary>;
  readonly tags: ReadonlyMap<string, string>;
  /** It watches, and has somebody to tell when another node dies; left out: it has not. */
  readonly takesNodeAlerts?: boolean | undefined;
  /** By incident; left out: none. */
  readonly notices?: ReadonlyMap<string, Notice> | undefined;
  /** Left out: it has no store that works together with others. */
  readonly kv?: KvStanding | undefined;
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
