import type { Bus } from '../base/bus.ts';
import type { Clock } from '../base/clock.ts';
import { alertRecord } from '../model/alert-record.ts';
import { type CheckRecord, type ShownState, stateId } from '../model/check.ts';
import type { AgentEvent } from '../model/event.ts';
import type { ServiceStatus } from '../model/health.ts';
import type { KvChange } from '../model/kv.ts';
import type { CheckSummary, Member, Membership } from '../model/member.ts';
import type { UserEvent } from '../model/pool.ts';
import { repairJson } from '../model/repair-json.ts';
import type { Channel, News, StreamChannel } from './channels.ts';

/** A check of some node, as frames tell of it. */
export interface CheckChange {
  /** Id of the node. */
  readonly node: string;
  readonly name: string;
  readonly display_name: string;
  readonly state: ShownState;
  readonly state_id: number;
  readonly old_state: ShownState;
  readonly hard: boolean;
  readonly output: string;
  /** Epoch milliseconds; of other nodes, of the last change. */
  readonly last_check: number | null;
  /** It changes too often to tell of each change; `null` for other nodes, of which that is not known. */
  readonly flapping: boolean | null;
  /** The checks whose failure explains this one; `null` for other nodes. */
  readonly suppressed_by: readonly string[] | null;
}

/** A member as JSON. */
export type MemberView = (member: Member) => Readonly<Record<string, unknown>>;

/** An event of the pool as JSON. */
export type EventView = (event: UserEvent) => Readonly<Record<string, unknown>>;

interface FeedOptions {
  readonly bus: Bus<AgentEvent>;
  readonly clock: Clock;
  readonly membership: Membership;
  readonly memberView: MemberView;
  readonly eventView: EventView;
  /** A change of a key as JSON. */
  changeView(change: KvChange): object;
  /** Gets everything that somebody wants. */
  tell(news: News): void;
  /** Whether anybody wants to hear of this. */
  isWanted(news: Pick<News, 'channel' | 'key'>): boolean;
}

/** OpsBro's word for each event of a member. */
const WORDS = {
  'member-join': 'alive',
  'member-alive': 'alive',
  'member-suspect': 'suspect',
  'member-failed': 'dead',
  'member-leave': 'leave',
} as const;
/** Changes after which a member is as it is said to be. */
const OTHER_CHANGES = ['member-update', 'member-flap', 'member-settle', 'member-reach'] as const;
const STATE_WORDS = { alive: 'alive', suspect: 'suspect', dead: 'dead', left: 'leave' } as const;

/** Turns what happens in the agent into frames, in the same call stack, each written once for all clients. */
export class Feed implements Disposable {
  readonly #options: FeedOptions;
  readonly #listeners: Disposable[] = [];
  #index = 0;

  constructor(options: FeedOptions) {
    this.#options = options;
    this.#listen();
  }

  /** Number of the last frame of this agent's stream. */
  get index(): number {
    return this.#index;
  }

