import type { Bus } from '../../base/bus.ts';
import type { Clock } from '../../base/clock.ts';
import type { Alert } from '../../model/alert.ts';
import type { AgentEvent } from '../../model/event.ts';
import type { Member, Membership } from '../../model/member.ts';
import { candidatesIn, isLiving } from './candidates.ts';
import { type Case, CLAIM_MS, cutOff, dutyOf, isTeller, orderOf } from './duty.ts';
import { alertNodeOf, type Incident, incidentId, nodeKey, problemOf, toldOf } from './incident.ts';
import type { OwnNotices } from './own-notices.ts';
import { Partition } from './partition.ts';

/** A node that came back has to stay for so long. */
const BACK_MS = 10_000;
/** A claim that is only held back is renewed before it counts no more. */
const RENEW_MS = CLAIM_MS / 2;

/** What the watch works with. */
export interface NodeWatchOptions {
  readonly bus: Bus<AgentEvent>;
  readonly clock: Clock;
  readonly membership: Membership;
  readonly notices: OwnNotices;
  readonly settings: () => NodeAlertSettings;
  /** Why a member is as it is, in one sentence. */
  readonly why: (name: string) => string;
}

/** What people may set of node alerts. */
export interface NodeAlertSettings {
  /** How long a node is dead before anybody is told. */
  readonly graceMs: number;
  /** Whether plain Serf agents count. */
  readonly areSerfNodesTold: boolean;
}

const MEMBER_EVENTS = [
  'member-join',
  'member-update',
  'member-suspect',
  'member-alive',
  'member-failed',
  'member-settle',
  'member-flap',
] as const;

/**
 * Makes alerts of dead nodes of the own zone, each on one node of the zone only: all find by themselves who that is, and say how far they got
 * in what they tell the pool of themselves.
 */
export class NodeWatch implements Disposable {
  readonly #options: NodeWatchOptions;
  readonly #incidents = new Map<string, Incident>();
  readonly #partition: Partition;
  readonly #listeners: Disposable[] = [];
  /** Alerts of ours that are kept from people on purpose. */
  readonly #held = new Set<string>();
  #isIsolated = false;
  #wake: Disposable | undefined;

