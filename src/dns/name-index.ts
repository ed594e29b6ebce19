import { ipBytes } from '../base/ip.ts';
import type { Member, Membership } from '../model/member.ts';
import { isLiving, serviceBadness, worstCheck } from './standing.ts';
import { nameText } from './text.ts';

/** What names are made of. */
export type NameForm = 'group' | 'node' | 'service' | 'tag' | 'zone' | 'address' | 'self';

/** Tells one name from all others; texts are as `nameText` gives them. */
export const nameKey = (form: NameForm, zone: string, value: string): string => `${form}\0${zone}\0${value}`;

/** What a member is known by: each name, with everything of it that an answer to the name shows or depends on. */
type Facts = ReadonlyMap<string, string>;

interface Indexed {
  readonly member: Member;
  readonly facts: Facts;
  readonly isDrained: boolean;
}

/** Who is known by which name, kept along with the membership so that no question has to go through all members. */
export class NameIndex {
  readonly #membership: Membership;
  readonly #isDrained: (nodeId: string) => boolean;
  readonly #indexed = new Map<string, Indexed>();
  readonly #named = new Map<string, Map<string, Member>>();
  /** How many names there are below a name, by key. */
  readonly #below = new Map<string, number>();
  #ownZone = '';

  constructor(membership: Membership, isDrained: (nodeId: string) => boolean) {
    this.#membership = membership;
    this.#isDrained = isDrained;
  }

  get self(): Member {
    return this.#membership.self;
  }

  /** The zone that a name without one is in. */
  get ownZone(): string {
    return this.#ownZone;
  }

  /** Those known by a name, the dead among them, but none that has left. */
  members(key: string): readonly Member[] {
    return [...(this.#named.get(key)?.values() ?? [])];
  }

  /** Whether there are names below this one: `1` is such a branch where `web.1` is a name. */
  isBranch(key: string): boolean {
    return this.#below.has(key);
  }

  isZone(zone: string): boolean {
    return zone === this.#ownZone || this.#named.has(nameKey('zone', '', zone));
  }

  /** The zone of a member as it is written in names; a plain Serf member says none: it is in ours. */
  zoneOf(member: Member): string {
    return member.zone || this.#membership.self.zone;
  }

  /** Whether a member is kept out of lists because somebody works on it. */
  isDrained(id: string): boolean {
    return this.#indexed.get(id)?.isDrained ?? false;
  }

  /** Looks at these members again, and gives the keys of the names whose answers may have changed; without any, looks at all. */
  refresh(ids?: Iterable<string>): ReadonlySet<string> {
    const touched = new Set<string>();
    const { self, members } = this.#membership;
    const zone = nameText(self.zone);
    const isMoved = zone !== this.#ownZone;
    this.#ownZone = zone;
    const all = !ids || isMoved;
    for (const id of all ? new Set([...this.#indexed.keys(), ...members.keys()]) : ids)
      this.#look(id, members.get(id), touched);
    this.#look(self.id, self, touched);
    return touched;
  }

  #look(id: string, member: Member | undefined, touched: Set<string>): void {
    const before = this.#indexed.get(id)?.facts ?? NOTHING;
    const isDrained = this.#isDrained(id);
    const facts = member ? this.#factsOf(member, isDrained) : NOTHING;
    for (const key of before.keys()) if (!facts.has(key)) this.#remove(id, key, touched);
    if (!member || facts === NOTHING) {
      this.#indexed.delete(id);
      return;
    }
    this.#indexed.set(id, { member, facts, isDrained });
    for (const [key, fact] of facts) {
      if (!before.has(key)) this.#countBelow(key, 1, touched);
      if (before.get(key) !== fact) touched.add(key);
      const named = this.#named.get(key) ?? new Map<string, Member>();
      this.#named.set(key, named.set(id, member));
    }
  }

  #remove(id: string, key: string, touched: Set<string>): void {
    touched.add(key);
    const named = this.#named.get(key);
    named?.delete(id);
    if (named?.size === 0) this.#named.delete(key);
    this.#countBelow(key, -1, touched);
  }

  /** Counts a name for each name that is the end of it. */
  #countBelow(key: string, change: 1 | -1, touched: Set<string>): void {
    const value = key.lastIndexOf('\0') + 1;
    for (let dot = key.indexOf('.', value); dot >= 0; dot = key.indexOf('.', dot + 1)) {
      const branch = key.slice(0, value) + key.slice(dot + 1);
      const count = (this.#below.get(branch) ?? 0) + change;
      if (count === 0) this.#below.delete(branch);
      else this.#below.set(branch, count);
      if (count === 0 || (count === 1 && change === 1)) touched.add(branch);
    }
  }

  #factsOf(member: Member, isDrained: boolean): Facts {
    const isSelf = member.id === this.#membership.self.id;
    if (member.settled === 'left') return isSelf ? new Map([[nameKey('self', '', ''), member.address]]) : NOTHING;
    const { name, displayName, address, groups, version, state } = member;
    const written = this.zoneOf(member);
    const zone = nameText(written);
    const common = [isLiving(member), isDrained, worstCheck(member), name, written, address].join('\0');
    const facts = new Map<string, string>([[nameKey('zone', '', zone), '']]);
    if (isSelf) facts.set(nameKey('self', '', ''), address);
    const own = [common, member.id, state, groups.join(','), version].join('\0');
    for (const each of [name, displayName]) if (each !== '') facts.set(nameKey('node', zone, nameText(each)), own);
    for (const group of groups) facts.set(nameKey('group', zone, nameText(group)), common);
    addAddress(facts, address, common);
    for (const [service, summary] of member.services) {
      const { address: place, port, tags, meta, protocol, weights } = summary;
      const told = [common, serviceBadness(summary), place, port, protocol, JSON.stringify([tags, [...meta], weights])];
      const fact = told.join('\0');
      const lower = nameText(service);
      add(facts, nameKey('service', zone, lower), fact);
      const group = nameKey('group', zone, lower);
      if (facts.has(group)) add(facts, group, fact);
      for (const tag of tags) facts.set(nameKey('tag', zone, nameText(tag)), '');
      addAddress(facts, place, common + service);
    }
    return facts;
  }
}

const NOTHING: Facts = new Map();

/** Two services of a node may differ in case only. */
const add = (facts: Map<string, string>, key: string, fact: string): void =>
  void facts.set(key, (facts.get(key) ?? '') + fact);

function addAddress(facts: Map<string, string>, address: string, fact: string): void {
  const bytes = ipBytes(address);
  if (bytes) add(facts, nameKey('address', '', Buffer.from(bytes).toString('hex')), fact);
}
