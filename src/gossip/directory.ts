import type { Clock } from '../base/clock.ts';
import type { AgentEvent } from '../model/event.ts';
import type { Member, NodeState } from '../model/member.ts';
import type { Core } from './core/core.ts';
import type { Effect, Entry, MemberChange, PartChange } from './core/effect.ts';
import { isOurs, type Node, shownState } from './core/node.ts';
import type { Damped, Damping } from './damping.ts';
import { changesBetween, dampingChanges } from './member-changes.ts';
import { readBase, readCheck, readService } from './records/entries.ts';

type ChangeEffect = Extract<Effect, { type: 'member' }>;
type RecordEffect = Pick<Extract<Effect, { type: 'record' }>, 'type' | 'id' | 'part' | 'change'>;

/** What of a member its base part tells. */
type BaseKey = 'displayName' | 'groups' | 'version' | 'takesNodeAlerts' | 'notices' | 'kv';

/** Tags that repeat what a member's record says: its version, and its groups. */
const RECORD_TAGS: ReadonlySet<string> = new Set(['sv', 'g']);

interface Settings {
  readonly clock: Clock;
  /** Of members that say none. */
  readonly zone: string;
  readonly damping?: Damping;
}

/** The members of the pool as every part of the agent sees them: what the core holds, put together and keyed by node id. */
export class Directory {
  readonly #byId = new Map<string, Member>();
  /** The id under which each name is shown. */
  readonly #ids = new Map<string, string>();
  readonly #core: Pick<Core, 'record'>;
  readonly #clock: Clock;
  readonly #zone: string;
  readonly #damping: Damping | undefined;
  /** Ids of members that this node's own pool does not know: they are of other zones. */
  readonly #foreign = new Set<string>();

  /** Without damping every return counts at once. */
  constructor(core: Pick<Core, 'record'>, { clock, zone, damping }: Settings) {
    this.#core = core;
    this.#clock = clock;
    this.#zone = zone;
    this.#damping = damping;
  }

  get members(): ReadonlyMap<string, Member> {
    return this.#byId;
  }

  /** The member of that name. */
  named(name: string): Member | undefined {
    return this.#byId.get(this.#ids.get(name) ?? '');
  }

  /** Takes in a change of a member; answers with the events to tell, the list being up to date already. */
  onMember({ change, node }: ChangeEffect): AgentEvent[] {
    const before = this.named(node.name);
    if (change === 'member-reap') return this.#forget(node.name, before);
    this.#takeOver(node);
    const id = this.#keyOf(node);
    const events: AgentEvent[] = [];
    const rival = this.#byId.get(id);
    if (rival && rival.name !== node.name) events.push(...this.#forget(rival.name, rival));
    if (before && before.id !== id) this.#byId.delete(before.id);
    const member = this.#compose(id, node, before);
    this.#byId.set(id, member);
    this.#ids.set(node.name, id);
    if (change !== 'member-update' || !before || isNews(before, member)) events.push(eventOf(change, member, before));
    if (before?.flapping === !member.flapping) events.push({ type: 'member-flap', member, before });
    return events;
  }

  /** Takes in a member of another zone, as far as this node may see it; how it counts is found out here. */
  put(member: Member): AgentEvent[] {
    const { id, state } = member;
    const before = this.#byId.get(id);
    // Who is in our own pool is known better here, unless it went to the other zone since.
    if (before && !this.#foreign.has(id)) {
      if (!isMoved(before, member)) return [];
      this.#ids.delete(before.name);
    }
    const damped = this.#judge(foreignKey(id), before?.state, state);
    const shown = { ...member, ...damped };
    this.#foreign.add(id);
    this.#byId.set(id, shown);
    return changesBetween(before, shown);
  }

  /** Forgets a member of another zone. */
  remove(id: string): AgentEvent[] {
    const member = this.#byId.get(id);
    if (!member || !this.#foreign.delete(id)) return [];
    this.#damping?.forget(foreignKey(id));
    this.#byId.delete(id);
    return [{ type: 'member-reap', member, before: member }];
  }

  /** When `settle` has something to do, by monotonic time. */
  get settlesAt(): number | undefined {
    return this.#damping?.wakeAt;
  }

  /** Members whose return has lasted, or that no longer flap. */
  settle(): AgentEvent[] {
    const due = this.#damping?.due(this.#clock.now()) ?? new Map<string, Damped>();
    return [...due].flatMap(([key, damped]) => {
      const before = this.named(key) ?? this.#byId.get(key.slice(FOREIGN.length));
      if (!before) return [];
      const member = { ...before, ...damped };
      this.#byId.set(member.id, member);
      return dampingChanges(before, member);
    });
  }

  /** Takes in a change of what a member says of itself. */
  onRecord({ id, part, change }: RecordEffect): AgentEvent[] {
    const before = this.#byId.get(id);
    if (!before) return [];
    const member = { ...before, ...this.#saidOf(before, part, change) };
    this.#byId.set(id, member);
    return [{ type: 'record-change', part, member, before }];
  }

  /** Takes in how long a probe was under way; told to nobody. */
  onHeard(name: string, rttMs: number): void {
    const member = this.named(name);
    if (member) this.#byId.set(member.id, { ...member, rttMs });
  }

  /** Takes in whether UDP reaches a member; told to nobody. */
  onReachability(name: string, udpBlocked: boolean): void {
    const member = this.named(name);
    if (member) this.#byId.set(member.id, { ...member, udpBlocked });
  }

  /** The node id. While two living members claim one id, the later is told apart by its name. */
  #keyOf(node: Node): string {
    const id = node.tags.get('id');
    if (id === undefined || !isOurs(node)) return `serf:${node.name}`;
    const holder = this.#byId.get(id);
    const isTaken = holder && holder.name !== node.name && (holder.state === 'alive' || holder.state === 'suspect');
    return isTaken ? `${id}@${node.name}` : id;
  }

  #judge(key: string, from: NodeState | undefined, to: NodeState): Damped {
    return this.#damping?.judge(key, { from, to }, this.#clock.now()) ?? { settled: to, flapping: false };
  }

  /** A node of another zone that is in our pool now is no longer known from afar. */
  #takeOver(node: Node): void {
    const id = node.tags.get('id') ?? '';
    if (!this.#foreign.delete(id)) return;
    this.#damping?.forget(foreignKey(id));
    this.#byId.delete(id);
  }

  #forget(name: string, member: Member | undefined): AgentEvent[] {
    this.#ids.delete(name);
    this.#damping?.forget(name);
    if (!member) return [];
    this.#byId.delete(member.id);
    return [{ type: 'member-reap', member, before: member }];
  }

