import type { NodeEntry } from '../wire/messages.ts';
import { decodeTags } from '../wire/tags.ts';
import type { Neighbour } from './effect.ts';

/** A member says by this tag in which zone it is; a plain Serf agent does not and belongs to the pool it is met in. */
const ZONE = 'z';
/** Members of a push/pull that are looked at before it counts as one of our pool. */
const MOST_LOOKED_AT = 256;

/** Whether tags are those of a member of another zone, which is a pool of its own. */
export function isOfOtherZone(tags: ReadonlyMap<string, string>, zone: string): boolean {
  return (tags.get(ZONE) ?? zone) !== zone;
}

/** The zone of the pool that a push/pull comes from, when that is not ours: nobody in it is of ours, and somebody is of another. */
export function otherZoneOf(nodes: readonly NodeEntry[], zone: string): string | undefined {
  let other: string | undefined;
  for (const { state, meta } of nodes.slice(0, MOST_LOOKED_AT)) {
    const found = state === 'alive' ? decodeTags(meta).get(ZONE) : undefined;
    if (found === zone) return undefined;
    other ??= found;
  }
  return other;
}

/** The living proxies of a zone in a push/pull, by where they listen for peers. */
export function proxiesIn(nodes: readonly NodeEntry[], zone: string): Neighbour[] {
  return nodes.slice(0, MOST_LOOKED_AT).flatMap(({ state, meta, address }) => {
    const tags = decodeTags(meta);
    const [id, port] = [tags.get('id'), Number.parseInt(tags.get('pp') ?? '', 10)];
    const isProxy = state === 'alive' && tags.get(ZONE) === zone && tags.get('px') === '1';
    return isProxy && id !== undefined && port > 0 && port < 65_536 ? [{ id, address, port }] : [];
  });
}
