import type { Acknowledgement, Alert, Muted } from '../model/alert.ts';
import type { CheckState } from '../model/check.ts';
import type { AlertEventAction } from '../model/event.ts';
import { type Case, isEnded } from './case.ts';

/** What is around a case at a time (epoch milliseconds). */
export interface Surroundings {
  readonly now: number;
  /** Problems are not told before this. */
  readonly graceUntil: number;
  readonly muted: Muted;
  /** Milliseconds after which the steps of its escalation are due. */
  readonly steps: readonly number[];
}

const GRAVITY: Readonly<Record<CheckState, number>> = { ok: 0, warning: 1, unknown: 2, critical: 3 };

/** The case as it is among what is around it: whether it counts as firing, what mutes it, how far its escalation got. */
export function stamped(of: Case, around: Surroundings): Case {
  const { alert } = of;
  const { silences: silenced, maintenance } = around.muted;
  const isSame = maintenance === alert.maintenance && silenced.join() === alert.silenced.join();
  const muted = isSame ? alert : { ...alert, silenced, maintenance };
  if (isEnded(alert)) return muted === alert ? of : { ...of, alert: muted };
  const next = escalated(fired(withAck(muted, around.now), of, around), of, around);
  return next === alert ? of : { ...of, alert: next };
}

function withAck(alert: Alert, now: number): Alert {
  const { acked } = alert;
  const isOver = acked?.until != null && acked.until <= now;
  return isOver ? { ...alert, acked: null } : alert;
}

function fired(alert: Alert, of: Case, { now, graceUntil, steps }: Surroundings): Alert {
  if (alert.fired !== null || of.isWaiting || alert.suppressedBy.length > 0 || now < graceUntil) return alert;
  return { ...alert, status: 'firing', fired: now, step: steps[0] === 0 ? 1 : 0 };
}

/** Further steps are reached only while somebody has to be found who takes care. */
function escalated(alert: Alert, { isResting, isWaiting }: Case, { now, steps }: Surroundings): Alert {
  const { fired: since, acked, silenced, maintenance, suppressedBy, flapping } = alert;
  const isQuiet = silenced.length > 0 || maintenance !== null || suppressedBy.length > 0 || acked !== null;
  if (since === null || isQuiet || flapping || isResting || isWaiting) return alert;
  const reached = steps.filter((after) => since + after <= now).length;
  return reached > alert.step ? { ...alert, step: reached } : alert;
}

/** An acknowledgement ends when the problem gets worse, unless it was meant to last. */
export function afterWorse(acked: Acknowledgement | null, before: CheckState, now: CheckState): Acknowledgement | null {
  return acked && !acked.sticky && GRAVITY[now] > GRAVITY[before] ? null : acked;
}

/** What the agent is told of a change of a case, in order. */
export function actionsOf(before: Case | undefined, { alert, isOnce }: Case): AlertEventAction[] {
  const was = before?.alert;
  const isNew = (alert.status === 'firing' && was?.status !== 'firing') || (isOnce && !was);
  const actions = isNew ? (['fired'] as const) : was && !isEnded(alert) ? newsOf(was, alert) : [];
  const hasEnded = was && isEnded(alert) && !isEnded(was);
  const end = hasEnded ? [alert.status === 'closed' ? ('closed' as const) : ('resolved' as const)] : [];
  return [...actions, ...changesOf(was, alert), ...end];
}

function newsOf(was: Alert, alert: Alert): AlertEventAction[] {
  const news: AlertEventAction[] = was.step < alert.step ? ['escalated'] : [];
  if (was.flapping !== alert.flapping) return ['flapping', ...news];
  return was.state === alert.state ? news : ['updated', ...news];
}

function changesOf(was: Alert | undefined, alert: Alert): AlertEventAction[] {
  const isMuted = (of: Alert | undefined) => of !== undefined && (of.silenced.length > 0 || of.maintenance !== null);
  const isSuppressed = (of: Alert | undefined) => of !== undefined && of.suppressedBy.length > 0;
  const found: AlertEventAction[] = [];
  if (isSuppressed(was) !== isSuppressed(alert)) found.push(isSuppressed(alert) ? 'suppressed' : 'released');
  if (isMuted(was) !== isMuted(alert)) found.push(isMuted(alert) ? 'silenced' : 'unsilenced');
  if (isEnded(alert) || was?.acked?.at === alert.acked?.at) return found;
  return [...found, alert.acked ? 'acked' : 'unacked'];
}
