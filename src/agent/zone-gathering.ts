/** Alerts of several nodes in one message: hands those of this node to the node of the zone that gathers them, and takes those of others. */
import { z } from 'zod';
import { alertFromJson, alertToJson } from '../alerts/case-json.ts';
import { candidatesIn, isLiving } from '../alerts/nodes/candidates.ts';
import { orderOf } from '../alerts/nodes/duty.ts';
import { messageOf, OpsbroError } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import { isLoopback } from '../base/loopback.ts';
import type { Shelf } from '../base/shelf.ts';
import { ALERT_ACTIONS, ALERT_KINDS } from '../model/alert.ts';
import { CHECK_STATES } from '../model/check.ts';
import type { Membership } from '../model/member.ts';
import type { PeerClient } from '../peer/client.ts';
import type { PeerRoute } from '../peer/route.ts';
import type { MarkedAlerts, ZoneDesk } from '../runtime/alerting.ts';
import { peerEndpoint, zonePeers } from './zone-peers.ts';

const PART = 'alerts';
const PATH = '/gather';
/** Who does not answer in time is passed over. */
const TIMEOUT_MS = 5_000;
/** A hundred alerts with long outputs. */
const MAX_BODY = 8 * 1024 * 1024;
const MOST_ALERTS = 1_000;
const DAY_MS = 86_400_000;

const word = () => z.string().max(1_024);
const text = () => z.string().max(70_000);
const words = () => z.array(word()).max(10_000);
const time = () => z.number();

const AlertShape = z.object({
  ...{ id: word().min(1), key: word(), kind: z.enum(ALERT_KINDS), name: word(), displayName: word(), pack: word() },
  node: z.object({ uuid: word(), name: word(), displayName: word(), address: word(), zone: word(), groups: words() }),
  service: word().optional(),
  labels: z.array(z.tuple([word(), word()])).max(1_000),
  ...{ severity: z.enum(CHECK_STATES), state: word(), stateId: z.int(), oldState: word() },
  status: z.enum(['pending', 'firing', 'resolved', 'closed']),
  ...{ output: text(), longOutput: text(), perfdata: words() },
  ...{ started: time(), fired: time().nullable(), updated: time(), resolved: time().nullable() },
  // Who was told before is for the node that hands it over to remember.
  notified: z.unknown().transform((): [] => []),
  step: z.int(),
  acked: z
    .object({ by: word(), comment: word(), at: time(), until: time().nullable(), sticky: z.boolean() })
    .nullable(),
  ...{ silenced: words(), maintenance: word().nullable(), suppressedBy: words(), flapping: z.boolean() },
  ...{ runbook: text(), notes: text().optional(), repair: words(), url: text(), why: text() },
  attempts: z.object({ count: z.int(), needed: z.int() }).optional(),
});

const Given = z.object({
  handler: word().min(1),
  mark: word(),
  together: z.object({
    groupBy: z.array(word()).max(100),
    groupWaitMs: z.number().min(0).max(DAY_MS),
    groupIntervalMs: z.number().min(0).max(DAY_MS),
  }),
  items: z
    .array(z.object({ alert: AlertShape, action: z.enum(ALERT_ACTIONS) }))
    .min(1)
    .max(MOST_ALERTS),
});

type KeptAlert = Parameters<typeof alertFromJson>[0];

interface Parts {
  readonly membership: Membership;
  readonly client: Pick<PeerClient, 'ask'>;
  readonly shelf: Shelf;
  readonly log: Logger;
}

/** Ids of the nodes that gather: those with somebody to tell, or all of them while none says that it has. */
function gatherersIn(membership: Membership): readonly string[] {
  const tellers = candidatesIn(membership);
  if (tellers.length > 0) return tellers;
  const { self, members } = membership;
  const living = [...members.values()].filter(
    ({ id, zone, kind }) => kind === 'opsbro' && zone === self.zone && isLiving(membership, id),
  );
  return [self.id, ...living.map(({ id }) => id)];
}

/** The nodes of the zone as far as they gather alerts. */
export const gatheringZone = ({ membership, client, shelf, log }: Parts): ZoneDesk => ({
  shelf,
  hasOthers: () => gatherersIn(membership).some((id) => id !== membership.self.id),
  order: (key) => orderOf(key, gatherersIn(membership)),
  async give(node, { handler, mark, together, items }) {
    const member = zonePeers(membership).find(({ id }) => id === node);
    if (!member) return undefined;
    try {
      const body = {
        ...{ handler, mark, together },
        items: items.map(({ alert, action }) => ({ alert: alertToJson(alert), action })),
      };
      const path = `/peer/v1/${PART}${PATH}`;
      await client.ask(peerEndpoint(member), { method: 'POST', path, body, timeoutMs: TIMEOUT_MS });
      return member.name;
    } catch (error) {
      log.info({ node: member.name, handler, reason: messageOf(error) }, 'it does not gather alerts of this node');
      return undefined;
    }
  },
});

/** What peers of the own zone may hand over: those that have its key, as people are told what they say. */
export const gatherRoute = (
  { membership }: Pick<Parts, 'membership'>,
  take: (given: MarkedAlerts) => Promise<void>,
): PeerRoute => ({
  part: PART,
  method: 'POST',
  path: PATH,
  maxBody: MAX_BODY,
  concurrency: 8,
  async handle({ peer, json }) {
    if (peer.zone !== membership.self.zone)
      throw new OpsbroError('forbidden', 'only nodes of the same zone may hand alerts over');
    if (peer.proof === 'none' && !isLoopback(peer.address))
      throw new OpsbroError('forbidden', 'alerts of other nodes are gathered in a zone with a key only');
    const read = Given.safeParse(json());
    if (!read.success) throw new OpsbroError('bad_request', `no alerts to gather: ${messageOf(read.error)}`);
    // JSON has no undefined: what is optional is left out.
    const items = read.data.items.map(({ alert, action }) => ({ alert: alertFromJson(alert as KeptAlert), action }));
    await take({ ...read.data, items });
    return { taken: items.length };
  },
});