  #compose(id: string, node: Node, before: Member | undefined): Member {
    const state = shownState(node);
    const { checks, services } = before?.id === id ? before : this.#entriesOf(id);
    return {
      id,
      name: node.name,
      kind: isOurs(node) ? 'opsbro' : 'serf',
      state,
      ...this.#judge(node.name, before?.state, state),
      reachable: true,
      udpBlocked: before?.udpBlocked ?? false,
      leaving: node.status === 'leaving',
      address: node.address,
      port: node.port,
      incarnation: node.incarnation,
      zone: node.tags.get('z') ?? this.#zone,
      isProxy: node.tags.get('px') === '1',
      checks,
      services,
      tags: node.tags,
      since: before?.state === state ? before.since : this.#clock.wall(),
      ...this.#baseOf(id, node.tags),
      ...(before?.rttMs !== undefined && { rttMs: before.rttMs }),
    };
  }

  #saidOf({ id, tags, checks, services }: Member, part: RecordEffect['part'], change: PartChange): Partial<Member> {
    switch (part) {
      case 'base':
        return this.#baseOf(id, tags);
      case 'checks':
        return { checks: updated(checks, change, readCheck) };
      case 'services':
        return { services: updated(services, change, readService) };
    }
  }

  #entriesOf(id: string): Pick<Member, 'checks' | 'services'> {
    const { checks, services } = this.#core.record(id);
    return {
      checks: updated(new Map(), { set: checks.entries, del: [] }, readCheck),
      services: updated(new Map(), { set: services.entries, del: [] }, readService),
    };
  }

  /** What the record says, else what the tags say. */
  #baseOf(id: string, tags: ReadonlyMap<string, string>): Pick<Member, BaseKey> {
    const { entries } = this.#core.record(id).base;
    const { displayName, groups, version, takesNodeAlerts, notices, kv } = readBase(entries);
    return {
      displayName,
      takesNodeAlerts,
      notices,
      kv,
      groups: entries.has('groups') ? groups : groupsOfTags(tags),
      version,
    };
  }
}

/** What sets keys of members of other zones apart from the names of those of ours, which begin with no blank. */
const FOREIGN = ' ';
const foreignKey = (id: string): string => `${FOREIGN}${id}`;

/** Whether a member of our pool that is no longer there is what another zone tells of. */
const isMoved = (before: Member, told: Member): boolean =>
  (before.state === 'left' || before.state === 'dead') && told.incarnation > before.incarnation;

/** A plain Serf agent has a role instead of groups. */
function groupsOfTags(tags: ReadonlyMap<string, string>): string[] {
  const listed = tags.has('ob') ? tags.get('g') : tags.get('role');
  return (listed ?? '').split(',').filter((group) => group !== '');
}

function updated<Value>(
  before: ReadonlyMap<string, Value>,
  { set, del }: PartChange,
  read: (entry: Entry) => Value,
): Map<string, Value> {
  const values = new Map(before);
  for (const name of del) values.delete(name);
  for (const [name, entry] of set) values.set(name, read(entry));
  return values;
}

/** Whether an update says more than that the member's record changed: what the record says is told by itself. */
function isNews(before: Member, after: Member): boolean {
  const isMoved = before.address !== after.address || before.port !== after.port;
  if (isMoved || before.state !== after.state || before.leaving !== after.leaving || before.id !== after.id)
    return true;
  if (before.groups.join() !== after.groups.join()) return true;
  const names = new Set([...before.tags.keys(), ...after.tags.keys()]);
  return [...names].some((name) => !RECORD_TAGS.has(name) && before.tags.get(name) !== after.tags.get(name));
}

const eventOf = (type: MemberChange, member: Member, before: Member | undefined): AgentEvent => ({
  type,
  member,
  ...(before && { before }),
});
