import type { CheckState } from './check.ts';

/** What an alert is about. */
export const ALERT_KINDS = [
  'check',
  'service',
  'zone_service',
  'node',
  'zone',
  'compliance',
  'group',
  'repair',
  'agent',
] as const;
export type AlertKind = (typeof ALERT_KINDS)[number];

/** The node that has the problem. */
export interface AlertNode {
  readonly uuid: string;
  readonly name: string;
  readonly displayName: string;
  readonly address: string;
  readonly zone: string;
  readonly groups: readonly string[];
}

/** Somebody knows of a problem and works on it. Times are epoch milliseconds. */
export interface Acknowledgement {
  readonly by: string;
  readonly comment: string;
  readonly at: number;
  /** When it ends by itself; `null`: with the alert. */
  readonly until: number | null;
  /** It lasts although the problem gets worse. */
  readonly sticky: boolean;
}

/** How far a handler got with an alert. */
export interface Notified {
  readonly state: 'waiting' | 'sent' | 'failed' | 'resolved';
  /** Epoch milliseconds. */
  readonly at: number;
  /** Messages delivered of this alert. */
  readonly count: number;
}

/** One problem from its start to its end. Times are epoch milliseconds; `null` for what has not happened. */
export interface Alert {
  /** `<key>-<epoch seconds of the start>`; of a dead node the incarnation that died instead, the same on all observers. */
  readonly id: string;
  /** First 16 hexadecimal digits of the SHA1 of kind, node id and name, a newline between them: the same for every problem of this thing. */
  readonly key: string;
  readonly kind: AlertKind;
  readonly node: AlertNode;
  /** Id of the check or service, name of the rule or action; empty for a node. */
  readonly name: string;
  readonly displayName: string;
  readonly pack: string;
  /** Service that the check belongs to; left out when none. */
  readonly service?: string;
  readonly labels: ReadonlyMap<string, string>;
  /** How grave the present state is, after the check's own `severity_map`; `ok` once it is over. */
  readonly severity: CheckState;
  /** The present state: of a check `critical`, of a node `dead`, of a compliance rule `error`. */
  readonly state: string;
  readonly stateId: number;
  readonly oldState: string;
  readonly status: 'pending' | 'firing' | 'resolved' | 'closed';
  readonly output: string;
  readonly longOutput: string;
  readonly perfdata: readonly string[];
  readonly started: number;
  /** When it became known as a problem that people are told of. */
  readonly fired: number | null;
  readonly updated: number;
  readonly resolved: number | null;
  /** By handler. */
  readonly notified: ReadonlyMap<string, Notified>;
  /** Steps of the escalation that were reached. */
  readonly step: number;
  readonly acked: Acknowledgement | null;
  /** Ids of the silences that fit it now. */
  readonly silenced: readonly string[];
  /** Id of the maintenance that its node is in. */
  readonly maintenance: string | null;
  /** What it depends on and is broken itself. */
  readonly suppressedBy: readonly string[];
  readonly flapping: boolean;
  readonly runbook: string;
  /** What people wrote about the check; left out when nothing. */
  readonly notes?: string;
  /** Results in a row that confirmed the state of a check, and how many it takes; left out of other kinds. */
  readonly attempts?: { readonly count: number; readonly needed: number };
  /** Names of repair actions that are offered. */
  readonly repair: readonly string[];
  /** Page of the alert; empty when the agent does not know its own address. */
  readonly url: string;
  /** Why a node is dead, in one sentence; empty for other kinds. */
  readonly why: string;
}

/** Why a message is sent. */
export const ALERT_ACTIONS = [
  'fired',
  'updated',
  'resolved',
  'repeat',
  'escalated',
  'acked',
  'flapping',
  'closed',
] as const;
export type AlertAction = (typeof ALERT_ACTIONS)[number];

/** What people are told at once: one alert, or several that belong together. */
export interface Message {
  /** Id of the delivery: the same each time that it is tried. */
  readonly id: string;
  readonly action: AlertAction;
  /** At least one; of several the worst first. */
  readonly alerts: readonly Alert[];
  /** How many more there are that are not listed. */
  readonly more: number;
  /** By what they were put together, such as `node: web1`; empty for a single alert. */
  readonly group: ReadonlyMap<string, string>;
  /** The agent that sends it. */
  readonly sender: { readonly uuid: string; readonly name: string; readonly zone: string; readonly version: string };
  /** Epoch milliseconds when it was put together. */
  readonly at: number;
  /** It was asked for to see whether the way works, and is to be marked so. */
  readonly isTest: boolean;
}

/** Something that is no check of this node and that people may have to be told of. */
export interface Problem {
  readonly kind: Exclude<AlertKind, 'check'>;
  /** Left out: this node. */
  readonly node?: AlertNode;
  /** Together with kind and node it tells the problem from every other; empty for a node. */
  readonly name: string;
  readonly displayName: string;
  readonly pack: string;
  /** `ok`: it is over. */
  readonly severity: CheckState;
  /** What it is, in the words of its kind: `dead`, `error`, `exhausted`. */
  readonly state: string;
  readonly oldState: string;
  readonly output: string;
  readonly why?: string;
  /** What tells this problem from the one before it of the same thing; the seconds of its start when left out. */
  readonly incident?: string;
  /** It closes itself: it is told once, and there is no end to wait for. */
  readonly isOnce?: boolean;
  /** It is over because it does not matter any more, as a node that left: nobody is told. */
  readonly isClosed?: boolean;
  /** Handlers that are told; all of them when left out. */
  readonly handlers?: readonly string[];
  /** It is over, and another node, which is gone, told these handlers of it: they are told of the end from here. */
  readonly toldElsewhere?: readonly string[];
  readonly labels?: ReadonlyMap<string, string>;
}

/** What keeps people from being told of an alert now. */
export interface Muted {
  /** Ids of the silences that fit. */
  readonly silences: readonly string[];
  /** Id of the maintenance of its node. */
  readonly maintenance: string | null;
  /** That it is over is not told either. */
  readonly isEndMuted: boolean;
}

/** Silences and maintenance windows, as far as this node knows of them. */
export interface Mutes {
  of(alert: Alert): Muted;
  /** Is called whenever one began, changed or ended. */
  onChange(listener: () => void): Disposable;
}

/** The alerts of this node. */
export interface Alerts {
  /** Open ones; with `all` also those that ended, newest first. */
  list(which?: 'open' | 'all'): readonly Alert[];
  /** By its id, or of the check of that id. Throws `not_found`. */
  get(ref: string): Alert;
  /** Throws `not_found`, or `conflict` when it is not firing. */
  acknowledge(ref: string, acknowledgement: Acknowledgement): Alert;
  /** Throws `not_found`, or `conflict` when nobody acknowledged it. */
  unacknowledge(ref: string): Alert;
}

/** What the alerts say about a thing of this node, for those who act by themselves. */
export interface Muting {
  /** Somebody works on this problem, so that nothing is to be repaired by itself. */
  isAcknowledged(kind: AlertKind, name: string): boolean;
  /** This node is in maintenance now. */
  inMaintenance(): boolean;
}
