import type { MuteEntry } from '../../src/alerts/mutes/entry.ts';
import { OpsbroError } from '../../src/base/errors.ts';
import type { AlertingPart } from '../../src/http/parts.ts';
import type { Alert } from '../../src/model/alert.ts';
import { alertRecord } from '../../src/model/alert-record.ts';
import { ALERT } from '../support/alert.ts';

/** When the fake silences begin and were taken. */
export const FAKE_NOW = 1_700_000_000_000;

/** One alert that fires, a book without rules, and one handler; notes what it was told to do. */
export function fakeAlerting(done: string[] = [], alerts: readonly Alert[] = [ALERT]): AlertingPart {
  const entries = new Map<string, MuteEntry>();
  const take = (entry: MuteEntry) => {
    entries.set(entry.id, entry);
    return { entry, nodes: 2, missed: ['three'] };
  };
  const begun = { starts: FAKE_NOW, updated: FAKE_NOW, isRemoved: false };
  const alert = (ref: string) => {
    const found = alerts.find(({ id, name }) => id === ref || name === ref);
    if (!found) throw new OpsbroError('not_found', `there is no alert of "${ref}"`);
    return found;
  };
  const ofType = <Type extends MuteEntry['type']>(type: Type) =>
    [...entries.values()].filter((entry): entry is Extract<MuteEntry, { type: Type }> => entry.type === type);
  return {
    alerts: (which) => alerts.filter(({ status }) => which === 'all' || status === 'firing'),
    alert,
    async acknowledge(ref, acknowledgement, node) {
      done.push(
        `${acknowledgement === null ? 'unack' : `ack ${acknowledgement.comment} until ${acknowledgement.until}`} ${ref} at ${node}`,
      );
      return alertRecord({ ...alert(ref), acked: acknowledgement });
    },
    silences: () => ofType('silence'),
    maintenance: () => ofType('maintenance'),
    fitting: () => 1,
    isDrained: () => false,
    onMuteChange: () => ({ [Symbol.dispose]: () => {} }),
    addSilence: async (wish) =>
      take({ type: 'silence', id: `s${entries.size + 1}`, ...begun, ...wish, starts: wish.starts ?? begun.starts }),
    addMaintenance: async (wish) =>
      take({ type: 'maintenance', id: `m${entries.size + 1}`, ...begun, ...wish, starts: wish.starts ?? begun.starts }),
    async remove(type, id) {
      const known = entries.get(id);
      if (known?.type !== type) throw new OpsbroError('not_found', `there is no "${id}"`);
      return take({ ...known, isRemoved: true, updated: FAKE_NOW + 1_000 });
    },
    ...fakeHandlers(done),
    explainRoute: ({ ref, severity = 'critical' }) => ({
      ref: alert(ref).name,
      severity,
      routes: [{ number: 1, isTaken: false, why: 'its group is not mysql' }],
      handlers: [
        { id: 'mail', isTold: true, afterMs: 2_000, why: 'it waits for others of its group' },
        { id: 'slack', isTold: false, afterMs: 0, why: 'no route leads to it' },
      ],
    }),
  };
}

type Handlers = Pick<AlertingPart, 'handlers' | 'queue' | 'testHandler' | 'retryHandlers'>;

/** One that cannot reach its server. */
const fakeHandlers = (done: string[]): Handlers => ({
  handlers: () => [
    {
      id: 'mail',
      type: 'mail',
      state: 'error',
      error: 'connection refused',
      remark: '',
      pending: 1,
      dead: 0,
      sent: 5,
      failed: 2,
      dropped: 0,
      lastSuccess: FAKE_NOW,
      lastFailure: FAKE_NOW + 500,
      lastSeconds: 0.25,
      isHeldBack: false,
    },
  ],
  queue: () => [
    {
      id: 'job-1',
      handler: 'mail',
      action: 'fired',
      alerts: [ALERT.id],
      attempts: 2,
      created: FAKE_NOW,
      next: FAKE_NOW + 5_000,
      error: 'connection refused',
      isDead: false,
    },
  ],
  async testHandler(id) {
    if (id !== 'mail') throw new OpsbroError('not_found', `there is no handler "${id}"`);
    done.push(`test ${id}`);
    return { handler: id, isDelivered: false, answer: 'connection refused', ms: 3 };
  },
  retryHandlers() {
    done.push('retry');
    return 1;
  },
});
