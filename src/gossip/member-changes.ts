import type { AgentEvent } from '../model/event.ts';
import type { Member, NodeState } from '../model/member.ts';

/** The event of a member that comes into a state from none, or from being dead or gone. */
const ARRIVALS = {
  alive: 'member-join',
  suspect: 'member-suspect',
  dead: 'member-failed',
  left: 'member-leave',
} as const satisfies Record<NodeState, string>;

/** What a member says of its place beside its state. */
const PLACE_FIELDS = ['name', 'address', 'port', 'zone', 'isProxy', 'leaving'] as const;

/** The events that tell of the difference between what was and what is known of a member; maps count as changed when they are others. */
export function changesBetween(before: Member | undefined, member: Member): AgentEvent[] {
  if (!before) return [{ type: ARRIVALS[member.state], member }];
  const events: AgentEvent[] = [];
  if (before.state !== member.state) events.push({ type: stateChange(before.state, member.state), member, before });
  else if (PLACE_FIELDS.some((field) => before[field] !== member[field])) {
    events.push({ type: 'member-update', member, before });
  }
  if (before.reachable !== member.reachable) events.push({ type: 'member-reach', member, before });
  return [...events, ...dampingChanges(before, member), ...recordChanges(before, member)];
}

/** The events that tell whether a member flaps, and of a return that counts now. */
export function dampingChanges(before: Member, member: Member): AgentEvent[] {
  const events: AgentEvent[] = [];
  if (before.flapping !== member.flapping) events.push({ type: 'member-flap', member, before });
  if (before.state === member.state && before.settled !== member.settled) {
    events.push({ type: 'member-settle', member, before });
  }
  return events;
}

const stateChange = (before: NodeState, after: NodeState) =>
  before === 'suspect' && after === 'alive' ? 'member-alive' : ARRIVALS[after];

function recordChanges(before: Member, member: Member): AgentEvent[] {
  const isBaseOther =
    before.displayName !== member.displayName ||
    before.version !== member.version ||
    before.groups.join() !== member.groups.join();
  const others = {
    base: isBaseOther,
    checks: before.checks !== member.checks,
    services: before.services !== member.services,
  } as const;
  const parts = (['base', 'checks', 'services'] as const).filter((part) => others[part]);
  return parts.map((part) => ({ type: 'record-change', part, member, before }));
}
