import { OpsbroError } from '../base/errors.ts';
import { didYouMean } from '../base/nearest.ts';
import type { Member, Membership } from '../model/member.ts';

const SHORTEST_ID = 4;

/**
 * The member that `ref` means: `self`, a node id or a unique beginning of it, a name or a display name.
 * Throws `not_found`, or `ambiguous` with the candidates.
 */
export function findMember(ref: string, { self, members }: Membership): Member {
  if (ref === 'self') return self;
  const exact = members.get(ref);
  if (exact) return exact;
  for (const means of MEANINGS) {
    const meant = [...members.values()].filter((member) => means(member, ref));
    if (meant.length > 1) throw ambiguous(ref, meant);
    if (meant[0]) return meant[0];
  }
  throw new OpsbroError('not_found', `no node is named "${ref}"${hint(ref, members)}`);
}

/** What a reference may be, the surest first: a node's name is not shadowed by the display name of another. */
const MEANINGS: readonly ((member: Member, ref: string) => boolean)[] = [
  ({ name }, ref) => name === ref,
  ({ displayName }, ref) => displayName === ref,
  ({ id }, ref) => ref.length >= SHORTEST_ID && id.startsWith(ref),
];

const hint = (ref: string, members: ReadonlyMap<string, Member>): string =>
  didYouMean(
    ref,
    [...members.values()].map(({ name }) => name),
  );

function ambiguous(ref: string, meant: readonly Member[]): OpsbroError {
  const candidates = meant.map(({ id, name }) => ({ uuid: id, name }));
  const list = candidates.map(({ uuid, name }) => `${name} (${uuid})`).join(', ');
  return new OpsbroError('ambiguous', `"${ref}" means ${candidates.length} nodes: ${list}`, {
    details: { candidates },
  });
}
