/**
 * The messages of a Serf pool as values. Addresses are text (dotted IPv4 or IPv6), byte strings are `Uint8Array`, Lamport times
 * and incarnations are whole numbers. How they look as bytes is the business of the codec.
 */

/** Memberlist protocol range and current, then Serf protocol range and current. */
export type Versions = readonly [pmin: number, pmax: number, pcur: number, dmin: number, dmax: number, dcur: number];

/** Where an answer is wanted; peers of an old generation leave it out. */
export interface Source {
  readonly address: string;
  readonly port: number;
  readonly node: string;
}

export interface Ping {
  readonly kind: 'ping';
  readonly seqNo: number;
  /** Who is meant; empty: whoever listens there. */
  readonly node: string;
  readonly source?: Source;
  /** The value of the extra key `OpsBro`, as it was packed: who looks for others on the network says here who it is. */
  readonly opsbro?: Uint8Array;
}

export interface IndirectPing {
  readonly kind: 'indirectPing';
  readonly seqNo: number;
  readonly node: string;
  readonly target: string;
  readonly port: number;
  readonly nack: boolean;
  readonly source?: Source;
}

export interface Ack {
  readonly kind: 'ack';
  readonly seqNo: number;
  /** What the receiver of a direct ping tells about itself; `null` in forwarded acks and over TCP. */
  readonly payload: Uint8Array | null;
  /** The value of the extra key `OpsBro`, as it was packed: the answer to one who looks for others. */
  readonly opsbro?: Uint8Array;
}

export interface Nack {
  readonly kind: 'nack';
  readonly seqNo: number;
}

export interface Suspect {
  readonly kind: 'suspect';
  readonly node: string;
  readonly incarnation: number;
  readonly from: string;
  /** The value of the extra key `OpsBro`, as it was packed: on what evidence. */
  readonly opsbro?: Uint8Array;
}

export interface Alive {
  readonly kind: 'alive';
  readonly node: string;
  readonly incarnation: number;
  readonly address: string;
  /** 0 here and in other messages: the receiver's own port. */
  readonly port: number;
  readonly meta: Uint8Array;
  readonly versions: Versions;
}

export interface Dead {
  readonly kind: 'dead';
  readonly node: string;
  readonly incarnation: number;
  /** The node itself when it left on purpose. */
  readonly from: string;
  /** The value of the extra key `OpsBro`, as it was packed: on what evidence. */
  readonly opsbro?: Uint8Array;
}

export const WIRE_STATES = ['alive', 'suspect', 'dead', 'left'] as const;
export type WireState = (typeof WIRE_STATES)[number];

/** One member, as push/pull exchanges it. */
export interface NodeEntry {
  readonly name: string;
  readonly incarnation: number;
  readonly address: string;
  readonly port: number;
  readonly meta: Uint8Array;
  readonly state: WireState;
  readonly versions: Versions;
}

/** An entry of the ring of user events. */
export interface RingEntry {
  readonly lTime: number;
  readonly events: readonly { readonly name: string; readonly payload: Uint8Array }[];
}

/** What the Serf layer adds to a push/pull. */
export interface SerfState {
  readonly lTime: number;
  readonly eventLTime: number;
  readonly queryLTime: number;
  readonly statusLTimes: ReadonlyMap<string, number>;
  readonly leftMembers: readonly string[];
  /** The ring; `null` where a slot is empty. */
  readonly events: readonly (RingEntry | null)[];
  /** The value of the extra key `OpsBro`, as it was packed: our own state between our own nodes. */
  readonly opsbro?: Uint8Array;
}

export interface PushPull {
  readonly kind: 'pushPull';
  readonly join: boolean;
  readonly nodes: readonly NodeEntry[];
  /** `null`: the peer sent none. */
  readonly serf: SerfState | null;
}

/** An error as a stream's answer. */
export interface Failure {
  readonly kind: 'error';
  readonly text: string;
}

export interface LeaveIntent {
  readonly kind: 'leaveIntent';
  readonly lTime: number;
  readonly node: string;
  readonly prune: boolean;
}

export interface JoinIntent {
  readonly kind: 'joinIntent';
  readonly lTime: number;
  readonly node: string;
}

export interface UserEvent {
  readonly kind: 'userEvent';
  readonly lTime: number;
  readonly name: string;
  readonly payload: Uint8Array;
  /** Several of them may be told as one. */
  readonly coalesce: boolean;
}

export interface Query {
  readonly kind: 'query';
  readonly lTime: number;
  readonly id: number;
  readonly name: string;
  readonly payload: Uint8Array;
  readonly address: string;
  readonly port: number;
  readonly sourceNode: string;
  readonly filters: readonly Uint8Array[];
  readonly flags: number;
  readonly relayFactor: number;
  /** Nanoseconds. */
  readonly timeout: number;
}

export interface QueryResponse {
  readonly kind: 'queryResponse';
  readonly lTime: number;
  readonly id: number;
  readonly from: string;
  readonly flags: number;
  readonly payload: Uint8Array | null;
}

/** Wraps a message that the receiver is to send on. */
export interface Relay {
  readonly kind: 'relay';
  readonly address: string;
  readonly port: number;
  readonly zone: string;
  readonly destName: string;
  /** The wrapped Serf message, type byte first. */
  readonly inner: Uint8Array;
}

/**
 * What our own messages are about: a change of a record, a whole part of it, parts that are wanted, lost events, evidence on a member, and
 * (over a stream) which versions of all records the sender holds, which is answered by the parts that are newer here, nodes of other zones,
 * and that there is more news than gossip tells.
 */
export const OWN_KINDS = {
  delta: 1,
  full: 2,
  want: 3,
  events: 4,
  evidence: 5,
  versions: 6,
  foreign: 7,
  bulk: 8,
} as const;

/** A message among opsbro nodes only (Serf type 200). The body is a packed value, read by the part that owns that kind. */
export interface OwnMessage {
  readonly kind: 'own';
  /** 8 bytes: which run of the sender. */
  readonly boot: Uint8Array;
  readonly counter: number;
  readonly ownKind: number;
  readonly body: Uint8Array;
  readonly sender: string;
  readonly version: number;
}

export type SerfMessage = LeaveIntent | JoinIntent | UserEvent | Query | QueryResponse | Relay | OwnMessage;

/** What a datagram may hold, one or several. */
export type PacketMessage = Ping | IndirectPing | Ack | Nack | Suspect | Alive | Dead | SerfMessage;

/** What a stream may hold, one of them. */
export type StreamMessage = PushPull | Ping | Ack | Failure | SerfMessage;

export type Message = PacketMessage | StreamMessage;

/** Why something that arrived was thrown away; one counter each. */
export const DROP_REASONS = [
  'label',
  'decrypt',
  'crc',
  'truncated',
  'malformed',
  'unknownType',
  'tooBig',
  'tooDeep',
  'badVersionBytes',
  'badMeta',
  'badName',
  'badAddress',
  'encrypted',
  'clearText',
] as const;
export type DropReason = (typeof DROP_REASONS)[number];

/** What bytes turn into that are no message. `encrypted`: the peer requires encryption; `clearText`: we do, and it has none. */
export interface Malformed {
  readonly kind: 'malformed';
  readonly reason: DropReason;
}
