/** Repairs of services of other nodes: passed to the node whose service it is. */
import { z } from 'zod';
import { messageOf, OpsbroError } from '../base/errors.ts';
import { isLoopback } from '../base/loopback.ts';
import type { ApiParts, HealthPart } from '../http/parts.ts';
import { Reply } from '../http/route.ts';
import { repaired } from '../http/routes/health-services.ts';
import { RepairedJson, RepairWishJson } from '../http/schemas/health.ts';
import type { PeerClient } from '../peer/client.ts';
import { PeerReply, type PeerRoute } from '../peer/route.ts';
import type { Peers } from './peers.ts';
import { peerEndpoint, zonePeers } from './zone-peers.ts';

const PART = 'health';
const PATH = '/repair';
/** A repair may take its time, and so may the checks after it. */
const TIMEOUT_MS = 180_000;
const AT_ONCE = 8;

const Asked = RepairWishJson.omit({ node: true }).extend({
  service: z.string().min(1).max(1_024),
  who: z.string().min(1).max(1_024),
});

type Parts = Pick<ApiParts, 'membership' | 'health'>;

/** The parts of an API that can repair what other nodes of the zone have, whose nodes may do so here as well. */
export function withZoneRepairs<All extends Parts>(parts: All, peers: Pick<Peers, 'route' | 'client'>): All {
  peers.route(repairRoute(parts));
  return { ...parts, health: { ...parts.health, repairAt: repairAt(parts, peers.client) } };
}

/** Passes a repair on, unless it is for this node. Throws `not_found` for a node that is not there. */
export function repairAt(
  { membership }: Pick<Parts, 'membership'>,
  client: Pick<PeerClient, 'ask'>,
): NonNullable<HealthPart['repairAt']> {
  return (node, asked) => {
    const { id, name } = membership.self;
    if (node === id || node === name) return undefined;
    const member = zonePeers(membership).find((each) => each.name === node || each.id === node);
    if (!member) throw new OpsbroError('not_found', `no living node of this zone is named "${node}"`);
    return passOn(member, { ...asked, who: `${asked.who} at ${name}` }, client);
  };
}

async function passOn(
  member: Parameters<typeof peerEndpoint>[0],
  body: unknown,
  client: Pick<PeerClient, 'ask'>,
): Promise<Reply<z.output<typeof RepairedJson>>> {
  const ask = { method: 'POST', path: `/peer/v1/${PART}${PATH}`, body, timeoutMs: TIMEOUT_MS } as const;
  const answer = await client.ask(peerEndpoint(member), ask);
  const read = RepairedJson.safeParse(answer.json());
  if (read.success) return new Reply(read.data, { status: answer.status });
  throw new OpsbroError(
    'unreachable',
    `${member.name} answered what this version does not know: ${messageOf(read.error)}`,
  );
}

/** What peers of the own zone may have repaired: those that have its key. */
export const repairRoute = ({ membership, health }: Parts): PeerRoute => ({
  part: PART,
  method: 'POST',
  path: PATH,
  concurrency: AT_ONCE,
  timeoutMs: TIMEOUT_MS,
  async handle({ peer, json }) {
    if (peer.zone !== membership.self.zone) throw new OpsbroError('forbidden', 'only nodes of the same zone may ask');
    // Without keys everybody could say to be a node, and nobody would need a token any more.
    if (peer.proof === 'none' && !isLoopback(peer.address))
      throw new OpsbroError('forbidden', 'repairs for other nodes need a zone with a key');
    const read = Asked.safeParse(json());
    if (!read.success) throw new OpsbroError('bad_request', `no repair: ${messageOf(read.error)}`);
    const done = await repaired(health, read.data);
    return done instanceof Reply ? new PeerReply(done.body, { status: done.status }) : done;
  },
});
