import { endpointText } from '../net/address.ts';
import type { PartName, Rival } from './core/effect.ts';

/** Something that is not well with this node's membership, for its health. The same code again renews it. */
export interface Trouble {
  readonly code:
    | 'record_oversize'
    | 'snapshot_unreadable'
    | 'identity_conflict'
    | 'serf_snapshot_unreadable'
    | 'name_lost';
  /** What is wrong and what would be right; empty: it is over. */
  readonly text: string;
}

/** What the entries of a part are called. */
const ENTRIES: Readonly<Record<PartName, string>> = { base: 'facts', checks: 'checks', services: 'services' };

/** Which entries of our record others do not learn of, by part; nothing is wrong when it is none. */
export function oversizeTrouble(leftOut: ReadonlyMap<PartName, number>): Trouble {
  const named = [...leftOut].filter(([, count]) => count > 0).map(([part, count]) => `${count} ${ENTRIES[part]}`);
  const text =
    named.length === 0 ? '' : `${named.join(' and ')} of this node are not told to others: a part holds 64 KiB`;
  return { code: 'record_oversize', text };
}

/** Who else goes by our id, and what is done about it; nothing is wrong when it is nobody. */
export function identityTrouble(rivals: readonly Rival[], done: string): Trouble {
  const named = rivals.map((rival) => `${rival.name} at ${endpointText(rival)}`).join(' and ');
  const text =
    named === '' ? '' : `the id of this node is used by ${named} as well, as if a machine was cloned; ${done}`;
  return { code: 'identity_conflict', text };
}
