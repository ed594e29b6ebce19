import type { Alert, AlertAction, Problem } from './alert.ts';
import type { CheckRecord, CheckResult } from './check.ts';
import type { CollectorRecord } from './collector.ts';
import type { ServiceStatus } from './health.ts';
import type { KvChange } from './kv.ts';
import type { Member } from './member.ts';
import type { UserEvent } from './pool.ts';
import type { RepairRecord } from './repair.ts';
import type { ServiceRecord } from './service.ts';

/** A member came, changed its state or what it says of itself, or went. */
export const MEMBER_CHANGES = [
  'member-join',
  'member-update',
  'member-suspect',
  'member-alive',
  'member-failed',
  'member-leave',
  'member-reap',
] as const;

/** A member came, changed or went. `before` is missing when it was not known. */
interface MemberEvent {
  readonly type:
    | (typeof MEMBER_CHANGES)[number]
    /** It begins to flap, or has settled; `member.flapping` says which. */
    | 'member-flap'
    /** What names and alerts go by changed without a change of state: a return has lasted. */
    | 'member-settle'
    /** The link to its zone broke or is back. */
    | 'member-reach';
  readonly member: Member;
  readonly before?: Member;
}

/** Two nodes claim one name. */
interface ConflictEvent {
  readonly type: 'member-conflict';
  readonly name: string;
  readonly known: string;
  readonly claimed: string;
}

/** What a member says of itself beside its membership changed. */
interface RecordEvent {
  readonly type: 'record-change';
  readonly part: 'base' | 'checks' | 'services';
  readonly member: Member;
  readonly before?: Member;
}

/** Somebody told the pool of something. */
interface ToldEvent {
  readonly type: 'user-event';
  readonly event: UserEvent;
}

/** Somebody asks the pool; plugins may have an answer. Internal queries are not among them. */
interface QueryEvent {
  readonly type: 'query';
  readonly name: string;
  readonly payload: Uint8Array;
  readonly from: string;
}

/** The keys of our zone, or those of another that are held here, changed or cannot be read. */
interface KeyEvent {
  readonly type: 'key-change';
}

/** This node hears nobody, or hears others again. */
interface IsolationEvent {
  readonly type: 'isolated';
  readonly isolated: boolean;
}

/** This node found the pool: at least one other member answered. */
interface PoolEvent {
  readonly type: 'pool-joined';
}

/**
 * A check of this node changed: its state, whether it is confirmed, flapping, stale, expired or disabled, or what suppresses it. `result`
 * is what changed it; `null` when no result did, as when monitoring was switched off or on, or what the check depends on changed.
 */
interface CheckEvent {
  readonly type: 'check-change';
  readonly check: CheckRecord;
  readonly before: CheckRecord;
  readonly result: CheckResult | null;
}

/** A check of this node was run, whether its state changed or not. */
interface CheckRunEvent {
  readonly type: 'check-done';
  readonly check: CheckRecord;
  readonly result: CheckResult;
}

/** A service of this node is in another state than before, or is offered otherwise; `service` is `null` when it is not offered any more. */
interface ServiceEvent {
  readonly type: 'service-change';
  readonly name: string;
  readonly service: ServiceRecord | null;
  /** `null` when it was not offered before. */
  readonly before: ServiceRecord | null;
}

/** A result of a check came that was older than what is known already: it changes nothing and is only remembered. */
interface LateResultEvent {
  readonly type: 'check-late';
  readonly check: CheckRecord;
  readonly result: CheckResult;
  /** Epoch milliseconds when it was true. */
  readonly at: number;
}

/** Something that is no check of this node became a problem, changed, or is well again. */
interface ProblemEvent {
  readonly type: 'problem-change';
  readonly problem: Problem;
}

/** What happened to an alert, whether people are told of it or not. */
export type AlertEventAction =
  | AlertAction
  | 'unacked'
  | 'silenced'
  | 'unsilenced'
  | 'suppressed'
  | 'released'
  | 'notified'
  | 'failed';

/** An alert began, changed, was told or ended. */
interface AlertEvent {
  readonly type: 'alert-change';
  readonly action: AlertEventAction;
  readonly alert: Alert;
}

/** Other checks apply to this node than before. */
interface ChecksEvent {
  readonly type: 'checks-change';
}

/** This node is in other groups than before. */
interface GroupsEvent {
  readonly type: 'groups-change';
  readonly groups: readonly string[];
  readonly add: readonly string[];
  readonly remove: readonly string[];
  /** The detectors behind each group that came or went; groups that are written have none. */
  readonly from?: ReadonlyMap<string, readonly string[]>;
}

/** A collector ended a run. */
interface CollectorEvent {
  readonly type: 'collector-done';
  readonly collector: CollectorRecord;
  /** Its state or its results differ from the run before. */
  readonly changed: boolean;
}

/** A key of the local store was written, deleted or has expired. */
interface KvEvent extends KvChange {
  readonly type: 'kv-change';
}

/** Something was done or refused about a broken check of this node. */
interface RepairChangeEvent {
  readonly type: 'repair-change';
  readonly record: RepairRecord;
}

/** The health of a service of this node is another than before; `status` is `null` when the service is gone. */
interface HealthChangeEvent {
  readonly type: 'health-change';
  readonly service: string;
  readonly status: ServiceStatus | null;
}

/** The reasons why the agent itself is not well are others than before, or it has begun to work. */
interface AgentHealthEvent {
  readonly type: 'agent-health';
}

/** The configuration was read again and is in effect. */
interface ConfigEvent {
  readonly type: 'config-change';
}

/** Everything the parts of the agent tell each other; the one union of events on the bus. */
export type AgentEvent =
  | MemberEvent
  | ConflictEvent
  | RecordEvent
  | ToldEvent
  | QueryEvent
  | KeyEvent
  | IsolationEvent
  | PoolEvent
  | CheckEvent
  | CheckRunEvent
  | LateResultEvent
  | ServiceEvent
  | ProblemEvent
  | AlertEvent
  | ChecksEvent
  | GroupsEvent
  | CollectorEvent
  | KvEvent
  | RepairChangeEvent
  | HealthChangeEvent
  | AgentHealthEvent
  | ConfigEvent;
