import type { Alert, AlertNode } from '../model/alert.ts';
import { type CheckRecord, type CheckState, type ShownState, stateId } from '../model/check.ts';
import { alertKey, incidentId } from './alert-key.ts';
import type { AlertTraits } from './alert-traits.ts';
import { type Case, isEnded } from './case.ts';
import { afterWorse } from './stamp.ts';

/** What is known when a check is looked at. */
export interface CheckSight {
  readonly check: CheckRecord;
  readonly traits: AlertTraits;
  readonly node: AlertNode;
  /** The confirmed state before this one; `pending` when it never had a result. */
  readonly before: ShownState;
  /** First results that are told. */
  readonly firstResult: 'problems' | 'all' | 'silent';
  /** Page of the alerts; empty when it is not known. */
  readonly url: string;
  /** Epoch milliseconds. */
  readonly now: number;
}

/** More of the past of one problem is not told. */
const MOST_PAST = 20;

/**
 * The case of a check as it stands now, given the open one if there is one. A problem lasts while the confirmed state is not ok, and
 * while the check flaps. `undefined`: there is nothing to tell of.
 */
export function observeCheck(open: Case | undefined, sight: CheckSight): Case | undefined {
  const { check, before, firstResult } = sight;
  if (open) return followed(open, sight);
  const { hardState, flapping } = check;
  const isFirst = before === 'pending';
  if (hardState === 'pending') return undefined;
  if (hardState === 'ok' && !flapping) {
    return isFirst && firstResult === 'all' ? { ...begun(sight), isOnce: true } : undefined;
  }
  const isKnown = isFirst && firstResult === 'silent';
  return { ...begun(sight), known: isKnown ? hardState : null };
}

function followed(open: Case, sight: CheckSight): Case {
  const { check, traits, now } = sight;
  const { hardState, flapping, suppressedBy, isWaiting } = check;
  const before = open.alert;
  // Only a result can end it.
  const state = hardState === 'pending' ? before.state : hardState;
  const isOver = state === 'ok' && !flapping;
  const isOther = state !== before.state;
  const isNews = isOther || flapping !== before.flapping || isOver;
  const alert: Alert = {
    ...before,
    ...(state === check.state && said(check)),
    ...described(sight),
    state,
    severity: isOver ? 'ok' : severityOf(check, traits, before.severity),
    stateId: stateId(state as CheckState),
    oldState: isOther ? before.state : before.oldState,
    status: isOver ? 'resolved' : before.status,
    resolved: isOver ? now : null,
    updated: isNews ? now : before.updated,
    acked: isOver ? null : afterWorse(before.acked, before.severity, severityOf(check, traits, before.severity)),
    flapping,
    suppressedBy,
  };
  const past = isOther ? [...open.past, { state, since: now }].slice(-MOST_PAST) : open.past;
  return { ...open, ...limitsOf(traits), alert, past, isWaiting, isResting: false };
}

function begun(sight: CheckSight): Case {
  const { check, traits, node, before, now } = sight;
  const { id, hardState, flapping, suppressedBy, isWaiting } = check;
  const key = alertKey('check', node.uuid, id);
  const isOver = hardState === 'ok' && !flapping;
  const alert: Alert = {
    ...{ id: incidentId(key, now), key, kind: 'check', name: id, pack: check.packName },
    ...described(sight),
    ...said(check),
    severity: isOver ? 'ok' : severityOf(check, traits, 'warning'),
    ...{ state: hardState, stateId: stateId(hardState), oldState: before },
    ...{
      status: isOver ? 'resolved' : 'pending',
      started: now,
      fired: null,
      updated: now,
      resolved: isOver ? now : null,
    },
    ...{ notified: new Map(), step: 0, acked: null, silenced: [], maintenance: null, suppressedBy, flapping },
    why: '',
  };
  const past = [{ state: hardState, since: now }];
  return {
    ...{ alert, told: new Map(), known: null, isOnce: false, isWaiting, isResting: false, past },
    ...limitsOf(traits),
  };
}

const said = ({ output, longOutput, perfdata }: CheckRecord) => ({ output, longOutput, perfdata });

const limitsOf = ({ handlers, severities }: AlertTraits): Pick<Case, 'handlers' | 'severities'> => ({
  ...(handlers && { handlers }),
  ...(severities && { severities }),
});

const described = ({ check, traits, node, url }: CheckSight) => ({
  node,
  displayName: check.displayName,
  labels: traits.labels,
  runbook: traits.runbook,
  ...(traits.notes !== undefined && { notes: traits.notes }),
  attempts: { count: check.attempt, needed: check.maxAttempts },
  repair: traits.repair,
  url,
  ...(check.service !== '' && { service: check.service }),
});

/** A check that flaps is for now as grave as it was when it was bad. */
function severityOf({ hardState }: CheckRecord, { severityMap }: AlertTraits, before: CheckState): CheckState {
  if (hardState === 'pending' || hardState === 'ok') return before === 'ok' ? 'warning' : before;
  return severityMap.get(hardState) ?? hardState;
}

/** The case of something that does not matter to this node any more: nobody is told that it is over. */
export function closed(open: Case, now: number): Case {
  if (isEnded(open.alert)) return open;
  return { ...open, alert: { ...open.alert, status: 'closed', acked: null, updated: now, resolved: now } };
}
