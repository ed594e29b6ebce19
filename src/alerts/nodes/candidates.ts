import type { Membership } from '../../model/member.ts';

/** Whether a node is there as far as is known. A suspect may well be: another in its place would be one too many. */
export function isLiving({ members }: Membership, id: string): boolean {
  const state = members.get(id)?.state;
  return state === 'alive' || state === 'suspect';
}

/** Who may tell of what all nodes of the zone see: living nodes of it that have somebody to tell. */
export const candidatesIn = (membership: Membership): string[] =>
  [...membership.members.values()]
    .filter(({ id, zone, takesNodeAlerts }) => {
      return zone === membership.self.zone && takesNodeAlerts === true && isLiving(membership, id);
    })
    .map(({ id }) => id);