  constructor(options: NodeWatchOptions) {
    this.#options = options;
    const { bus, notices } = options;
    this.#partition = new Partition({ ...options, isAlive: (id) => this.#isAlive(id) });
    this.#listeners.push(
      ...MEMBER_EVENTS.map((type) => bus.on(type, ({ member, before }) => this.#changed(member, before))),
      bus.on('member-leave', ({ member }) => this.#gone(member)),
      bus.on('member-reap', ({ member }) => this.#gone(member)),
      bus.on('record-change', ({ part }) => {
        if (part === 'base' && this.#isBusy) this.review();
      }),
      bus.on('isolated', ({ isolated }) => this.#isolated(isolated)),
      bus.on('alert-change', ({ action, alert }) => this.#told(action, alert)),
    );
    notices.repeat();
  }

  /** The node went to another pool, which knows nothing of it yet. */
  moved(): void {
    this.#options.notices.repeat();
    this.review();
  }

  /** Does what is to be done now, and sleeps until there is something again. */
  review(): void {
    this.#wake?.[Symbol.dispose]();
    this.#wake = undefined;
    if (this.#isIsolated || !this.#isBusy) return;
    const now = this.#options.clock.now();
    this.#findPartition(now);
    const times = [...this.#incidents.values()].map((incident) => this.#attend(incident, now));
    const next = Math.min(...times, this.#partition.attend(candidatesIn(this.#options.membership), now));
    if (next < Number.POSITIVE_INFINITY) this.#wake = this.#options.clock.after(next - now, () => this.review());
  }

  [Symbol.dispose](): void {
    this.#wake?.[Symbol.dispose]();
    this.#partition[Symbol.dispose]();
    for (const listener of this.#listeners) listener[Symbol.dispose]();
  }

  get #isBusy(): boolean {
    return this.#incidents.size > 0 || this.#partition.isOpen;
  }

  #changed(member: Member, before: Member | undefined): void {
    const { membership, clock, settings } = this.#options;
    if (member.zone !== membership.self.zone || member.id === membership.self.id) return;
    const incident = this.#incidents.get(member.id);
    const now = clock.now();
    if (isDeath(before) && member.settled === 'dead') this.#voidClaims(member.id, now);
    if (member.settled === 'left') this.#gone(member);
    else if (member.settled !== 'dead') this.#returned(member, now);
    else if (incident !== undefined) incident.backAt = undefined;
    else if (isDeath(before) && (member.kind === 'opsbro' || settings().areSerfNodesTold)) this.#open(member, now);
    if (this.#isBusy) this.review();
  }

  #open(member: Member, now: number): void {
    this.#incidents.set(member.id, {
      id: incidentId(member.id, member.incarnation),
      node: alertNodeOf(member),
      incarnation: member.incarnation,
      diedAt: now,
      dueAt: now + this.#options.settings().graceMs,
      backAt: undefined,
      isRaised: false,
      isCutOff: false,
      seen: new Map(),
    });
  }

  /** What a node claimed that is dead now is up to others, one after the other. */
  #voidClaims(id: string, now: number): void {
    for (const incident of this.#incidents.values())
      if (incident.seen.get(id)?.state === 'claimed') incident.dueAt = Math.max(incident.dueAt, now);
  }

  /** Of one that this node told of before it was started again, nothing else is known any more. */
  #returned(member: Member, now: number): void {
    const incident = this.#incidents.get(member.id);
    if (incident !== undefined) {
      incident.backAt ??= now;
      return;
    }
    const known = this.#options.notices.openOf(nodeKey(member.id));
    if (known === undefined) return;
    const incarnation = Number(known.slice(known.lastIndexOf('-') + 1));
    this.#open({ ...member, incarnation }, now);
    const reopened = this.#incidents.get(member.id);
    if (reopened) Object.assign(reopened, { backAt: now, isRaised: true });
  }

  #gone(member: Member): void {
    const incident = this.#incidents.get(member.id);
    if (!incident) return;
    this.#incidents.delete(member.id);
    if (incident.isRaised) this.#emit(problemOf(incident, 'left'));
    this.#forget(incident);
    this.#partition.lost(member.id);
    this.review();
  }

  /** Answers when to look at it again. */
  #attend(incident: Incident, now: number): number {
    this.#look(incident, now);
    if (incident.backAt !== undefined) return this.#attendReturn(incident, incident.backAt + BACK_MS, now);
    if (incident.isRaised) return this.#renewed(incident, now);
    if (incident.isCutOff) return Number.POSITIVE_INFINITY;
    const duty = dutyOf({ ...this.#caseOf(incident), dueAt: incident.dueAt }, now);
    if (duty.type === 'wait') return duty.until;
    if (duty.type === 'nothing') return Number.POSITIVE_INFINITY;
    incident.isRaised = true;
    this.#options.notices.say(incident.id, 'claimed');
    this.#emit(problemOf(incident, 'dead', this.#options.why(incident.node.name)));
    return now + RENEW_MS;
  }

  #attendReturn(incident: Incident, endsAt: number, now: number): number {
    if (now < endsAt) return endsAt;
    const { notices } = this.#options;
    this.#incidents.delete(incident.node.uuid);
    this.#partition.lost(incident.node.uuid);
    const isOurs = isTeller(this.#caseOf(incident));
    // Who tells in the place of others has to know whom they told.
    const isForOthers = isOurs && notices.get(incident.id)?.state !== 'sent';
    const problem = problemOf(incident, 'alive');
    if (incident.isRaised || isOurs)
      this.#emit(isForOthers ? { ...problem, toldElsewhere: toldOf(incident) } : problem);
    if (isOurs) notices.say(incident.id, 'resolved', notices.get(incident.id)?.handlers);
    else notices.drop(incident.id);
    this.#held.delete(incident.id);
    return Number.POSITIVE_INFINITY;
  }

  /** Others are not to act in our place while we only wait. */
  #renewed({ id }: Incident, now: number): number {
    const { notices, clock } = this.#options;
    const notice = notices.get(id);
    if (notice?.state !== 'claimed' || !this.#held.has(id)) return Number.POSITIVE_INFINITY;
    const age = clock.wall() - notice.at;
    if (age < RENEW_MS) return now + RENEW_MS - age;
    notices.say(id, 'claimed');
    return now + RENEW_MS;
  }

  /** Takes in what others say of an incident. */
  #look({ id, seen }: Incident, now: number): void {
    const { membership } = this.#options;
    for (const member of membership.members.values()) {
      const notice = member.notices?.get(id);
      const before = seen.get(member.id);
      if (notice === undefined) seen.delete(member.id);
      else if (before?.state !== notice.state || before.at !== notice.at)
        seen.set(member.id, { by: member.id, ...notice, seenAt: now });
    }
  }

  #findPartition(now: number): void {
    const dead = [...this.#incidents.values()].filter(({ backAt, isCutOff }) => backAt === undefined && !isCutOff);
    if (!dead.some(({ dueAt, isRaised }) => !isRaised && dueAt <= now)) return;
    const { members, self } = this.#options.membership;
    const living = [...members.values()].filter(({ zone, id }) => zone === self.zone && this.#isAlive(id));
    const cut = new Set(
      cutOff(
        dead.map(({ node, diedAt }) => ({ id: node.uuid, at: diedAt })),
        living.length,
      ),
    );
    const those = dead.filter(({ node, isRaised }) => cut.has(node.uuid) && !isRaised);
    if (those.length === 0) return;
    for (const incident of those) incident.isCutOff = true;
    this.#partition.add(those, { now, living: living.length, released: (ids) => this.#release(ids) });
  }

  /** What was cut off is not any more; who is still dead then is dead by itself. */
  #release(ids: Iterable<string>): void {
    const { clock, settings } = this.#options;
    for (const id of ids) {
      const incident = this.#incidents.get(id);
      if (incident) Object.assign(incident, { isCutOff: false, dueAt: clock.now() + settings().graceMs });
    }
  }

  /** Alone nobody can tell who is dead: what was seen meanwhile has to be seen anew. */
  #isolated(isIsolated: boolean): void {
    this.#isIsolated = isIsolated;
    this.#release([...this.#incidents.values()].filter(({ isRaised }) => !isRaised).map(({ node }) => node.uuid));
    this.review();
  }

  #told(action: string, alert: Alert): void {
    const { notices } = this.#options;
    const notice = notices.get(alert.id);
    if (notice === undefined) return;
    const isHeld = alert.silenced.length > 0 || alert.maintenance !== null || alert.suppressedBy.length > 0;
    if (isHeld) this.#held.add(alert.id);
    else this.#held.delete(alert.id);
    const handlers = [...alert.notified].filter(([, { state }]) => state === 'sent').map(([handler]) => handler);
    if (action === 'notified' && notice.state === 'claimed') notices.say(alert.id, 'sent', handlers);
    if (isHeld) this.review();
  }

  #forget({ id }: Incident): void {
    this.#options.notices.drop(id);
    this.#held.delete(id);
  }

  #caseOf({ node, seen }: Incident): Omit<Case, 'dueAt'> {
    const order = orderOf(`alert/node/${node.uuid}`, candidatesIn(this.#options.membership));
    return {
      self: this.#options.membership.self.id,
      order,
      notices: [...seen.values()],
      isAlive: (id) => this.#isAlive(id),
    };
  }

  #isAlive(id: string): boolean {
    return isLiving(this.#options.membership, id);
  }

  #emit(problem: ReturnType<typeof problemOf>): void {
    this.#options.bus.emit({ type: 'problem-change', problem });
  }
}

/** Who was not seen alive by this node may have been dead for long. */
const isDeath = (before: Member | undefined): boolean => before?.settled === 'alive' || before?.settled === 'suspect';
