import type { ZoneKeysJson } from '../http/schemas/zones.ts';
import type { Parts } from './parts.ts';
import type { Zones } from './zones.ts';

/** Reads the key file of a zone again, and tells what it holds now. */
export async function reloadKeys(
  zone: string,
  zones: Pick<Zones, 'reloadKeys' | 'list'>,
  { isRebindNeeded }: Pick<Parts, 'isRebindNeeded'>,
): Promise<ZoneKeysJson> {
  await zones.reloadKeys(zone);
  const listed = (await zones.list()).find(({ name }) => name === zone);
  const { have_gossip_key = false, keys = [], key_problem = '' } = listed ?? {};
  return { name: zone, have_gossip_key, keys, key_problem, restart_needed: isRebindNeeded() };
}
