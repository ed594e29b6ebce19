/** Who is on the ring, and so which nodes keep a key. */
import { createHash } from 'node:crypto';
import { type HashRing, hashRing, placed } from '../../base/placement.ts';

/** How many nodes keep a key, when there are as many. */
const COPIES = 3;

/** One state of the ring; nodes that know the same members have the same. */
export interface View {
  /** First 16 hex digits of the SHA1 over the sorted ids, joined with line feeds. */
  readonly id: string;
  readonly members: readonly string[];
  readonly ring: HashRing;
}

/** The view of these members; their order and doubles do not matter. */
export function viewOf(ids: Iterable<string>): View {
  const ring = hashRing(ids);
  const id = createHash('sha1').update(ring.members.join('\n')).digest('hex').slice(0, 16);
  return { id, members: ring.members, ring };
}

/** The nodes that keep a key in a view, the responsible one first. */
export const ownersOf = (key: string, view: View): readonly string[] => placed(key, view.ring, COPIES);

/** The name of all keys of a view that are kept by the same nodes in the same order. */
export const rangeOf = (key: string, view: View): string => ownersOf(key, view).join(' ');

/** The nodes that keep the keys of a range. */
export const ownersOfRange = (range: string): readonly string[] => range.split(' ');
