import type { ShownState } from './check.ts';
import type { CollectorState } from './collector.ts';
import type { NodeState } from './member.ts';

/** What may happen to a node that is worth remembering. */
export const NODE_CHANGES = [
  'new',
  'node-state-change',
  'group-add',
  'group-remove',
  'zone-change',
  'address-change',
  'reaped',
] as const;

/** Something that happened to a node of the pool. */
export interface NodeChange {
  /** Grows with each change, also over restarts. */
  readonly number: number;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly type: (typeof NODE_CHANGES)[number];
  /** Id of the node. */
  readonly id: string;
  readonly name: string;
  readonly displayName: string;
  /** Missing for a node that was not known. */
  readonly oldState?: NodeState;
  readonly state: NodeState;
  readonly incarnation: number;
  /** One sentence; empty when nobody knows. */
  readonly reason: string;
  /** The group, zone or address before the change, if it is one of these that changed. */
  readonly old?: string;
  /** The group, zone or address after it. */
  readonly now?: string;
}

/** The node came into a group or left it. */
export interface GroupChange {
  /** Grows with each change, also over restarts. */
  readonly number: number;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly type: 'add' | 'remove';
  readonly group: string;
  /** Ids of the detectors behind it; none when the group is written, or that of the zone. */
  readonly from: readonly string[];
}

/** A collector went from one state to another. */
export interface CollectorChange {
  /** Grows with each change, also over restarts. */
  readonly number: number;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly name: string;
  readonly oldState: CollectorState;
  readonly state: CollectorState;
  /** Why; empty when all is well. */
  readonly log: string;
}

/** A check or a service of this node went from one state to another, or became confirmed, or a late result of it came. */
export interface CheckChange {
  /** Grows with each change, also over restarts. */
  readonly number: number;
  /** Epoch milliseconds. */
  readonly at: number;
  /** Id of the check; of a service `service <name>`. */
  readonly name: string;
  readonly displayName: string;
  readonly packName: string;
  readonly packLevel: string;
  readonly state: ShownState;
  readonly oldState: ShownState;
  /** The state is confirmed by enough results in a row. */
  readonly hard: boolean;
  readonly attempt: number;
  /** At most 4 KiB. */
  readonly output: string;
  /** Epoch milliseconds of the result; `null` when there was none. */
  readonly lastCheck: number | null;
}

/** A handler told people of an alert, or gave a message up. */
export interface HandlerChange {
  /** Grows with each change, also over restarts. */
  readonly number: number;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly type: 'sent' | 'failed';
  /** Id of the handler. */
  readonly handler: string;
  /** Id of the alert. */
  readonly alert: string;
  /** Name of the node that the alert is about. */
  readonly node: string;
  /** Id of the check, or whatever the alert is about; empty for a node. */
  readonly name: string;
  /** The state that was told. */
  readonly state: string;
}

/** What people wrote took effect, or somebody changed something through the API. */
export interface ConfigChange {
  /** Grows with each change, also over restarts. */
  readonly number: number;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly type: 'reload' | 'write';
  /** Who did it: the name of a token, or the door it came in at; `files` when files were read again. */
  readonly who: string;
  /** What was done: the method and path of a request, or how many objects came, changed and went. */
  readonly what: string;
  /** How it ended: `ok`, or why not. */
  readonly result: string;
}

/** Who was told of what, as far as it is kept. */
export interface HandlerHistory {
  /** Oldest first. */
  changes(): Promise<readonly HandlerChange[]>;
}

/** How the configuration changed, as far as it is kept. */
export interface ConfigHistory {
  /** Oldest first. */
  changes(): Promise<readonly ConfigChange[]>;
}

/** How checks and services were, as far as it is kept. */
export interface CheckHistory {
  /** Oldest first. */
  changes(): Promise<readonly CheckChange[]>;
}

/** How the collectors were, as far as it is kept. */
export interface CollectorHistory {
  /** Oldest first. */
  changes(): Promise<readonly CollectorChange[]>;
}

/** The groups this node was in, as far as it is kept. */
export interface GroupHistory {
  /** Oldest first. */
  changes(): Promise<readonly GroupChange[]>;
}

/** What happened to the nodes of the pool, as far as it is kept. */
export interface NodeHistory {
  /** Oldest first. */
  changes(): Promise<readonly NodeChange[]>;
}
