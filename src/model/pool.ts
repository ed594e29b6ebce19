/** What people and other parts can ask of the pool of nodes, beside who is in it. */

/** An event that somebody told the whole pool. */
export interface UserEvent {
  readonly name: string;
  /** At most 512 bytes together with the name. */
  readonly payload: Uint8Array;
  /** Lamport time: later than that of every event the teller knew of. */
  readonly lTime: number;
  /** Epoch milliseconds when this node heard of it. */
  readonly heard: number;
  /** It was learnt from another member's memory, so it may be old news. */
  readonly replayed: boolean;
}

/** Which members a query is for; all of these must hold. Empty: everybody. */
export interface QueryFilters {
  readonly nodes?: readonly string[];
  /** Regular expressions (RE2 syntax, not anchored) by the tag whose value they must match. */
  readonly tags?: ReadonlyMap<string, string>;
}

/** A question to the members of the pool. */
export interface QueryRequest {
  readonly name: string;
  readonly payload: Uint8Array;
  readonly filters: QueryFilters;
  /** Milliseconds; left out, as long as a pool of this size needs. */
  readonly timeoutMs?: number;
  /** Through how many others each answer is sent as well. */
  readonly relayFactor?: number;
}

/** What came of a query. */
export interface QueryOutcome {
  /** Names of those that confirmed to have it. */
  readonly acks: readonly string[];
  /** One answer a member. */
  readonly answers: readonly QueryAnswer[];
  /** How long was waited, in milliseconds. */
  readonly timeoutMs: number;
}

export interface QueryAnswer {
  readonly from: string;
  readonly payload: Uint8Array;
}

export type KeyringOperation = 'list' | 'install' | 'use' | 'remove';

/** What the members did with a request on their keys. Keys are never shown, only the first 16 hex digits of their SHA-256. */
export interface KeyringOutcome {
  readonly answers: readonly KeyringAnswer[];
  /** Names of living members that did not answer. */
  readonly silent: readonly string[];
}

export interface KeyringAnswer {
  readonly node: string;
  readonly ok: boolean;
  /** Why not; empty when it is well. */
  readonly message: string;
  /** Fingerprints of all keys that it has, the primary one included. */
  readonly keys: readonly string[];
  /** Fingerprint of the key that it encrypts with; empty when it does not say. */
  readonly primary: string;
}

/** Kinds of evidence on how a member is. */
export const EVIDENCE_KINDS = [
  'probe-timeout',
  'indirect',
  'tcp',
  'late-ack',
  'suspect-received',
  'dead-received',
  'timer-fired',
  'refuted',
  'alive',
  'suspect',
  'dead',
  'left',
  'leave-intent',
  'join-intent',
  'conflict',
  'address-change',
  'told-by-push-pull',
  'paused',
  'isolated',
] as const;
export type EvidenceKind = (typeof EVIDENCE_KINDS)[number];

/** Something that this node saw or was told about a member. */
export interface Evidence {
  /** Epoch milliseconds. */
  readonly at: number;
  readonly kind: EvidenceKind;
  /** Name of who saw or said it. */
  readonly by: string;
  readonly incarnation: number;
  /** Numbers and words that belong to that kind, such as `ms`, `confirmations`, `asked`, `nacked`, `result`. */
  readonly detail: ReadonlyMap<string, string | number>;
}

/** Why a member is as it is. */
export interface Explanation {
  readonly name: string;
  /** Oldest first, at most 64 of each teller. */
  readonly evidence: readonly Evidence[];
  /** One sentence. */
  readonly summary: string;
}

/** What a node knows of how a member came to be as it is, and whom else it knows to have been accused by whom. */
export interface Testimony {
  /** Oldest first. */
  readonly evidence: readonly Evidence[];
  /** Names of the members that each accuser accused in the last hour. */
  readonly accusations: ReadonlyMap<string, readonly string[]>;
}

/** Something that a node of the pool saw of a member. */
export interface WitnessedEvidence extends Evidence {
  /** Name of the node that told us of it. */
  readonly witness: string;
}

/** A member that accused others in the last hour. */
export interface Accuser {
  readonly name: string;
  /** It accused the one that is asked about. */
  readonly isOfThis: boolean;
  /** Names of all that it accused. */
  readonly accused: readonly string[];
  /** Those of them that live. */
  readonly healthy: readonly string[];
}

/** Why a member is as it is, as far as the whole pool knows. */
export interface Inquiry {
  readonly name: string;
  /** Oldest first, by the clock of each witness: what each saw itself, and all that this node knows. */
  readonly evidence: readonly WitnessedEvidence[];
  readonly summary: string;
  /** Names of those that answered. */
  readonly answered: readonly string[];
  /** Why the others did not, by name. */
  readonly silent: ReadonlyMap<string, string>;
  /** Who accused most healthy members comes first. */
  readonly accusers: readonly Accuser[];
}

/** A place in the network coordinate space of the pool: distances in it estimate round trips. */
export interface PoolCoordinate {
  readonly node: string;
  /** Eight dimensions, in seconds. */
  readonly vec: readonly number[];
  /** Seconds. */
  readonly height: number;
  /** Seconds. */
  readonly adjustment: number;
  readonly error: number;
}

/** How far two members are from each other, in milliseconds of round trip. */
export interface RoundTrip {
  /** From their coordinates; missing when one of them has none. */
  readonly estimatedMs?: number;
  /** The last measured one, when one of them is this node. */
  readonly measuredMs?: number;
}

/** A node that answered when the network was asked who is there. */
export interface Detected {
  /** Empty when it is a plain Serf agent. */
  readonly id: string;
  /** Empty when it is a plain Serf agent. */
  readonly name: string;
  readonly zone: string;
  readonly address: string;
  readonly port: number;
  readonly isProxy: boolean;
  readonly groups: readonly string[];
}

/** How the attempts to join went. */
export interface Joined {
  readonly joined: number;
  /** Why the others were not, by address as it was written. */
  readonly errors: ReadonlyMap<string, string>;
  /** By address as it was written: those of another zone, to which there is a link; left out when there is none. */
  readonly linked?: ReadonlyMap<string, string>;
}

/** What can be asked of the pool. Everything named by a text is the name of a member; an unknown one throws `not_found`. */
export interface PoolActions {
  join(addresses: readonly string[]): Promise<Joined>;
  /** Declares a dead member as gone for good. Throws `conflict` while it lives. */
  forceLeave(name: string): void;
  /** Really asks a member whether it is there; the round trip in milliseconds, or nothing when it is silent. */
  ping(name: string, timeoutMs: number): Promise<number | undefined>;
  why(name: string): Explanation;
  /** Events of the last 300 seconds, oldest first. */
  events(): readonly UserEvent[];
  /** Tells the pool of something. Without payload it gets one of its own, so that two equal events differ. Throws `bad_request` when it is too large. */
  addEvent(name: string, payload?: Uint8Array): UserEvent;
  /** Asks the pool; `heard` is told of each answer as it comes. Throws `bad_request` when it is too large. */
  query(request: QueryRequest, heard?: (answer: QueryAnswer) => void): Promise<QueryOutcome>;
  /** Does something with the keys of all members; `key` is in base64. Throws `conflict` without encryption, `bad_request` on a key that is none. */
  keyring(operation: KeyringOperation, key?: string): Promise<KeyringOutcome>;
  /** Of every member that told one. */
  coordinates(): readonly PoolCoordinate[];
  roundTrip(from: string, to: string): RoundTrip;
  /** Asks the local network who is there, by one network interface or by all of them, and waits so long for answers. */
  detect(timeoutMs: number, device?: string): Promise<readonly Detected[]>;
}
