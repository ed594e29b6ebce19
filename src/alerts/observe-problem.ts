import type { Alert, AlertNode, Problem } from '../model/alert.ts';
import { stateId } from '../model/check.ts';
import { alertKey, incidentId } from './alert-key.ts';
import { type Case, UNTOLD, withTold } from './case.ts';
import { closed } from './observe-check.ts';
import { afterWorse } from './stamp.ts';

/** What is known when somebody tells of a problem. */
export interface ProblemSight {
  readonly problem: Problem;
  /** This node. */
  readonly own: AlertNode;
  /** Page of the alerts; empty when it is not known. */
  readonly url: string;
  /** Epoch milliseconds. */
  readonly now: number;
}

const MOST_PAST = 20;

/** The key of the alerts of a problem. */
export const problemKey = ({ kind, node, name }: Problem, own: AlertNode): string =>
  alertKey(kind, (node ?? own).uuid, name);

/** The case of a problem as it stands now, given the open one if there is one; `undefined` when there is nothing to tell of. */
export function observeProblem(open: Case | undefined, sight: ProblemSight): Case | undefined {
  const { problem, now } = sight;
  const isOver = problem.severity === 'ok' && problem.isOnce !== true;
  if (problem.isClosed) return open && closed(open, now);
  if (open) return isOver ? withToldElsewhere(followed(open, sight, isOver), sight) : followed(open, sight, isOver);
  if (!isOver) return begun(sight);
  return problem.toldElsewhere ? withToldElsewhere(over(begun(sight), now), sight) : undefined;
}

/** Its end is owed to who was told by a node that cannot tell it any more. */
function withToldElsewhere(of: Case, { problem: { toldElsewhere = [], oldState }, now }: ProblemSight): Case {
  const owed = toldElsewhere.filter((handler) => !of.told.has(handler));
  return owed.reduce((next, handler) => withTold(next, handler, { ...UNTOLD, state: oldState, at: now, count: 1 }), of);
}

const over = (of: Case, now: number): Case => ({ ...of, alert: { ...of.alert, status: 'resolved', resolved: now } });

function followed(open: Case, { problem, now }: ProblemSight, isOver: boolean): Case {
  const before = open.alert;
  const { severity, state, output, why, labels, handlers } = problem;
  const isOther = state !== before.state;
  const alert: Alert = {
    ...before,
    ...{ severity, state, stateId: stateId(severity), output },
    ...(why !== undefined && { why }),
    ...(labels && { labels }),
    oldState: isOther ? before.state : before.oldState,
    status: isOver ? 'resolved' : before.status,
    resolved: isOver ? now : null,
    acked: isOver ? null : afterWorse(before.acked, before.severity, severity),
    updated: isOther || isOver ? now : before.updated,
  };
  const past = isOther ? [...open.past, { state, since: now }].slice(-MOST_PAST) : open.past;
  return { ...open, ...(handlers && { handlers }), alert, past };
}

function begun({ problem, own, url, now }: ProblemSight): Case {
  const { kind, node = own, name, displayName, pack, severity, state, oldState, output, isOnce = false } = problem;
  const key = problemKey(problem, own);
  const alert: Alert = {
    ...{
      id: incidentId(key, now, problem.incident),
      key,
      kind,
      node,
      name,
      displayName,
      pack,
      severity,
      state,
      oldState,
      output,
    },
    ...{ labels: problem.labels ?? new Map(), stateId: stateId(severity), longOutput: '', perfdata: [] },
    ...{
      status: isOnce ? 'closed' : 'pending',
      started: now,
      fired: null,
      updated: now,
      resolved: isOnce ? now : null,
    },
    ...{
      notified: new Map(),
      step: 0,
      acked: null,
      silenced: [],
      maintenance: null,
      suppressedBy: [],
      flapping: false,
    },
    ...{ runbook: '', repair: [], url, why: problem.why ?? '' },
  };
  const { handlers } = problem;
  const past = [{ state, since: now }];
  return {
    ...{ alert, told: new Map(), known: null, isOnce, isWaiting: false, isResting: false, past },
    ...(handlers && { handlers }),
  };
}
