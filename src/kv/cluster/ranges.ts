import { leafOf } from './merkle.ts';
import type { Leaves } from './messages.ts';
import { ownersOfRange, rangeOf, type View } from './view.ts';

/** Whether one of two nodes has to keep a range: only then do they compare it. */
export function isShared(range: string, one: string, other: string): boolean {
  const owners = ownersOfRange(range);
  return owners.includes(one) || owners.includes(other);
}

/** Tells the keys of some leaves from all others. */
export const isInLeaves =
  (leaves: Leaves, view: View) =>
  (key: string): boolean =>
    leaves.get(rangeOf(key, view))?.includes(leafOf(key)) === true;
