import type { AlertAction, Muted } from '../model/alert.ts';
import { type Case, isEnded, standOf, toldOf } from './case.ts';

/** Everything that decides whether a handler is told of an alert now. Times are epoch milliseconds. */
export interface Standpoint {
  readonly of: Case;
  readonly handler: string;
  readonly muted: Muted;
  /** What of it the handler is for. */
  readonly wish: {
    /** A route leads to it, and it takes this kind, this node and this severity. */
    readonly isWanted: boolean;
    /** It is told when problems end. */
    readonly isEndWanted: boolean;
    readonly isAckWanted: boolean;
    /** Why it is not wanted; empty when it is. */
    readonly why: string;
  };
  /** It gets the alert by a later step of the escalation. */
  readonly isEscalation: boolean;
  /** Milliseconds after which it is told again; 0 for never. */
  readonly repeatMs: number;
  /** Problems are not told before this. */
  readonly graceUntil: number;
  /** The route is quiet until then; `null` when it is not. */
  readonly quietUntil: number | null;
  readonly now: number;
}

/** What is to be done: tell, wait for a time or (`null`) for a change, or nothing unless something changes. */
export type Verdict =
  | { readonly type: 'send'; readonly action: AlertAction }
  | { readonly type: 'wait'; readonly until: number | null; readonly why: string }
  | { readonly type: 'nothing'; readonly why: string };

const send = (action: AlertAction): Verdict => ({ type: 'send', action });
const wait = (why: string, until: number | null = null): Verdict => ({ type: 'wait', until, why });
const nothing = (why: string): Verdict => ({ type: 'nothing', why });

/**
 * Whether a handler is told of an alert now. Nothing is lost by muting: as the answer depends only on how things stand and on what the
 * handler was told, asking again whenever a reason to be quiet ends is enough. Who was told of a problem is told of its end, once.
 */
export function decide(at: Standpoint): Verdict {
  const { of, handler } = at;
  const told = toldOf(of, handler);
  if (told.gaveUp === standOf(of.alert)) return nothing('could not be delivered');
  if (of.isOnce) return told.count > 0 ? nothing('was told') : orMuted(at, unwanted(at) ?? send(once(of)));
  if (isEnded(of.alert)) return ended(at);
  const verdict = told.state === null ? first(at) : again(at);
  return orMuted(at, verdict);
}

const once = ({ alert }: Case): AlertAction => (alert.kind === 'check' ? 'resolved' : 'fired');

function ended({ of, handler, wish, muted }: Standpoint): Verdict {
  const told = toldOf(of, handler);
  if (told.state === null) return nothing('was over before it was told');
  if (told.isOver) return nothing('was told that it is over');
  if (of.alert.status === 'closed') return nothing('does not apply any more');
  if (!wish.isEndWanted) return nothing('is not told of ends');
  if (muted.isEndMuted) return wait('muted with its end');
  return send('resolved');
}

function first(at: Standpoint): Verdict {
  const { of, isEscalation } = at;
  const { alert, known } = of;
  if (known !== null && known === alert.state) return nothing('was known before');
  return unwanted(at) ?? send(alert.flapping ? 'flapping' : isEscalation ? 'escalated' : 'fired');
}

function again(at: Standpoint): Verdict {
  const { of, handler, wish, repeatMs, now } = at;
  const { alert } = of;
  const told = toldOf(of, handler);
  if (alert.flapping !== told.isFlapping) return unwanted(at) ?? send('flapping');
  if (alert.flapping) return nothing('flapping was told');
  if (alert.state !== told.state && !alert.acked?.sticky) return unwanted(at) ?? send('updated');
  if (alert.acked) {
    const isNews = wish.isAckWanted && told.ackedAt !== alert.acked.at;
    return isNews ? send('acked') : wait('acknowledged', alert.acked.until);
  }
  const left = unwanted(at);
  if (left) return left;
  if (repeatMs === 0) return nothing('was told');
  return now >= told.at + repeatMs ? send('repeat') : wait('was told', told.at + repeatMs);
}

const unwanted = ({ wish }: Standpoint): Verdict | undefined => (wish.isWanted ? undefined : nothing(wish.why));

/** What is to be sent waits while there is a reason to be quiet. */
function orMuted(at: Standpoint, verdict: Verdict): Verdict {
  return verdict.type === 'send' ? (reasonToWait(at) ?? verdict) : verdict;
}

function reasonToWait({ of, muted, graceUntil, quietUntil, now }: Standpoint): Verdict | undefined {
  const { suppressedBy } = of.alert;
  if (of.isResting) return wait('switched off');
  if (now < graceUntil) return wait('start of the agent', graceUntil);
  if (suppressedBy.length > 0) return wait(`suppressed by ${suppressedBy.join(', ')}`);
  if (of.isWaiting) return wait('what it depends on is looked at');
  if (muted.maintenance !== null) return wait(`maintenance ${muted.maintenance}`);
  if (muted.silences.length > 0) return wait(`silenced by ${muted.silences.join(', ')}`);
  if (quietUntil !== null) return wait('quiet time of the route', quietUntil);
  return undefined;
}
