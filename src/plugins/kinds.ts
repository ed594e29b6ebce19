import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import type { Random } from '../base/random.ts';
import type { Message } from '../model/alert.ts';
import type { CheckRecord, CheckResult, CheckState, ShownState } from '../model/check.ts';
import type { Evaluated, Purpose } from '../model/expression.ts';
import type { KvChange, KvState, KvStore } from '../model/kv.ts';
import type { NodeState } from '../model/member.ts';
import type { Metrics } from '../model/metrics.ts';
import type { Resource, SampleType, TakenSample } from '../model/sample.ts';
import type { Host } from '../net/host.ts';
import type { Delivery, Desk } from './delivery.ts';
import { definer, type Plugin } from './plugin.ts';
import type { ScriptRules } from './script-command.ts';

/** What a key of a collector's tree is: `*` in its name stands for any one segment, `**` at its end for one or more. */
export interface KeyDoc {
  readonly key: string;
  readonly kind: 'gauge' | 'cumulative' | 'delta' | 'rate' | 'info';
  /** Such as `bytes`, `percent`, `1/s`; empty for plain counts and texts. */
  readonly unit: string;
  readonly meaning: string;
  /** `false`: it is shown, but too little of interest to be kept as a series. */
  readonly stored?: boolean;
}

interface CollectorExtra {
  /** Milliseconds between runs; 10 s when left out. */
  readonly intervalMs?: number;
  /** Milliseconds a run may take; the smaller of interval and 10 s when left out. */
  readonly timeoutMs?: number;
  /** Milliseconds its results count; three intervals and at least 30 s when left out. */
  readonly maxAgeMs?: number;
  /** Runs only while the node is in this group. */
  readonly group?: string;
  /** Whose parameters are its options; the pack of its own name when left out. */
  readonly pack?: string;
  readonly keys: readonly KeyDoc[];
  /** Whether with these options every number is a series, also those whose keys say that they are not stored. */
  storesAll?(options: unknown): boolean;
}

/**
 * Looks at the machine once and gives up when `signal` aborts. One `configure` is one instance, which may remember what it saw last.
 * Throws `NotEligible` when what it needs is not on this node, `NotAnswering` when the service it asks does not answer, `CollectError`
 * when it could see only a part.
 */
export type Collect = (host: Host, signal: AbortSignal) => Promise<Metrics>;
export type Collector = Plugin<'collector', Collect> & CollectorExtra;
export const defineCollector = definer<'collector', Collect, CollectorExtra>('collector');

/** A meter that a pollster takes samples of. */
export interface MeterDoc {
  /** From general to special, with dots: `hardware.cpu.load.1min`. */
  readonly name: string;
  readonly type: SampleType;
  /** Such as `B`, `KB`, `process`; empty for plain counts. */
  readonly unit: string;
  readonly meaning: string;
}

/** What a pollster works with. */
export interface PollContext {
  readonly host: Host;
  readonly signal: AbortSignal;
}

/**
 * Takes samples of these resources, one after the other as they come. What it throws is told of this call alone: others go on. Throws
 * `PermanentError` for resources that it need not be asked for again, `NotEligible` when this node is nothing for it.
 */
export type Poll = (context: PollContext, resources: readonly Resource[]) => AsyncIterable<TakenSample>;

interface PollsterExtra {
  readonly meters: readonly MeterDoc[];
  /** Where it runs: on every node, beside each hypervisor, or once for the whole pool. */
  readonly namespace: 'node' | 'compute' | 'central' | 'ipmi';
  /** How its resources are found; `local_node`, which is this node alone, when left out. */
  readonly discovery?: string;
  /** Milliseconds between runs; 60 s when left out. */
  readonly intervalMs?: number;
  /** Milliseconds a run may take; 30 s when left out. */
  readonly timeoutMs?: number;
  /** Runs only while the node is in this group. */
  readonly group?: string;
  /** Whose parameters are its options; the pack of its own name when left out. */
  readonly pack?: string;
}
export type Pollster = Plugin<'pollster', Poll> & PollsterExtra;
export const definePollster = definer<'pollster', Poll, PollsterExtra>('pollster');

/** Gives the value of an expression over what is known of this node; `undefined` stands for missing data. */
export type Evaluate = (expression: string, as: Purpose) => Promise<Evaluated>;

/** The groups a node is in because of what was seen, and why it is in none. */
export interface Detected {
  readonly groups: readonly string[];
  /** Empty when the rule held or plainly did not; else what was missing or wrong. */
  readonly log: string;
}
export type Detect = (evaluate: Evaluate) => Promise<Detected>;
export type Detector = Plugin<'detector', Detect>;
export const defineDetector = definer<'detector', Detect>('detector');

/** What a check may use. */
export interface CheckContext {
  readonly evaluate: Evaluate;
  readonly host: Host;
  readonly clock: Clock;
  /** The text a `$macro$` stands for; `undefined` when nothing has that name. */
  macro(name: string): string | undefined;
  readonly previous: CheckRecord;
  /** How programs are run on this machine. */
  readonly scripts: ScriptRules;
}

