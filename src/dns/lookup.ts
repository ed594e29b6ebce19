import type { Member, Membership } from '../model/member.ts';
import type { Place } from './place.ts';

/** A name that exists: its records, which may be none. A name that does not exist is `undefined`. */
export interface Entry {
  readonly addresses: readonly string[];
  /** One item of `key=value` each. */
  readonly texts: readonly string[];
}

type EntryPlace = Extract<Place, { readonly kind: 'entry' }>;

const EMPTY: Entry = { addresses: [], texts: [] };
const MAX_TEXTS = 16;

/**
 * What the pool holds at a place below the domain; `undefined`: nothing of that name. Only living nodes give records, one that comes and goes
 * all the time only when it has stayed, one behind a broken link none.
 */
export function lookUp(place: Place, membership: Membership): Entry | undefined {
  switch (place.kind) {
    case 'apex':
      return EMPTY;
    case 'server':
      return { addresses: [membership.self.address], texts: [] };
    case 'path':
      return isPartOfZone(place.path, membership) ? EMPTY : undefined;
    case 'entry':
      return lookUpEntry(place, membership);
  }
}

function lookUpEntry({ form, value, zone }: EntryPlace, membership: Membership): Entry | undefined {
  const asked = zone === '' || zone === 'local' ? zoneOf(membership.self, membership) : zone;
  const known = [...membership.members.values()].filter((member) => member.settled !== 'left');
  const members = known.filter((member) => zoneOf(member, membership) === asked);
  if (members.length === 0 && asked !== zoneOf(membership.self, membership)) return undefined;
  if (value === '') return EMPTY;
  const named = members.filter((member) => namesOf(member, form).some((name) => name === value));
  if (named.length === 0) return members.some((member) => isBranch(value, namesOf(member, form))) ? EMPTY : undefined;
  const alive = named.filter((member) => member.settled === 'alive' && member.reachable);
  return {
    addresses: [...new Set(alive.map((member) => member.address))],
    texts: form === 'node' ? alive.flatMap(textsOf).slice(0, MAX_TEXTS) : [],
  };
}

/** A plain Serf member says no zone: it is in ours. */
const zoneOf = (member: Member, { self }: Membership): string => (member.zone || self.zone).toLowerCase();

const namesOf = (member: Member, form: EntryPlace['form']): readonly string[] =>
  (form === 'group' ? member.groups : [member.name, member.displayName]).map((name) => name.toLowerCase());

/** `1` is a branch where `web.1` is a name: it exists, though nothing is there. */
const isBranch = (value: string, names: readonly string[]): boolean => names.some((name) => name.endsWith(`.${value}`));

function isPartOfZone(path: string, membership: Membership): boolean {
  if (path === 'local') return true;
  const zones = [...membership.members.values(), membership.self].map((member) => zoneOf(member, membership));
  return zones.includes(path) || isBranch(path, zones);
}

function textsOf(member: Member): string[] {
  return [
    `id=${member.id}`,
    `zone=${member.zone}`,
    `state=${member.state}`,
    `groups=${member.groups.join(',')}`,
    `version=${member.version}`,
  ];
}
