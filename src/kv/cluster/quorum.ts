/** How many answers a request needs. Pure. */

import type { KvCopies } from '../../model/kv.ts';

/** How many copies a request asks for. */
export type Wanted = KvCopies;

/** One list of nodes that a request has to satisfy: that of the present ring, or of an earlier one. */
export interface Bench {
  readonly owners: readonly string[];
  /** `present`: dead nodes count as missing, as they are still on the ring; `former`: only who lives can be asked for. */
  readonly era: 'present' | 'former';
}

/** How many of `size` copies are wanted. */
export function copiesWanted(wanted: Wanted, size: number): number {
  if (wanted === 'majority') return Math.floor(size / 2) + 1;
  return wanted === 'all' ? size : wanted;
}

interface Situation {
  readonly isAlive: (node: string) => boolean;
}

interface Acks extends Situation {
  /** Whether a node has it on stable storage. */
  readonly hasIt: (node: string) => boolean;
}

/** Whether so many copies of a write are on stable storage that it can be acknowledged, as far as this list is concerned. */
export function isWritten({ owners, era }: Bench, wanted: Wanted, { hasIt, isAlive }: Acks): boolean {
  const need = copiesWanted(wanted, owners.length);
  const most = era === 'present' ? need : count(owners, isAlive);
  return count(owners, hasIt) >= Math.min(need, most);
}

function count(nodes: readonly string[], isCounted: (node: string) => boolean): number {
  let counted = 0;
  for (const node of nodes) if (isCounted(node)) counted += 1;
  return counted;
}

interface Views extends Situation {
  /**
   * `counted`: it answered for good, as it has the key, or would have it if it were there; `filling`: it answered, but has yet to get what
   * belongs to it, so that its having no such key says nothing; `undefined`: it did not answer.
   */
  readonly standing: (node: string) => 'counted' | 'filling' | undefined;
}

/** Whether enough nodes of this list answered to say what the newest version is. */
export function isRead({ owners, era }: Bench, wanted: Wanted, { standing, isAlive }: Views): boolean {
  let [able, answered] = [0, 0];
  for (const node of owners) {
    const how = standing(node);
    if (how === 'counted') answered += 1;
    if (how !== 'filling' && (era === 'present' || isAlive(node))) able += 1;
  }
  const need = Math.min(copiesWanted(wanted, owners.length), able);
  return era === 'present' ? answered >= Math.max(1, need) : answered >= need;
}