  /** A frame for one client; it has the number of the last frame of the stream. */
  frame(channel: Channel, payload: unknown, extra: Readonly<Record<string, unknown>> = {}): string {
    return JSON.stringify({ channel, index: this.#index, ts: this.#options.clock.wall(), ...extra, payload });
  }

  /** Tells a line of the log. */
  tellLog(part: string, line: string): void {
    this.#send('log', () => ({ part, line }));
  }

  [Symbol.dispose](): void {
    for (const listener of this.#listeners) listener[Symbol.dispose]();
  }

  #listen(): void {
    const { bus } = this.#options;
    for (const type of Object.keys(WORDS) as (keyof typeof WORDS)[]) {
      this.#listeners.push(bus.on(type, ({ member }) => this.#tellMember(WORDS[type], member)));
    }
    for (const type of OTHER_CHANGES) {
      this.#listeners.push(bus.on(type, ({ member }) => this.#tellMember(STATE_WORDS[member.state], member)));
    }
    this.#listeners.push(
      bus.on('user-event', ({ event }) => this.#send('events', () => this.#options.eventView(event))),
      bus.on('member-join', ({ member }) => this.#tellChecks(member, undefined)),
      bus.on('member-reap', ({ member }) => this.#send('gossip', () => ({ type: 'gossip::reaped', uuid: member.id }))),
      bus.on('record-change', ({ member, before }) => this.#tellRecord(member, before)),
      bus.on('check-change', ({ check, before }) => this.#tellOwnCheck(check, before)),
      bus.on('alert-change', ({ action, alert }) =>
        this.#send('alerts', () => ({ id: alert.id, action, alert: alertRecord(alert) })),
      ),
      bus.on('health-change', ({ service, status }) => this.#send('health', () => healthChange(service, status))),
      bus.on('repair-change', ({ record }) => this.#send('repairs', () => repairJson(record))),
      bus.on('kv-change', (change) => this.#send('kv', () => this.#options.changeView(change), change.key)),
      bus.on('groups-change', ({ add, remove }) => this.#tellGroups(this.#options.membership.self.id, add, remove)),
      bus.on('collector-done', ({ collector, changed }) => {
        const { name, state, log, results } = collector;
        if (changed) this.#send('collectors', () => ({ name, state, log, results }));
      }),
    );
  }

  #tellMember(word: string, member: Member): void {
    this.#send('gossip', () => ({ type: `gossip::${word}`, ...this.#options.memberView(member) }));
  }

  #tellRecord(member: Member, before: Member | undefined): void {
    this.#tellMember(STATE_WORDS[member.state], member);
    // What this node says of itself was told when it happened.
    if (member.id === this.#options.membership.self.id) return;
    const add = member.groups.filter((group) => !before?.groups.includes(group));
    const remove = before?.groups.filter((group) => !member.groups.includes(group)) ?? [];
    if (add.length + remove.length > 0) this.#tellGroups(member.id, add, remove);
    this.#tellChecks(member, before);
  }

  #tellChecks(member: Member, before: Member | undefined): void {
    for (const [name, check] of member.checks) this.#tellCheckOf(member.id, name, check, before?.checks.get(name));
  }

  #tellCheckOf(node: string, name: string, check: CheckSummary, before: CheckSummary | undefined): void {
    if (before && before.state === check.state && before.hard === check.hard) return;
    this.#send('checks', () => checkChange(node, name, check, before?.state));
  }

  #tellOwnCheck(check: CheckRecord, before: CheckRecord): void {
    this.#send('checks', () => ownCheckChange(this.#options.membership.self.id, check, before.state));
  }

  #tellGroups(node: string, add: readonly string[], remove: readonly string[]): void {
    this.#send('groups', () => ({ node, add, remove }));
  }

  #send(channel: StreamChannel, payloadOf: () => object, key?: string): void {
    this.#index += 1;
    if (!this.#options.isWanted({ channel, key })) return;
    const payload = payloadOf();
    this.#options.tell({ channel, key, index: this.#index, payload, text: this.frame(channel, payload) });
  }
}

/** A service of this node; one that is gone has no health. */
const healthChange = (service: string, status: ServiceStatus | null) =>
  status ?? { service, health: null, healthchecks: [] };

/** A check of another node, of which only the summary is known. */
export function checkChange(
  node: string,
  name: string,
  check: CheckSummary,
  before: ShownState = 'pending',
): CheckChange {
  return {
    node,
    name,
    display_name: '',
    state: check.state,
    state_id: stateId(check.state),
    old_state: before,
    hard: check.hard,
    output: check.output,
    last_check: check.changed === 0 ? null : check.changed,
    flapping: null,
    suppressed_by: null,
  };
}

/** A check of this node. */
export function ownCheckChange(node: string, check: CheckRecord, before: ShownState): CheckChange {
  return {
    node,
    name: check.id,
    display_name: check.displayName,
    state: check.state,
    state_id: stateId(check.state),
    old_state: before,
    hard: check.hard,
    output: check.output,
    last_check: check.lastCheck,
    flapping: check.flapping,
    suppressed_by: check.suppressedBy,
  };
}
