import type { Alert } from '../model/alert.ts';
import type { CheckState } from '../model/check.ts';

/** What one handler was told of an alert. Times are epoch milliseconds. */
export interface Told {
  /** The state it was told last; `null` while it was told nothing. */
  readonly state: string | null;
  /** When it was told last. */
  readonly at: number;
  /** Messages that were delivered. */
  readonly count: number;
  /** It was told that it is over. */
  readonly isOver: boolean;
  /** It was told that it flaps, and not yet that it stopped. */
  readonly isFlapping: boolean;
  /** When the acknowledgement was made that it was told of; `null` for none. */
  readonly ackedAt: number | null;
  /** The stand (see `standOf`) that could not be told to it and was given up; `null` for none. */
  readonly gaveUp: string | null;
}

/** Of a handler that was told nothing. */
export const UNTOLD: Told = {
  state: null,
  at: 0,
  count: 0,
  isOver: false,
  isFlapping: false,
  ackedAt: null,
  gaveUp: null,
};

/** An alert with all that has to be remembered to tell of it. */
export interface Case {
  readonly alert: Alert;
  /** By handler. */
  readonly told: ReadonlyMap<string, Told>;
  /** The state it had when nobody was to be told of it, at the first look; `null` when there was none. */
  readonly known: string | null;
  /** It is told once and has no end. */
  readonly isOnce: boolean;
  /** It waits for what it depends on to be looked at. */
  readonly isWaiting: boolean;
  /** What is judged is switched off for now. */
  readonly isResting: boolean;
  /** Only these handlers are told; all when left out. */
  readonly handlers?: readonly string[];
  /** Only these new severities are told; all when left out. */
  readonly severities?: readonly CheckState[];
  /** The states before the present one, oldest first, and when each began. */
  readonly past: readonly { readonly state: string; readonly since: number }[];
}

/** What of an alert people are told: when it is the same as before there is nothing new. */
export const standOf = ({ status, state, flapping }: Alert): string =>
  `${status === 'resolved' || status === 'closed' ? 'over' : 'on'} ${state} ${flapping}`;

/** It is over. */
export const isEnded = ({ status }: Alert): boolean => status === 'resolved' || status === 'closed';

/** What a handler was told of it. */
export const toldOf = ({ told }: Case, handler: string): Told => told.get(handler) ?? UNTOLD;

/** The case after a handler was told something more; the alert shows it. */
export function withTold(of: Case, handler: string, told: Told): Case {
  const notified = new Map(of.alert.notified);
  const state = told.gaveUp === null ? (told.isOver ? 'resolved' : 'sent') : 'failed';
  notified.set(handler, { state, at: told.at, count: told.count });
  return { ...of, told: new Map(of.told).set(handler, told), alert: { ...of.alert, notified } };
}

/** The case while a message of it waits for a handler. */
export function withWaiting(of: Case, handler: string, at: number): Case {
  const { count } = toldOf(of, handler);
  return {
    ...of,
    alert: { ...of.alert, notified: new Map(of.alert.notified).set(handler, { state: 'waiting', at, count }) },
  };
}
