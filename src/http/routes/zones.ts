import { z } from 'zod';
import { A_ZONE_NAME, ZONE_NAME } from '../../config/fields.ts';
import type { Membership } from '../../model/member.ts';
import type { ApiParts } from '../parts.ts';
import { route } from '../route.ts';
import { ZoneChangedJson, ZoneKeysJson, ZonesJson } from '../schemas/zones.ts';

const zoneName = z.string().regex(ZONE_NAME, `write ${A_ZONE_NAME}`);

/** The zones, and in which of them this node is. */
export const zoneRoutes = ({ zones, membership }: Pick<ApiParts, 'zones' | 'membership'>) => ({
  'GET /agent/zones': route({
    access: 'read',
    summary: 'The zones by name: how they hang together, their proxies, and the fingerprints of the keys held here.',
    answer: ZonesJson,
    async handle() {
      const listed = await zones.list();
      return Object.fromEntries(
        listed.map((zone) => [zone.name, { ...zone, proxies: proxiesOf(zone.name, membership) }]),
      );
    },
  }),
  'PUT /agent/zone': route({
    access: 'admin',
    summary: 'Moves this node to another zone: it leaves its pool and joins that of the zone by its seeds.',
    body: z.strictObject({ zone: zoneName.nullable().describe('null: the zone of the configuration') }),
    answer: ZoneChangedJson,
    handle: ({ body }) => zones.change(body.zone),
  }),
  'POST /agent/zones-keys/reload/:zone': route({
    access: 'admin',
    summary: 'Reads the key file of a zone again.',
    params: z.strictObject({ zone: zoneName }),
    answer: ZoneKeysJson,
    handle: ({ params }) => zones.reloadKeys(params.zone),
  }),
});

const proxiesOf = (zone: string, { members }: Membership): string[] =>
  [...members.values()]
    .filter((member) => member.isProxy && member.zone === zone)
    .map(({ name }) => name)
    .sort();
