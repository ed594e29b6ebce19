import { OpsbroError } from '../base/errors.ts';
import type { AlertingPart } from '../http/parts.ts';
import type { Alerts } from '../model/alert.ts';
import type { HandlerRecord, QueuedMessage, RouteExplanation, RouteQuestion, TestOutcome } from '../model/handler.ts';
import type { Membership } from '../model/member.ts';
import type { AlertParts } from './alert-parts.ts';
import type { Peers } from './peers.ts';
import { acknowledge } from './zone-acks.ts';

/** What the work of this node knows of alerts and those who are told of them. */
export interface AlertWork {
  readonly alerts: Alerts;
  handlers(): readonly HandlerRecord[];
  handlerQueue(): readonly QueuedMessage[];
  testHandler(id: string): Promise<TestOutcome>;
  retryHandlers(): number;
  explainRoute(question: RouteQuestion): RouteExplanation;
}

const noAlert = (ref: string): never => {
  throw new OpsbroError('not_found', `there is no alert of "${ref}"`);
};

/** What the runtime tells of alerts. */
export const workOf = (_runtime: unknown): AlertWork => ({
  alerts: { list: () => [], get: noAlert, acknowledge: noAlert, unacknowledge: noAlert },
  handlers: () => [],
  handlerQueue: () => [],
  testHandler: (id) => noAlert(id),
  retryHandlers: () => 0,
  explainRoute: ({ ref }) => noAlert(ref),
});

interface Around {
  readonly work: AlertWork;
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
