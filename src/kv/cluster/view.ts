/** Who is on the ring, and so which nodes keep a key. */
import { createHash } from 'node:crypto';
import { type HashRing, hashRing, placedAt } from '../../base/placement.ts';
import { Recent } from '../../base/recent.ts';
import { digestOf } from './key-digest.ts';

/** How many nodes keep a key, when there are as many. */
export const COPIES = 3;

/** One state of the ring; nodes that know the same members have the same. */
export interface View {
  /** First 16 hex digits of the SHA1 over the sorted ids, joined with line feeds. */
  readonly id: string;
  readonly members: readonly string[];
  readonly ring: HashRing;
}

const MOST_KNOWN = 32;
/** The points of a ring take a while to make, and the same few rings are asked for again and again while one changes. */
const known = new Map<string, View>();

/** The view of these members; their order and doubles do not matter. */
export function viewOf(ids: Iterable<string>): View {
  const named = [...new Set(ids)].sort().join('\n');
  const found = known.get(named) ?? made(named);
  known.delete(named);
  known.set(named, found);
  const [oldest] = known.keys();
  if (known.size > MOST_KNOWN && oldest !== undefined) known.delete(oldest);
  return found;
}

function made(named: string): View {
  const ring = hashRing(named === '' ? [] : named.split('\n'));
  return { id: createHash('sha1').update(named).digest('hex').slice(0, 16), members: ring.members, ring };
}

/** Who keeps a key, and what the keys of the same nodes are called together. */
interface Placed {
  readonly owners: readonly string[];
  readonly range: string;
}

const MOST_REMEMBERED = 2_048;
/** One request asks for the place of its key a dozen times. */
const remembered = new WeakMap<View, Recent<string, Placed>>();

/** The nodes that keep a key in a view, the responsible one first. */
export const ownersOf = (key: string, view: View): readonly string[] => placeOf(key, view).owners;

/** The name of all keys of a view that are kept by the same nodes in the same order. */
export const rangeOf = (key: string, view: View): string => placeOf(key, view).range;

/** What was asked for last: it is asked for several times in a row. */
let last: { readonly key: string; readonly view: View; readonly placed: Placed } | undefined;

function placeOf(key: string, view: View): Placed {
  if (last !== undefined && last.key === key && last.view === view) return last.placed;
  const placed = remembered.get(view)?.get(key) ?? place(key, view);
  last = { key, view, placed };
  return placed;
}

function place(key: string, view: View): Placed {
  const owners = placedAt(positionOf(key), view.ring, COPIES);
  const placed = { owners, range: owners.join(' ') };
  const ofView = remembered.get(view) ?? new Recent<string, Placed>({ entries: MOST_REMEMBERED });
  remembered.set(view, ofView);
  ofView.set(key, placed);
  return placed;
}

const positionOf = (key: string): bigint => digestOf(key).readBigUInt64BE(0);

/** Where a key is on every ring: 16 hex digits. */
export const keyPosition = (key: string): string => positionOf(key).toString(16).padStart(16, '0');

/** The nodes that keep the keys of a range. */
export const ownersOfRange = (range: string): readonly string[] => range.split(' ');
