import { alertNodeOf } from '../alerts/nodes/incident.ts';
import type { AlertingPart } from '../http/parts.ts';
import type { Membership } from '../model/member.ts';
import type { Runtime } from '../runtime/runtime.ts';
import type { AlertParts } from './alert-parts.ts';
import type { Peers } from './peers.ts';
import { acknowledge } from './zone-acks.ts';

interface Around {
  readonly work: Pick<
    Runtime,
    'alerts' | 'handlers' | 'handlerQueue' | 'testHandler' | 'retryHandlers' | 'explainRoute'
  >;
  readonly parts: AlertParts;
  readonly membership: Membership;
  readonly peers: Peers;
}

/** Alerts as the API sees them. */
export const alertingPart = ({ work, parts: { book, mutes }, membership, peers }: Around): AlertingPart => ({
  alerts: (which) => work.alerts.list(which),
  alert: (ref) => work.alerts.get(ref),
  acknowledge: (ref, acknowledgement, node) =>
    acknowledge({ ref, acknowledgement }, node, { alerts: work.alerts, membership, client: peers.client }),
  silences: () => book.silences(),
  maintenance: () => book.maintenance(),
  isDrained(nodeId) {
    const member = membership.members.get(nodeId);
    return member !== undefined && book.maintenanceOf(alertNodeOf(member))?.drain === true;
  },
  onMuteChange: (listener) => book.onChange(listener),
  fitting: (silence) => book.fitting(silence, work.alerts.list('open')),
  addSilence: (wish) => mutes.addSilence(wish),
  addMaintenance: (wish) => mutes.addMaintenance(wish),
  remove: (type, id) => mutes.remove(type, id),
  handlers: () => work.handlers(),
  queue: () => work.handlerQueue(),
  testHandler: (id) => work.testHandler(id),
  retryHandlers: () => work.retryHandlers(),
  explainRoute: (question) => work.explainRoute(question),
});
