/** Reads what other nodes of the zone answer to the same question. */
import { z } from 'zod';
import { messageOf, OpsbroError } from '../base/errors.ts';
import { routesOf } from '../http/api.ts';
import { createApp } from '../http/app.ts';
import type { ApiParts } from '../http/parts.ts';
import { Requests } from '../http/requests.ts';
import type { RouteTable } from '../http/route.ts';
import type { ZoneReads } from '../http/zone-wide.ts';
import type { PeerClient } from '../peer/client.ts';
import { PeerReply, type PeerRoute } from '../peer/route.ts';
import type { Peers } from './peers.ts';
import { askZone, zonePeers } from './zone-peers.ts';

const PART = 'api';
const PATH = '/read';
const TIMEOUT_MS = 2_000;
const LONGEST_TARGET = 8_192;

const Asked = z.object({ target: z.string().startsWith('/').max(LONGEST_TARGET) });

/** The parts of an API that can ask the zone, whose nodes may ask it as well. */
export function withZoneReads<Parts extends ApiParts>(parts: Parts, peers: Pick<Peers, 'route' | 'client'>): Parts {
  peers.route(zoneReadRoute(parts));
  return { ...parts, zoneReads: zoneReads(parts, peers.client) };
}

/** Asks all other living nodes of the zone, each for two seconds at most. */
export const zoneReads = (
  { membership }: Pick<ApiParts, 'membership'>,
  client: Pick<PeerClient, 'ask'>,
): ZoneReads => ({
  self: () => membership.self.id,
  async ask(target) {
    const ask = { method: 'POST', path: `/peer/v1/${PART}${PATH}`, body: { target }, timeoutMs: TIMEOUT_MS } as const;
    const ids = new Map(zonePeers(membership).map(({ id, name }) => [name, id]));
    const { answers, silent } = await askZone(membership, async (to) => (await client.ask(to, ask)).json() as unknown);
    const byId = <Value>(found: ReadonlyMap<string, Value>) =>
      new Map([...found].map(([name, value]) => [ids.get(name) ?? name, value]));
    return { nodes: byId(answers), errors: byId(silent) };
  },
});

/** What peers of the own zone may ask: only what can be asked of the whole zone. */
export function zoneReadRoute(parts: ApiParts): PeerRoute {
  const routes: RouteTable = routesOf(parts);
  const app = createApp(Object.fromEntries(Object.entries(routes).filter(([, { isZoneWide }]) => isZoneWide)), {
    // Who has the key of the zone may see what its nodes see.
    access: { anonymousRead: 'any', socketPath: '' },
    maxBody: 0,
    report: messageOf,
    requests: new Requests(parts.filtering.clock),
  });
  return {
    part: PART,
    method: 'POST',
    path: PATH,
    async handle(call) {
      const { peer } = call;
      if (peer.zone !== parts.membership.self.zone)
        throw new OpsbroError('forbidden', 'only nodes of the same zone may ask');
      const read = Asked.safeParse(call.json());
      if (!read.success) throw new OpsbroError('bad_request', 'expected {"target": "/..."}');
      const { target } = read.data;
      const answer = await app.request(target, {}, { caller: { door: 'tcp', address: peer.address }, target });
      return new PeerReply(await answer.json(), { status: answer.status });
    },
  };
}
