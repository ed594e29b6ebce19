/** Consistent hashing: which members of a ring a key belongs to, the same answer on every node that knows the same members. */
import { hash } from 'node:crypto';

/** Points of each member on the ring. */
const POINTS = 128;

/** The members of a ring with their points in order; made once for each set of members. */
export interface HashRing {
  readonly members: readonly string[];
  /** Positions of all points, ascending. */
  readonly positions: BigUint64Array;
  /** To which of `members` the point at the same place belongs. */
  readonly owners: Uint16Array;
}

/**
 * The rings that were asked for last: several parts ask for the same members again and again, and to make a ring of a thousand takes a quarter
 * of a second.
 */
const recent = new Map<string, HashRing>();
const MOST_RECENT = 4;

/** The ring of these members; their order and doubles do not matter. */
export function hashRing(ids: Iterable<string>): HashRing {
  const members = [...new Set(ids)].sort();
  const name = JSON.stringify(members);
  const ring = recent.get(name) ?? madeOf(members);
  recent.delete(name);
  recent.set(name, ring);
  const [oldest] = recent.keys();
  if (oldest !== undefined && recent.size > MOST_RECENT) recent.delete(oldest);
  return ring;
}

function madeOf(members: readonly string[]): HashRing {
  const points = members.flatMap((id, owner) =>
    Array.from({ length: POINTS }, (_, point) => ({ position: positionOf(`${id}#${point}`), owner })),
  );
  // Sorting is stable, so that of equal positions the member that comes first in the alphabet has the first.
  points.sort((a, b) => (a.position < b.position ? -1 : Number(a.position > b.position)));
  return {
    members,
    positions: BigUint64Array.from(points, ({ position }) => position),
    owners: Uint16Array.from(points, ({ owner }) => owner),
  };
}

/** The first `count` members that a key belongs to, the responsible one first; all of them when left out. */
export const placed = (key: string, ring: HashRing, count = ring.members.length): string[] =>
  placedAt(positionOf(key), ring, count);

/** As `placed`, for a key whose position is known. */
export function placedAt(position: bigint, { members, positions, owners }: HashRing, count: number): string[] {
  const found = new Set<string>();
  const first = firstAtOrAbove(positions, position);
  for (let step = 0; step < owners.length && found.size < count; step += 1) {
    const owner = members[owners[(first + step) % owners.length] ?? 0];
    if (owner !== undefined) found.add(owner);
  }
  return [...found];
}

/** Where a text is on the ring: the first eight bytes of its SHA1. */
export const positionOf = (text: string): bigint => hash('sha1', text, 'buffer').readBigUInt64BE(0);

/** Index of the first position that is not below `wanted`; the length when all are. */
function firstAtOrAbove(positions: BigUint64Array, wanted: bigint): number {
  let [low, high] = [0, positions.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((positions[middle] ?? 0n) < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}
