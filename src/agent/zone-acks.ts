/** Acknowledges alerts on the node that has them. */
import { z } from 'zod';
import { failedWith, OpsbroError } from '../base/errors.ts';
import type { Acknowledgement, Alert, Alerts } from '../model/alert.ts';
import { type AlertRecord, alertRecord } from '../model/alert-record.ts';
import type { Member, Membership } from '../model/member.ts';
import type { Endpoint } from '../net/address.ts';
import type { PeerClient } from '../peer/client.ts';
import type { PeerCall, PeerRoute } from '../peer/route.ts';
import { askZone, peerEndpoint, zonePeers } from './zone-peers.ts';

const PART = 'alerts';
const PATH = '/acknowledgement';
const TIMEOUT_MS = 2_000;
const MAX_TEXT = 1_024;

const Asked = z.object({
  ref: z.string().min(1).max(MAX_TEXT),
  /** `null`: taken back. */
  acknowledgement: z
    .object({
      by: z.string().max(MAX_TEXT),
      comment: z.string().max(MAX_TEXT),
      at: z.number(),
      until: z.number().nullable(),
      sticky: z.boolean(),
    })
    .nullable(),
});

/** Which alert, and what is said of it; `null` takes an acknowledgement back. */
interface Wanted {
  readonly ref: string;
  readonly acknowledgement: Acknowledgement | null;
}

interface Parts {
  readonly alerts: Alerts;
  readonly membership: Membership;
  readonly client: Pick<PeerClient, 'ask'>;
}

/**
 * Acknowledges an alert of this node, of `node`, or of whichever node of the zone has it. Throws `not_found` when none has, and `conflict`
 * when it is not firing, or was not acknowledged.
 */
export async function acknowledge(wanted: Wanted, node: string | undefined, parts: Parts): Promise<AlertRecord> {
  const { membership, alerts } = parts;
  const { self } = membership;
  if (node !== undefined && node !== self.id && node !== self.name)
    return await ask(memberOf(node, parts), wanted, parts);
  try {
    return alertRecord(applied(alerts, wanted));
  } catch (error) {
    if (!failedWith(error, 'not_found') || node !== undefined) throw error;
    return await askAll(wanted, parts, error);
  }
}

/** What peers of the own zone may ask for. */
export const acknowledgeRoute = ({ alerts, membership }: Parts): PeerRoute => ({
  part: PART,
  method: 'POST',
  path: PATH,
  handle(call: PeerCall) {
    if (call.peer.zone !== membership.self.zone)
      throw new OpsbroError('forbidden', 'only nodes of the same zone may ask');
    const read = Asked.safeParse(call.json());
    if (!read.success) throw new OpsbroError('bad_request', 'expected {"ref": "...", "acknowledgement": {...}}');
    return alertRecord(applied(alerts, read.data));
  },
});

const applied = (alerts: Alerts, { ref, acknowledgement }: Wanted): Alert =>
  acknowledgement === null ? alerts.unacknowledge(ref) : alerts.acknowledge(ref, acknowledgement);

function memberOf(ref: string, { membership }: Parts): Member {
  const found = zonePeers(membership).find(({ id, name }) => ref === id || ref === name);
  if (!found) throw new OpsbroError('not_found', `no living node of this zone is named "${ref}"`);
  return found;
}

/** Ids of alerts are the same on no two nodes: one has it, or none. */
async function askAll(wanted: Wanted, parts: Parts, notFound: OpsbroError): Promise<AlertRecord> {
  const found: AlertRecord[] = [];
  const refusals: OpsbroError[] = [];
  await askZone(parts.membership, async (to) => {
    try {
      found.push(await askAt(to, wanted, parts));
    } catch (error) {
      if (failedWith(error, 'conflict')) refusals.push(error);
      throw error;
    }
  });
  const [record] = found;
  if (record) return record;
  throw refusals[0] ?? notFound;
}

const ask = (member: Member, wanted: Wanted, parts: Parts): Promise<AlertRecord> =>
  askAt(peerEndpoint(member), wanted, parts);

async function askAt(to: Endpoint, wanted: Wanted, { client }: Parts): Promise<AlertRecord> {
  const path = `/peer/v1/${PART}${PATH}`;
  const answer = await client.ask(to, { method: 'POST', path, body: wanted, timeoutMs: TIMEOUT_MS });
  // A peer has the same program; what it shows is only passed on.
  return answer.json() as AlertRecord;
}
