import { randomUUID } from 'node:crypto';
import type { Alert, AlertNode } from '../model/alert.ts';
import { alertKey, incidentId } from './alert-key.ts';
import type { Job } from './job.ts';

/** A message that shows whether the way works, of an alert that does not exist. `at` is epoch milliseconds. */
export function testJob(handler: string, node: AlertNode, at: number): Job {
  const key = alertKey('agent', node.uuid, 'test');
  const alert: Alert = {
    ...{
      id: incidentId(key, at),
      key,
      kind: 'agent',
      node,
      name: 'test',
      displayName: 'TEST',
      pack: '',
      labels: new Map(),
    },
    ...{ severity: 'warning', state: 'warning', stateId: 1, oldState: 'ok', status: 'firing' },
    ...{ output: `TEST: handler ${handler} of ${node.name} works; there is no problem.`, longOutput: '', perfdata: [] },
    ...{ started: at, fired: at, updated: at, resolved: null, notified: new Map(), step: 0, acked: null, silenced: [] },
    ...{ maintenance: null, suppressedBy: [], flapping: false, runbook: '', repair: [], url: '', why: '' },
  };
  const items = [{ alert, action: 'fired' as const }];
  return {
    ...{ id: randomUUID(), handler, items, group: new Map(), created: at, attempts: 0, error: '' },
    ...{ isDead: false, isTest: true },
  };
}
