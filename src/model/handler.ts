import type { AlertAction } from './alert.ts';
import type { CheckState } from './check.ts';

/** How a way of telling people fares. Times are epoch milliseconds; `null` for what has not happened. */
export interface HandlerRecord {
  readonly id: string;
  /** Name of the handler plugin. */
  readonly type: string;
  /** `error`: the last attempt failed, or what is written of it cannot be used; `disabled`: it tells nobody now. */
  readonly state: 'ok' | 'error' | 'disabled';
  /** Why it is in error; empty when it is not. */
  readonly error: string;
  /** What people should know although messages arrive, such as recipients that were refused; empty for nothing. */
  readonly remark: string;
  /** Messages that wait. */
  readonly pending: number;
  /** Messages that were given up, and wait for somebody to revive them. */
  readonly dead: number;
  /** Messages delivered since the start. */
  readonly sent: number;
  /** Attempts that failed since the start. */
  readonly failed: number;
  /** Messages dropped since the start because too many waited. */
  readonly dropped: number;
  readonly lastSuccess: number | null;
  readonly lastFailure: number | null;
  /** Seconds the last attempt took. */
  readonly lastSeconds: number;
  /** It has sent as many as it may, or was asked for patience: what comes is put together meanwhile. */
  readonly isHeldBack: boolean;
}

/** A message that waits for its handler. Times are epoch milliseconds. */
export interface QueuedMessage {
  readonly id: string;
  readonly handler: string;
  readonly action: AlertAction;
  /** Ids of the alerts it tells of. */
  readonly alerts: readonly string[];
  readonly attempts: number;
  readonly created: number;
  /** When it is tried next; `null` when it was given up. */
  readonly next: number | null;
  /** Why the last attempt failed; empty before the first. */
  readonly error: string;
  readonly isDead: boolean;
}

/** What came of a message that was sent to see whether the way works. */
export interface TestOutcome {
  readonly handler: string;
  readonly isDelivered: boolean;
  /** What the other side said: its error, or a remark; empty when there is nothing to say. */
  readonly answer: string;
  readonly ms: number;
}

/** An alert that need not exist, to ask who would be told of it. */
export interface RouteQuestion {
  /** Id of a check of this node, or of an alert. */
  readonly ref: string;
  /** How grave it would be; as it is now, or `critical`, when left out. */
  readonly severity?: CheckState;
}

/** Who would be told of an alert, when, and why others are not. */
export interface RouteExplanation {
  readonly ref: string;
  readonly severity: CheckState;
  /** The routes in their order; none when none are written. */
  readonly routes: readonly {
    /** From 1. */
    readonly number: number;
    readonly isTaken: boolean;
    /** Why not, or that it ends the search; empty when it is taken and others follow. */
    readonly why: string;
  }[];
  readonly handlers: readonly {
    readonly id: string;
    readonly isTold: boolean;
    /** Milliseconds from the alert to the message; 0 when it is not told. */
    readonly afterMs: number;
    /** Why not, or what it waits for. */
    readonly why: string;
  }[];
}
