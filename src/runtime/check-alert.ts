import { createHash } from 'node:crypto';
import type { Alert, AlertKind, AlertNode } from '../model/alert.ts';
import { type CheckRecord, type CheckState, stateId } from '../model/check.ts';

/** The key of every problem of one thing: of the check `linux/disks` of a node, say. */
export const alertKey = (kind: AlertKind, nodeId: string, name: string): string =>
  createHash('sha1').update(`${kind}\n${nodeId}\n${name}`).digest('hex').slice(0, 16);

/** The alert of a check whose confirmed state changed at `at`, epoch milliseconds. */
export function checkAlert(node: AlertNode, check: CheckRecord, before: CheckRecord, at: number): Alert {
  const { id, displayName, packName, hardState, output, longOutput, perfdata, flapping, suppressedBy } = check;
  const severity: CheckState = hardState === 'pending' ? 'unknown' : hardState;
  const isOver = severity === 'ok';
  const key = alertKey('check', node.uuid, id);
  return {
    id: `${key}-${Math.floor(at / 1_000)}`,
    ...{ key, kind: 'check', node, name: id, displayName, pack: packName, labels: new Map() },
    ...{ severity, state: hardState, stateId: stateId(hardState), oldState: before.hardState },
    ...{ status: isOver ? 'resolved' : 'firing', output, longOutput, perfdata },
    ...{ started: at, fired: at, updated: at, resolved: isOver ? at : null },
    ...{ notified: new Map(), step: 0, acked: null, silenced: [], maintenance: null, suppressedBy, flapping },
    ...{ runbook: '', repair: [], url: '', why: '' },
  };
}
