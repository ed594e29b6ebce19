import type { Endpoint } from '../../net/address.ts';
import type { Intents } from '../serf/intents.ts';
import type { Alive, Dead, Suspect } from '../wire/messages.ts';
import { tagsOf } from '../wire/tags.ts';
import { detailOf } from './accusation.ts';
import type { Conflicts } from './conflicts.ts';
import type { Desk } from './desk.ts';
import type { MemberChange } from './effect.ts';
import type { Isolation } from './isolation.ts';
import { isLive, type Node, samePlace } from './node.ts';
import type { Pings } from './pings.ts';
import type { Reachability } from './reachability.ts';
import type { Returns } from './returns.ts';
import type { Roster } from './roster.ts';
import { judgeAlive, judgeDead, judgeSuspect, type Known } from './rules.ts';
import type { Self } from './self.ts';
import type { Spreader } from './spreader.ts';
import { type Charge, Suspicions } from './suspicions.ts';
import { isOfOtherZone } from './zone-border.ts';

/** An address that a name moved away from may not bring it back for so long. */
const FORMER_PLACE_MS = 24 * 3_600_000;
const MAX_ASKED = 1_024;
/** Nobody has a pool this large; strangers who invent members end here. */
export const MAX_MEMBERS = 20_000;
const MAX_INCARNATION = 2 ** 31;
/**
 * Nobody raises its incarnation by more than this between two of its messages that we miss. Without this bound one forged message could
 * name the highest of all, after which the accused could never overrule anything again.
 */
const MAX_RAISE = 2 ** 20;

interface Parts {
  readonly desk: Desk;
  readonly roster: Roster;
  readonly self: Self;
  readonly spreader: Spreader;
  readonly pings: Pings;
  readonly intents: Intents;
  readonly conflicts: Conflicts;
  readonly isolation: Isolation;
  readonly reachability: Reachability;
  readonly returns: Returns;
  readonly zone: string;
  /** Told of each member that comes, comes back or changes what it says, and of what was known before. */
  readonly arrived: (node: Node, before: Node | undefined) => void;
  /** Told of each member that died or left. */
  readonly departed: (node: Node) => void;
}

