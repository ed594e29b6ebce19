import type { Endpoint } from '../../net/address.ts';
import type { SerfEffect, SerfInput } from '../serf/effects.ts';
import type { PacketMessage, StreamMessage } from '../wire/messages.ts';
import type { ForeignNode } from '../zones/foreign-node.ts';
import type { Told } from '../zones/relay-pool.ts';
import type { Node } from './node.ts';

/** What happens to the core. */
export type Input =
  /** A datagram arrived. */
  | { readonly type: 'packet'; readonly from: Endpoint; readonly messages: readonly PacketMessage[] }
  /** Someone opened a stream and asks; the answer, if any, names `stream`. */
  | { readonly type: 'asked'; readonly stream: number; readonly message: StreamMessage }
  /** Our own request `id` was answered, or has failed. */
  | { readonly type: 'answered'; readonly id: number; readonly message: StreamMessage }
  | { readonly type: 'failed'; readonly id: number; readonly error: string; readonly isRefused?: boolean }
  /** The time that `wakeAt` names has come. */
  | { readonly type: 'wake' }
  /** Exchange everything with whoever is there; its end is told as `joined` with the ticket. */
  | { readonly type: 'join'; readonly to: Endpoint; readonly ticket: number }
  | { readonly type: 'leave' }
  /** Declare a dead member as gone for good. */
  | { readonly type: 'forceLeave'; readonly name: string }
  /** Show these as dead until they are heard of: who was there before a restart. */
  | { readonly type: 'remember'; readonly members: readonly Remembered[] }
  /** Ask a member whether it is there; what becomes of it is told as `pinged` with the ticket. */
  | { readonly type: 'ping'; readonly name: string; readonly timeoutMs: number; readonly ticket: number }
  /** A datagram to there could not leave this machine. */
  | { readonly type: 'sendFailed'; readonly to: Endpoint }
  /** Tell those at these places that we are no longer where they knew us: we moved since the run of that incarnation. */
  | { readonly type: 'move'; readonly to: readonly Endpoint[]; readonly incarnation: number }
  | { readonly type: 'setEntries'; readonly part: PartName; readonly change: PartChange }
  /** What was told by another zone. */
  | { readonly type: 'learn'; readonly told: Told }
  /** The zones hang together otherwise now: others may be seen than before. */
  | { readonly type: 'reviewZones' }
  | SerfInput;

/** A member of a former run. */
export interface Remembered extends Endpoint {
  readonly name: string;
  readonly id: string;
  readonly zone: string;
  readonly incarnation: number;
  /** It was dead already. */
  readonly isDead?: boolean;
}

/** A proxy of another zone, by the port where it listens for peers. */
export interface Neighbour extends Endpoint {
  readonly id: string;
}

/** A member that wears our id. */
export interface Rival extends Endpoint {
  readonly name: string;
  /** Its agent was there first. */
  readonly isOlder: boolean;
}

/** The parts of what a node says of itself. */
export const PART_NAMES = ['base', 'checks', 'services'] as const;
export type PartName = (typeof PART_NAMES)[number];

/** A packed value, as records hold them. */
export type Entry = Uint8Array;

/** New or changed entries of a part, and those that are no more. */
export interface PartChange {
  readonly set: ReadonlyMap<string, Entry>;
  readonly del: readonly string[];
}

/** Which change of a member is told. */
export type MemberChange =
  | 'member-join'
  | 'member-update'
  | 'member-suspect'
  | 'member-alive'
  | 'member-failed'
  | 'member-leave'
  | 'member-reap';

/** What is to be done about it, in this order. */
export type Effect =
  /** One datagram. */
  | {
      readonly type: 'send';
      readonly to: Endpoint;
      readonly messages: readonly PacketMessage[];
      readonly checksum: boolean;
    }
  /** A stream: send, wait for one answer at most so long, report it under `id`. */
  | {
      readonly type: 'request';
      readonly id: number;
      readonly to: Endpoint;
      readonly message: StreamMessage;
      readonly timeoutMs: number;
    }
  /** A stream that is not answered. */
  | { readonly type: 'post'; readonly to: Endpoint; readonly message: StreamMessage }
  | { readonly type: 'answer'; readonly stream: number; readonly message: StreamMessage }
  | { readonly type: 'member'; readonly change: MemberChange; readonly node: Node }
  | { readonly type: 'conflict'; readonly name: string; readonly known: Endpoint; readonly claimed: Endpoint }
  /** What a member says of itself changed. */
  | {
      readonly type: 'record';
      readonly id: string;
      readonly part: PartName;
      readonly change: PartChange;
      /** Which version of the part became which. */
      readonly from: number;
      readonly to: number;
    }
  /** What became of a ping that was wanted; without a time it was silent. */
  | { readonly type: 'pinged'; readonly ticket: number; readonly rttMs?: number }
  /** Somebody of another zone's pool answered or asked: the proxies of that zone, and where they listen for peers. */
  | { readonly type: 'neighbours'; readonly zone: string; readonly proxies: readonly Neighbour[] }
  /** A member of another zone came or changed; `foreignGone`: it is forgotten. */
  | { readonly type: 'foreign'; readonly node: ForeignNode }
  | { readonly type: 'foreignGone'; readonly node: ForeignNode }
  /** All other living members that wear our id; none: it is ours alone again. */
  | { readonly type: 'identity'; readonly rivals: readonly Rival[] }
  /** So many entries of our own part have no room in it; 0: all have again. */
  | { readonly type: 'oversize'; readonly part: PartName; readonly leftOut: number }
  /** A probe of a member came back after so many milliseconds. */
  | { readonly type: 'heard'; readonly name: string; readonly rttMs: number }
  /** UDP between a member and us is blocked, or works again. */
  | { readonly type: 'reachability'; readonly name: string; readonly udpBlocked: boolean }
  /** We hear nobody although we ask, or hear others again. */
  | { readonly type: 'isolated'; readonly isolated: boolean }
  /** Our name belongs to whoever is there; we keep silent from now on. */
  | { readonly type: 'nameLost'; readonly by: Endpoint }
  /** Our incarnation, to be on disk before anything after it is done. */
  | { readonly type: 'incarnation'; readonly incarnation: number }
  | { readonly type: 'versions'; readonly versions: Readonly<Record<PartName, number>> }
  /** How a `join` went; the zone is told where that failed because those there are of another one. */
  | { readonly type: 'joined'; readonly ticket: number; readonly error?: string; readonly zone?: string }
  /** The pool was told that we leave. */
  | { readonly type: 'gone' }
  | {
      readonly type: 'log';
      readonly level: 'debug' | 'info' | 'warn' | 'error';
      readonly fields: Readonly<Record<string, unknown>>;
      readonly text: string;
    }
  | SerfEffect;
