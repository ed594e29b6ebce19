import type { Endpoint } from '../../net/address.ts';
import type { Intents } from '../serf/intents.ts';
import type { Alive, Dead, Suspect } from '../wire/messages.ts';
import { tagsOf } from '../wire/tags.ts';
import type { Desk } from './desk.ts';
import type { MemberChange } from './effect.ts';
import { isLive, type Node, samePlace } from './node.ts';
import type { Pings } from './pings.ts';
import type { Roster } from './roster.ts';
import { judgeAlive, judgeDead, judgeSuspect, type Known } from './rules.ts';
import type { Self } from './self.ts';
import type { Spreader } from './spreader.ts';
import { Suspicions } from './suspicions.ts';

/** An address that a name moved away from may not bring it back for so long. */
const FORMER_PLACE_MS = 24 * 3_600_000;
/** A pair of rivals for one name is reported once in so long. */
const CONFLICT_REPORT_MS = 300_000;
const MAX_CONFLICTS = 256;
const MAX_ASKED = 1_024;
/** Nobody has a pool this large; strangers who invent members end here. */
export const MAX_MEMBERS = 20_000;
const MAX_INCARNATION = 2 ** 31;

interface Parts {
  readonly desk: Desk;
  readonly roster: Roster;
  readonly self: Self;
  readonly spreader: Spreader;
  readonly pings: Pings;
  readonly intents: Intents;
  /** Told of each member that comes, comes back or changes what it says, and of what was known before. */
  readonly arrived: (node: Node, before: Node | undefined) => void;
}

/** Carries out what the rules say about messages on members: changes the roster, tells on what is news, and reports each change. */
export class Rumors {
  readonly #parts: Parts;
  readonly #suspicions: Suspicions;
  readonly #conflicts = new Map<string, number>();
  /** Forgotten members whose old address is being asked. */
  readonly #asked = new Set<string>();

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#suspicions = new Suspicions(parts.desk, (node, incarnation) =>
      this.dead({ kind: 'dead', node, incarnation, from: parts.self.name }),
    );
  }

  alive(told: Alive): void {
    const { desk, self } = this.#parts;
    if (!this.#isSane(told)) return;
    // Who tells no port has the one that we have.
    const message = told.port === 0 ? { ...told, port: self.node.port } : told;
    const known = this.#known(message.node);
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
        this.#conflict(message, known.node);
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

  suspect(message: Suspect): void {
    const { self, spreader } = this.#parts;
    if (!this.#isSane(message)) return;
    const known = this.#known(message.node);
    switch (judgeSuspect(message, known)) {
      case 'ignore':
        return;
      case 'refute':
        self.refute(message.incarnation, message.from);
        return;
      case 'confirm':
        if (this.#suspicions.confirm(message.node, message.from)) spreader.tell('membership', message.node, message);
        return;
      case 'believe':
        this.#beginSuspicion(message, known.node);
        return;
    }
  }

  dead(message: Dead): void {
    if (!this.#isSane(message)) return;
    const known = this.#known(message.node);
    const verdict = judgeDead(message, known);
    if (verdict === 'ignore' || !known.node) return;
    if (verdict === 'refute') {
      this.#parts.self.refute(message.incarnation, message.from);
      return;
    }
    this.#suspicions.cancel(message.node);
    const isRetired = verdict === 'retire';
    const node = { ...known.node, incarnation: message.incarnation };
    if (!isRetired) this.#parts.spreader.tell('membership', message.node, message);
    this.#bury(node, verdict === 'believeDead' ? 'dead' : 'left', known.node);
  }

  #isSane({ incarnation }: Alive | Suspect | Dead): boolean {
    if (incarnation <= MAX_INCARNATION) return true;
    this.#parts.desk.count('dropped_incarnation');
    return false;
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
    const change = changeOf(before, { wasLive, isChanged });
    if (change) this.#report(change, node);
    this.#parts.arrived(node, before);
  }

  #beginSuspicion(message: Suspect, before: Node | undefined): void {
    if (!before) return;
    const { desk, roster, spreader } = this.#parts;
    const node: Node = { ...before, incarnation: message.incarnation, state: 'suspect', changedAt: desk.now };
    roster.set(node);
    spreader.tell('membership', node.name, message);
    this.#suspicions.start(node.name, node.incarnation, { from: message.from, n: roster.size });
    desk.count('suspicions');
    this.#report('member-suspect', node);
  }

  #bury(node: Node, state: 'dead' | 'left', before: Node): void {
    const { desk, roster } = this.#parts;
    const isAnnounced = state === 'left' || before.status === 'leaving' || before.status === 'left';
    const buried: Node = { ...node, state, status: isAnnounced ? 'left' : 'failed', changedAt: desk.now };
    roster.set(buried);
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
  #conflict(message: Alive, known: Node | undefined): void {
    const { desk, self, pings, roster } = this.#parts;
    if (!known || !this.#isNewConflict(message)) return;
    desk.count('conflicts');
    desk.do({ type: 'conflict', name: message.node, known: placeOf(known), claimed: placeOf(message) });
    if (known.name === self.name) return;
    pings.ask(known, known.name, (answered) => {
      const now = roster.get(known.name);
      if (answered || !now || now.incarnation !== known.incarnation || !isLive(now)) return;
      this.dead({ kind: 'dead', node: known.name, incarnation: known.incarnation, from: self.name });
      this.alive(message);
    });
  }

  #isNewConflict(message: Alive): boolean {
    const { now } = this.#parts.desk;
    const pair = `${message.node} ${message.address} ${message.port}`;
    if (now < (this.#conflicts.get(pair) ?? Number.NEGATIVE_INFINITY)) return false;
    if (this.#conflicts.size >= MAX_CONFLICTS) this.#conflicts.clear();
    this.#conflicts.set(pair, now + CONFLICT_REPORT_MS);
    return true;
  }
}

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