/** Carries out what the rules say about messages on members: changes the roster, tells on what is news, and reports each change. */
export class Rumors {
  readonly #parts: Parts;
  readonly #suspicions: Suspicions;
  /** Forgotten members whose old address is being asked. */
  readonly #asked = new Set<string>();

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#suspicions = new Suspicions(parts.desk, (charge) => this.#timeIsUp(charge));
  }

  alive(told: Alive): void {
    const { desk, self } = this.#parts;
    if (!this.#isSane(told)) return;
    // Who tells no port has the one that we have.
    const message = told.port === 0 ? { ...told, port: self.node.port } : told;
    const known = this.#known(message.node);
    if (!known.isSelf && this.#isOfOtherZone(message, known.node)) {
      desk.count('dropped_other_zone');
      return;
    }
    const verdict = judgeAlive(message, known, idOfMover(message, known.node));
    switch (verdict) {
      case 'ignore':
        return;
      case 'refuse':
        desk.count('dropped_incompatible');
        return;
      case 'refute':
        self.refute(message.incarnation, 'alive');
        return;
      case 'ask':
        this.#askBefore(message);
        return;
      case 'conflict':
        if (known.node) this.#conflict(message, known.node);
        return;
      case 'believe':
        this.#believe(message, known.node);
        return;
      case 'believeMoved':
        desk.do({
          type: 'log',
          level: 'warn',
          fields: placeOf(message),
          text: `${message.node} is back at a new address`,
        });
        this.#believe(message, known.node);
        return;
    }
  }

  /** Takes in an accusation; true when it was news, which the pool is told. */
  suspect(message: Suspect): boolean {
    const { self } = this.#parts;
    if (!this.#isSane(message)) return false;
    const known = this.#known(message.node);
    switch (judgeSuspect(message, known)) {
      case 'ignore':
        return false;
      case 'refute':
        self.refute(message.incarnation, message.from);
        return false;
      case 'confirm':
        if (!this.#suspicions.confirm(message.node, message.from)) return false;
        this.#noteSuspect(message);
        this.#tellAccusation(message);
        return true;
      case 'believe':
        this.#beginSuspicion(message, known.node);
        return true;
    }
  }

  /** As `suspect`, of a member that we asked ourselves without an answer. */
  accuse(message: Suspect): boolean {
    const isNews = this.suspect(message);
    this.#suspicions.asked(message.node, 'silent');
    return isNews;
  }

  /** A member answered us: whatever we held against it before, its accusers are others now. */
  answered(name: string): void {
    this.#suspicions.asked(name, 'answered');
  }

  /**
   * What a push/pull says against a member: a suspicion, whatever it says, so that the member has the time to object. One that has just
   * answered us is asked first, and told, so that it objects before anybody is alarmed.
   */
  hearsay({ kind, ...told }: Suspect | Dead, teller: string): void {
    const { desk, pings, reachability, self } = this.#parts;
    const suspect: Suspect = { kind: 'suspect', node: told.node, incarnation: told.incarnation, from: self.name };
    const known = this.#known(told.node);
    if (!known.node || judgeSuspect(suspect, known) !== 'believe') {
      this.suspect(known.isSelf ? { ...suspect, from: teller || 'another member' } : suspect);
      return;
    }
    if (!this.#isSane(suspect)) return;
    desk.observe(suspectedOf(suspect), 'told-by-push-pull', teller, { state: kind });
    const isFresh = reachability.heardWithin(told.node, 2 * desk.profile.probeInterval);
    const isThere = (answered: boolean) => {
      if (!answered) this.accuse(suspect);
    };
    if (!isFresh || !pings.ask(known.node, told.node, isThere, [{ ...suspect, from: teller || self.name }])) {
      this.suspect(suspect);
    }
  }

  dead(message: Dead): void {
    if (!this.#isSane(message)) return;
    const known = this.#known(message.node);
    const verdict = judgeDead(message, known);
    if (verdict === 'ignore' || !known.node) return;
    const { desk, self } = this.#parts;
    if (verdict === 'refute') {
      self.refute(message.incarnation, message.from);
      return;
    }
    this.#suspicions.cancel(message.node);
    const state = verdict === 'believeDead' ? 'dead' : 'left';
    if (message.from !== self.name) desk.observe(suspectedOf(message), 'dead-received', message.from);
    desk.observe(suspectedOf(message), state, self.name);
    if (verdict !== 'retire') this.#tellAccusation(message);
    this.#bury({ ...known.node, incarnation: message.incarnation }, state, known.node);
  }

  /** What only we held against a member was our own fault: it is there. */
  acquit(name: string): void {
    const { desk, roster, self } = this.#parts;
    const before = roster.get(name);
    if (!before || before.state === 'alive' || before.state === 'left') return;
    this.#suspicions.cancel(name);
    const status = before.status === 'failed' ? 'alive' : before.status;
    const node: Node = { ...before, state: 'alive', status, listed: true, changedAt: desk.now };
    roster.set(node);
    desk.count('acquitted');
    desk.observe(node, 'alive', self.name, { result: 'answered us' });
    this.#report(before.state === 'dead' ? 'member-join' : 'member-alive', node);
    this.#parts.arrived(node, before);
  }

  /** Tells the pool what we alone hold against a member; as a suspicion, so that it has the time to object to all others. */
  publish(name: string): void {
    const { roster, self, spreader } = this.#parts;
    const node = roster.get(name);
    if (!node || node.state === 'alive' || node.state === 'left') return;
    const message = { kind: 'suspect', node: name, incarnation: node.incarnation, from: self.name } as const;
    spreader.tell('membership', name, message);
  }

  /** This node stood still for so long. */
  postpone(ms: number): void {
    this.#suspicions.postpone(ms);
  }

  #isSane({ incarnation, node }: Alive | Suspect | Dead): boolean {
    const known = this.#parts.roster.get(node)?.incarnation;
    if (incarnation <= MAX_INCARNATION && (known === undefined || incarnation <= known + MAX_RAISE)) return true;
    this.#parts.desk.count('dropped_incarnation');
    return false;
  }

  /** What a member has said before was looked at then. */
  #isOfOtherZone({ meta }: Alive, node: Node | undefined): boolean {
    const isKnownWord = node !== undefined && Buffer.compare(node.meta, meta) === 0;
    return !isKnownWord && isOfOtherZone(tagsOf(meta), this.#parts.zone);
  }

  #known(name: string): Known {
    const { desk, roster, self } = this.#parts;
    return { node: roster.get(name), isSelf: name === self.name, isLeaving: self.isLeaving, now: desk.now };
  }

  #believe(message: Alive, before: Node | undefined): void {
    const { desk, roster, spreader, intents } = this.#parts;
    if (!before && roster.nodes.size >= MAX_MEMBERS) {
      desk.count('dropped_pool_full');
      return;
    }
    this.#suspicions.cancel(message.node);
    this.#parts.isolation.release(message.node);
    const wasLive = before?.listed === true && isLive(before);
    const isChanged = !before || Buffer.compare(before.meta, message.meta) !== 0;
    const node: Node = {
      name: message.node,
      address: message.address,
      port: message.port,
      incarnation: message.incarnation,
      meta: message.meta,
      tags: isChanged ? tagsOf(message.meta) : before.tags,
      versions: message.versions,
      state: 'alive',
      status: wasLive ? before.status : intents.statusOfArrival(message.node),
      statusLTime: before?.statusLTime ?? intents.timeOfArrival(message.node),
      listed: true,
      changedAt: wasLive && before.state === 'alive' ? before.changedAt : desk.now,
      ...formerPlace(message, before, desk.now),
    };
    roster.set(node);
    spreader.tell('membership', node.name, message);
    this.#noteAlive(node, before);
    const change = changeOf(before, { wasLive, isChanged });
    if (change) this.#report(change, node);
    this.#parts.arrived(node, before);
  }

  /**
   * Nobody dies of the word of others alone: in a large pool that is whole again a thousand objections are on their way at once, and the one
   * that matters may come too late.
   */
  #timeIsUp({ name, incarnation, confirmations, isSilent }: Charge): void {
    const { desk, pings, roster, self } = this.#parts;
    desk.observe({ name, incarnation }, 'timer-fired', self.name, { confirmations });
    const charge = { node: name, incarnation, from: self.name };
    const bury = () => this.dead({ kind: 'dead', ...charge });
    const judge = (answered: boolean) => {
      const now = roster.get(name);
      if (now?.state !== 'suspect' || now.incarnation !== incarnation) return;
      if (answered) this.acquit(name);
      else bury();
    };
    const node = roster.get(name);
    const isAsked = !isSilent && node && pings.ask(node, name, judge, [{ kind: 'suspect', ...charge }]);
    if (!isAsked) bury();
  }

  #beginSuspicion(message: Suspect, before: Node | undefined): void {
    if (!before) return;
    const { desk, roster } = this.#parts;
    const node: Node = { ...before, incarnation: message.incarnation, state: 'suspect', changedAt: desk.now };
    roster.set(node);
    this.#suspicions.start(node.name, node.incarnation, { from: message.from, n: roster.size });
    this.#noteSuspect(message);
    this.#tellAccusation(message);
    desk.count('suspicions');
    this.#report('member-suspect', node);
  }

  /** What we found ourselves while we heard nobody is our secret until we know better. */
  #tellAccusation(message: Suspect | Dead): void {
    const { isolation, self, spreader } = this.#parts;
    const isOurs = message.from === self.name && message.node !== self.name;
    if (isOurs && isolation.isDeaf) isolation.hold(message.node);
    else {
      isolation.release(message.node);
      spreader.tell('membership', message.node, message);
    }
  }

  #noteSuspect(message: Suspect): void {
    const { desk, self } = this.#parts;
    const kind = message.from === self.name ? 'suspect' : 'suspect-received';
    const detail = kind === 'suspect' ? {} : detailOf(message.opsbro);
    const progress = this.#suspicions.progress(message.node) ?? {};
    desk.observe(suspectedOf(message), kind, message.from, { ...progress, ...detail });
  }

  /** That a member came is told by the time since when it is there; only what comes after is evidence. */
  #noteAlive(node: Node, before: Node | undefined): void {
    if (!before) return;
    const { desk } = this.#parts;
    if (!samePlace(node, before)) {
      const [from, to] = [`${before.address} port ${before.port}`, `${node.address} port ${node.port}`];
      desk.observe(node, 'address-change', node.name, { from, to });
    }
    if (before.state === 'suspect') {
      desk.count('suspicions_refuted');
      desk.observe(node, 'refuted', node.name);
    } else if (before.state !== 'alive') desk.observe(node, 'alive', node.name);
    if (before.state === 'dead') this.#parts.returns.noticed();
  }

  #bury(node: Node, state: 'dead' | 'left', before: Node): void {
    const { desk, roster } = this.#parts;
    const isAnnounced = state === 'left' || before.status === 'leaving' || before.status === 'left';
    const buried: Node = { ...node, state, status: isAnnounced ? 'left' : 'failed', changedAt: desk.now };
    roster.set(buried);
    this.#parts.departed(buried);
    if (before.status !== buried.status) this.#report(isAnnounced ? 'member-leave' : 'member-failed', buried);
  }

  #report(change: MemberChange, node: Node): void {
    this.#parts.desk.do({ type: 'member', change, node });
  }

  /** Old news of someone forgotten: only if it answers at that address is it really there again. */
  #askBefore(message: Alive): void {
    const { desk, pings, roster } = this.#parts;
    // Old news comes in many copies; one question is enough, and one answer makes it news once.
    if (this.#asked.has(message.node) || this.#asked.size >= MAX_ASKED) return;
    this.#asked.add(message.node);
    desk.later(desk.profile.probeTimeout, () => this.#asked.delete(message.node));
    pings.ask(message, message.node, (answered) => {
      const node = roster.get(message.node);
      if (node?.listed) this.alive(message);
      else if (answered) this.#believe(message, node);
      else desk.count('dropped_stale_alive');
    });
  }

  /** The known one stays if it answers; if not, its name is free at once. */
  #conflict(claim: Alive, known: Node): void {
    const { conflicts, roster, self } = this.#parts;
    conflicts.met(claim, known, () => {
      const now = roster.get(known.name);
      if (!now || now.incarnation !== known.incarnation || !isLive(now)) return;
      this.dead({ kind: 'dead', node: known.name, incarnation: known.incarnation, from: self.name });
      this.alive(claim);
    });
  }
}

const suspectedOf = ({ node, incarnation }: Suspect | Dead) => ({ name: node, incarnation });
/** The node id of one who is known at another place; nobody else's is looked at, and reading tags is dear. */
const idOfMover = (message: Alive, node: Node | undefined): string | undefined =>
  node && !samePlace(message, node) ? tagsOf(message.meta).get('id') : undefined;

const placeOf = ({ address, port }: Endpoint): Endpoint & Readonly<Record<string, unknown>> => ({ address, port });

function changeOf(
  before: Node | undefined,
  { wasLive, isChanged }: { readonly wasLive: boolean; readonly isChanged: boolean },
): MemberChange | undefined {
  if (!before || !wasLive) return 'member-join';
  if (before.state === 'suspect') return 'member-alive';
  return isChanged ? 'member-update' : undefined;
}

function formerPlace(place: Endpoint, before: Node | undefined, now: number): Pick<Node, 'former'> {
  if (!before) return {};
  if (before.address === place.address && before.port === place.port) {
    return before.former ? { former: before.former } : {};
  }
  return { former: { ...placeOf(before), until: now + FORMER_PLACE_MS } };
}
