/** What clients are told when a request fails. */
import { OpsbroError } from '../../base/errors.ts';
import type { Gathering } from './gathering.ts';
import { Unstamped } from './hybrid-clock.ts';
import type { Refusal } from './messages.ts';
import { copiesWanted, type Wanted } from './quorum.ts';

const OF_THE_DISK: ReadonlyMap<Refusal['type'], string> = new Map([
  ['disk_full', 'the disks of nodes that keep this key are full'],
  ['quota', 'nodes that keep this key hold as much as they may'],
]);

/** The failure of a read: too few nodes said what they hold. */
export function tooFew(gathering: Gathering, wanted: Wanted): OpsbroError {
  return shortage(gathering, wanted, {});
}

/** The failure of a write: too few nodes keep it. It may still take effect when one of them does. */
export function notWritten(gathering: Gathering, wanted: Wanted): OpsbroError {
  const refusals = gathering.refusals();
  const isSkewed = refusals.length > 0 && refusals.every(({ type }) => type === 'clock_skew');
  if (isSkewed) return new OpsbroError('clock_skew', 'the clock of this node differs from those of the others');
  for (const [type, message] of OF_THE_DISK) {
    if (refusals.some((refusal) => refusal.type === type)) {
      return new OpsbroError(type === 'quota' ? 'quota' : 'disk_full', message, { details: { indeterminate: true } });
    }
  }
  return shortage(gathering, wanted, { indeterminate: true });
}

/** The failure of a write that no node could begin, at least one of them as its disk is full. */
export const allFull = (key: string): OpsbroError =>
  new OpsbroError('disk_full', `no node that keeps "${key}" can write it, as disks are full; nothing was changed`);

/** The failure of a write that got no further stamp after its first try, which a node may have taken: it is not to be taken for not begun. */
export function halfway(error: unknown): unknown {
  if (!(error instanceof Unstamped)) return error;
  return new OpsbroError(error.reason, error.message, { details: { indeterminate: true }, cause: error });
}

/** The failure of a condition; `current` is the present version, `null` when there is none. */
export function casFailed(key: string, current: string | null): OpsbroError {
  const found = current === null ? 'there is no such key' : `its version is ${current}`;
  return new OpsbroError('cas_failed', `"${key}" was not changed: ${found}`, { details: { current } });
}

/** The refusal of a record that was written later than now. */
export const ofTheFuture = (key: string): OpsbroError =>
  new OpsbroError(
    'clock_skew',
    `the version of "${key}" is of the future: the clock that gave it was wrong, or ours is`,
  );

/** Tells of the list of nodes that lacks most; while the ring changes there are several. */
function shortage(gathering: Gathering, wanted: Wanted, more: Readonly<Record<string, unknown>>): OpsbroError {
  const answered = gathering.select(({ type }) => type !== 'refused' || undefined);
  const counts = gathering.benches.map(({ owners }) => {
    const acked = owners.filter((node) => answered.has(node)).length;
    return { acked, needed: copiesWanted(wanted, owners.length), total: owners.length };
  });
  const [worst] = counts.sort((one, other) => one.acked - one.needed - (other.acked - other.needed));
  const { acked, needed, total } = worst ?? { acked: 0, needed: copiesWanted(wanted, 0), total: 0 };
  const change = counts.length > 1 ? ' while the ring changes' : '';
  const message = `only ${acked} of the ${total} nodes that keep this key answered${change}, ${needed} are needed; try again`;
  return new OpsbroError('quorum', message, { details: { acked, needed, total, ...more } });
}
