import type { CheckRecord, CheckResult } from './check.ts';
import type { CollectorRecord } from './collector.ts';
import type { Member } from './member.ts';

/** A member came, changed or went. `before` is missing when it was not known. */
interface MemberEvent {
  readonly type:
    | 'member-join'
    | 'member-update'
    | 'member-suspect'
    | 'member-alive'
    | 'member-failed'
    | 'member-leave'
    | 'member-reap';
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
  readonly part: 'base' | 'checks';
  readonly member: Member;
  readonly before?: Member;
}

/** A check of this node changed its state; `result` is what changed it, `null` when monitoring was switched off or on. */
interface CheckEvent {
  readonly type: 'check-change';
  readonly check: CheckRecord;
  readonly before: CheckRecord;
  readonly result: CheckResult | null;
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
}

/** A collector ended a run. */
interface CollectorEvent {
  readonly type: 'collector-done';
  readonly collector: CollectorRecord;
  /** Its state or its results differ from the run before. */
  readonly changed: boolean;
}

/** A key of the local store was written, deleted or has expired. */
interface KvEvent {
  readonly type: 'kv-change';
  readonly op: 'put' | 'delete' | 'expire';
  readonly key: string;
  readonly version: string;
  readonly index: number;
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
  | CheckEvent
  | ChecksEvent
  | GroupsEvent
  | CollectorEvent
  | KvEvent
  | ConfigEvent;