/** Judges once. A check that throws is `unknown`, with the error as its output. */
export type RunCheck = (context: CheckContext, signal: AbortSignal) => Promise<CheckResult>;

interface CheckExtra {
  /** A check that has one of these fields is of this kind. */
  readonly fields: readonly string[];
  /** Of two kinds whose fields are there, the one with the smaller number runs. */
  readonly order: number;
  /** Milliseconds a run may take unless the check says otherwise. */
  readonly timeoutMs: number;
  /** It starts programs, so that only a few of it may run at once. */
  readonly isHeavy?: true;
  /** For a kind that never runs by itself and takes the results of others: what it makes of them, from the fields of the check. */
  readonly waiting?: (fields: unknown) => Waiting;
}

/** How a check waits for results that come from elsewhere. */
export interface Waiting {
  /** Milliseconds without a result that make a result of their own; `undefined`: it waits for ever. */
  readonly ttlMs: number | undefined;
  /** What it is then. */
  readonly expiredState: CheckState;
  /** What it is before the first result. */
  readonly initialState: ShownState;
}
export type Check = Plugin<'check', RunCheck> & CheckExtra;
export const defineCheck = definer<'check', RunCheck, CheckExtra>('check');

/**
 * An open way out to people. Which alerts are for it has been decided before it is asked. What `notify` throws has the message tried again
 * later: after the time it names with `TryLater`, rarely with `Undeliverable`, else soon and then more and more rarely.
 */
export interface Channel {
  notify(message: Message, signal: AbortSignal, desk: Desk): Promise<Delivery | undefined>;
  close?(): void;
}

interface HandlerExtra {
  /** Whose parameters are its options, so that the pack is a handler by itself; the pack of its own name when left out, `null` for none. */
  readonly pack?: null;
}
export type Handler = Plugin<'handler', Channel> & HandlerExtra;
export const defineHandler = definer<'handler', Channel, HandlerExtra>('handler');

/** What an engine of the key-value store works with. */
export interface EngineContext {
  /** Folder that is the engine's own. */
  readonly path: string;
  readonly nodeId: string;
  /** The zone of the node, for stores that several zones share. */
  readonly zone?: string;
  readonly clock: Clock;
  readonly log: Logger;
  /** Free bytes of the file system that `path` is on. */
  freeBytes(): Promise<number>;
  /** Is told of each change once it is on stable storage. */
  onChange(change: KvChange): void;
  /** The nodes with which an engine may share keys; left out: there are none. */
  readonly cluster?: KvCluster | undefined;
}

/** A node of the zone that has a store, as membership knows it at the moment. */
export interface Candidate {
  readonly id: string;
  readonly state: NodeState;
  /** It is about to leave. */
  readonly leaving: boolean;
  /** It wants to keep keys, and its store works. */
  readonly ring: boolean;
}

/** An engine that works together with its like on other nodes. */
export interface ClusterPart {
  /** Answers another node; `undefined` when the question makes no sense. */
  answer(from: string, question: Uint8Array): Promise<Uint8Array | undefined>;
  /** Who is there from now on, this node included. */
  setCandidates(candidates: readonly Candidate[]): void;
  /** How its store is, and for which ring it has everything. */
  standing(): { readonly store: KvState; readonly ready: string };
  /** Whether nothing is kept here alone any more, after this node left the ring; for so long that is waited for. */
  readonly leaving: { readonly waitMs: number; isHandedOver(): boolean };
}

/** How an engine works together with its like on other nodes. */
export interface KvCluster {
  readonly random: Random;
  /** Asks the engine of another node. Rejects with `unreachable` when it was not asked at all. */
  ask(node: string, question: Uint8Array, timeoutMs: number): Promise<Uint8Array>;
  /** From now on this engine answers other nodes, and is told who is there. */
  join(part: ClusterPart): void;
  /** What `standing` says may be different now. */
  changed(): void;
}

/** Opens the store. Fails with `store_failed` when it is in use elsewhere, of a newer format or beyond repair. */
export type OpenEngine = (context: EngineContext) => Promise<KvStore>;
export type Engine = Plugin<'engine', OpenEngine>;
export const defineEngine = definer<'engine', OpenEngine>('engine');

/** What a hosting driver found out. */
export interface Hosting {
  readonly isActive: boolean;
  /** What tells this machine from every other of its hoster, as the hoster writes it. */
  readonly uniqueId?: string;
  /** The address of this machine within its hoster's network. */
  readonly localAddress?: string;
  /** The address under which the world reaches this machine. */
  readonly publicAddress?: string;
  /** Why more could not be found out. */
  readonly reason?: string;
}

/** Looks whether this machine is of a driver's kind. */
export type Recognise = (host: Host, signal: AbortSignal) => Promise<Hosting>;

interface HostingExtra {
  /** 1 container, 2 virtualisation, 3 cloud, 4 physical, 5 default: of several that are active, the one of the lowest layer counts. */
  readonly layer: 1 | 2 | 3 | 4 | 5;
}
export type HostingDriver = Plugin<'hosting', Recognise> & HostingExtra;
export const defineHostingDriver = definer<'hosting', Recognise, HostingExtra>('hosting');
