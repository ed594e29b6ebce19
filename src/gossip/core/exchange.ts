import type { Endpoint } from '../../net/address.ts';
import { packSupplement } from '../records/bodies.ts';
import type { Carrier } from '../records/carrier.ts';
import type { Intents } from '../serf/intents.ts';
import type { Clocks, LamportClock } from '../serf/lamport.ts';
import type { SerfLayer } from '../serf/serf-layer.ts';
import type { NodeEntry, PushPull, SerfState, StreamMessage } from '../wire/messages.ts';
import type { Desk } from './desk.ts';
import { pushPullScale } from './formulas.ts';
import type { Isolation } from './isolation.ts';
import { compatible, isOurs, type Node } from './node.ts';
import type { Pings } from './pings.ts';
import type { Reply, Requests } from './requests.ts';
import type { Roster } from './roster.ts';
import { MAX_MEMBERS, type Rumors } from './rumors.ts';
import type { Self } from './self.ts';
import { otherZoneOf, proxiesIn } from './zone-border.ts';

interface Parts {
  readonly desk: Desk;
  readonly roster: Roster;
  readonly self: Self;
  readonly clocks: Clocks;
  readonly requests: Requests;
  readonly pings: Pings;
  readonly rumors: Rumors;
  readonly intents: Intents;
  readonly carrier: Carrier;
  readonly serf: SerfLayer;
  readonly isolation: Isolation;
  readonly zone: string;
}

/** What an exchange says beyond membership. */
type Told = Pick<SerfState, 'events' | 'opsbro'>;

/** Every so many attempts a dead member is tried over TCP without asking by UDP first. */
const BLIND_RECONNECT = 6;
/** Whoever has to know how things are tries so many members. */
const REFRESH_TRIES = 3;

/** Exchanges everything that is known with one other member over a stream (push/pull): at a join, from time to time, and to heal a split. */
export class Exchange {
  readonly #parts: Parts;
  #turn = 0;
  #reconnects = 0;
  #nextMeeting = 0;

  constructor(parts: Parts) {
    this.#parts = parts;
    parts.pings.onReturn = (node) => this.#meet(node);
  }

  start(): void {
    const { desk, roster } = this.#parts;
    desk.every(
      () => desk.profile.pushPullInterval * pushPullScale(roster.size),
      () => this.#exchangeWithAnyone(),
    );
    desk.every(
      () => desk.profile.reconnectInterval,
      () => this.#reconnect(),
    );
  }

  /** Exchanges with whoever is at that place and says that we joined; told how it went. */
  join(to: Endpoint, done: (error: string | undefined) => void): void {
    this.#exchange(to, true, (error) => {
      if (error === undefined) this.#parts.intents.announceJoin();
      done(error);
    });
  }

  /** Learns how things are from whoever is there, or from anyone, soon after we heard nothing for long. */
  refresh(place: Endpoint | undefined, tries = REFRESH_TRIES): void {
    if (this.#parts.self.isLeaving || tries === 0) return;
    const to = place ?? this.#anyPeer();
    if (to) this.#exchange(to, false, (error) => error !== undefined && this.refresh(undefined, tries - 1));
  }

  /** Answers a request over a stream with what we know, then learns from it. */
  onRequest(stream: number, request: PushPull): void {
    const { carrier, desk, serf } = this.#parts;
    desk.count('push_pulls_in');
    const asked = carrier.read(request.serf?.opsbro);
    const { agreement } = serf;
    const isHeard = agreement.isOwn(asked?.heard);
    const supplement = asked && { opsbro: carrier.answer(asked, agreement.own) };
    const told = isHeard ? { events: [] } : { events: this.#events(), ...supplement };
    desk.do({ type: 'answer', stream, message: this.#everything(request.join, told) });
    if (this.#strangers(request) === undefined) this.#merge(request, '');
  }

  #exchangeWithAnyone(): void {
    const { roster, self } = this.#parts;
    if (self.isLeaving) return;
    this.#turn += 1;
    // Every second time it is one of ours, since only ours bring records.
    const isWanted = (node: Node) => node.state === 'alive' && node.name !== self.name && isOurs(node);
    const ours = this.#turn % 2 === 0 ? roster.sample(1, isWanted) : [];
    const [peer = this.#anyPeer()] = ours;
    if (peer) this.#exchange(peer, false, () => {});
  }

  #anyPeer(): Node | undefined {
    const { roster, self } = this.#parts;
    return roster.sample(1, (node) => node.state === 'alive' && node.name !== self.name)[0];
  }

  /** One that is held for dead asks us something: it is there, and has to hear of it. Only so often, as pings can be forged. */
  #meet(lost: Node): void {
    const { desk, self } = this.#parts;
    if (self.isLeaving || lost.status === 'left' || desk.now < this.#nextMeeting) return;
    this.#nextMeeting = desk.now + desk.profile.probeInterval;
    this.#exchange(lost, true, () => {});
  }

  /** Each dead member is tried about once per interval by the whole pool, so that a split pool grows together again. */
  #reconnect(): void {
    const { desk, pings, roster, self } = this.#parts;
    if (self.isLeaving) return;
    const { lost: dead, aliveCount } = roster;
    if (dead.size === 0 || desk.random() >= dead.size / Math.max(1, aliveCount)) return;
    const lost = roster.get([...dead][desk.pick(dead.size)] ?? '');
    if (!lost) return;
    this.#reconnects += 1;
    if (this.#reconnects % BLIND_RECONNECT === 0) {
      this.#exchange(lost, true, () => {});
      return;
    }
    pings.ask(lost, '', (answered) => answered && this.#exchange(lost, true, () => {}));
  }

  #exchange(to: Endpoint, isJoin: boolean, done: (error: string | undefined) => void): void {
    const { desk, requests } = this.#parts;
    desk.count('push_pulls_out');
    const message = this.#everything(isJoin, isJoin ? this.#all() : this.#newsFor(to));
    requests.send(to, message, desk.profile.tcpTimeout, (reply) => {
      const answer = answerOf(reply);
      if (typeof answer === 'string') {
        desk.count('push_pulls_failed');
        return done(answer);
      }
      const strangers = this.#strangers(answer);
      if (strangers === undefined) this.#merge(answer, nameOf(to));
      done(strangers);
    });
  }

  /** What we say of events and records to a member; one that seems to have heard the same is only told that it is so. */
  #newsFor(to: Endpoint): Told {
    const { agreement } = this.#parts.serf;
    if (!agreement.isWith(nameOf(to))) return this.#all();
    return { events: [], opsbro: packSupplement({ heard: agreement.own }) };
  }

  #all(): Told {
    const { carrier, serf } = this.#parts;
    return { events: this.#events(), opsbro: carrier.request(serf.agreement.own) };
  }

  #events(): SerfState['events'] {
    const { events } = this.#parts.serf;
    return events.ring.entries(events.time);
  }

  #everything(join: boolean, told: Told): PushPull {
    const { clocks, isolation, roster } = this.#parts;
    const nodes: NodeEntry[] = [];
    const statusLTimes = new Map<string, number>();
    const leftMembers: string[] = [];
    for (const node of roster.nodes.values()) {
      statusLTimes.set(node.name, node.statusLTime);
      if (node.status === 'left') leftMembers.push(node.name);
      if (node.listed && !isolation.holds(node.name)) nodes.push(entryOf(node));
    }
    const times = { lTime: clocks.member.time, eventLTime: clocks.event.time, queryLTime: clocks.query.time };
    return { kind: 'pushPull', join, nodes, serf: { ...times, statusLTimes, leftMembers, ...told } };
  }

  /** Why nothing of a push/pull is for us: it comes from another pool. */
  #strangers({ nodes }: PushPull): string | undefined {
    const { desk, zone } = this.#parts;
    const other = otherZoneOf(nodes, zone);
    if (other === undefined) return undefined;
    desk.count('dropped_other_zone');
    desk.do({ type: 'neighbours', zone: other, proxies: proxiesIn(nodes, other) });
    return `is in zone "${other}", and this node in "${zone}"; each zone is a pool of its own`;
  }

  /** `teller` is empty when we cannot tell who it is. */
  #merge({ nodes, serf }: PushPull, teller: string): void {
    for (const node of this.#bounded(nodes)) this.#mergeNode(node, teller);
    if (serf) this.#mergeSerf(serf);
    if (serf?.opsbro) this.#learn(serf.opsbro, this.#parts.roster.get(teller));
  }

  /** One that seemed to have heard what we have, but says that it has not, is told all versions. */
  #learn(supplement: Uint8Array, teller: Node | undefined): void {
    const { carrier, serf } = this.#parts;
    const told = carrier.read(supplement);
    if (!told) return;
    carrier.learn(told);
    if (teller && told.heard && !told.versions && !serf.agreement.isOwn(told.heard)) carrier.compare(teller);
  }

  /** Nobody is believed dead because of one push/pull; a suspicion gives it the time to object. */
  #mergeNode({ name, state, ...entry }: NodeEntry, teller: string): void {
    const { desk, rumors } = this.#parts;
    if (!compatible(entry.versions)) {
      desk.count('dropped_incompatible');
      return;
    }
    const { incarnation } = entry;
    switch (state) {
      case 'alive':
        rumors.alive({ kind: 'alive', node: name, ...entry });
        return;
      case 'left':
        rumors.dead({ kind: 'dead', node: name, incarnation, from: name });
        return;
      case 'suspect':
      case 'dead':
        rumors.hearsay({ kind: state, node: name, incarnation, from: teller }, teller);
        return;
    }
  }

  #mergeSerf({ lTime, eventLTime, queryLTime, statusLTimes, leftMembers, events }: SerfState): void {
    const { clocks, intents, roster } = this.#parts;
    this.#witness(clocks.member, lTime);
    this.#witness(clocks.event, eventLTime);
    this.#witness(clocks.query, queryLTime);
    const gone = new Set(this.#bounded(leftMembers));
    for (const node of gone) {
      // Whom we know as gone needs no further intent; else each exchange would raise its time.
      if (roster.get(node)?.status === 'left') continue;
      const time = (statusLTimes.get(node) ?? 0) + 1;
      intents.infer({ kind: 'leaveIntent', lTime: time, node, prune: false });
    }
    for (const [node, time] of this.#bounded([...statusLTimes])) {
      if (!gone.has(node)) intents.infer({ kind: 'joinIntent', lTime: time, node });
    }
    this.#parts.serf.events.learn(events);
  }

  /** As many as a pool can have; what is beyond is counted and not looked at. */
  #bounded<Told>(told: readonly Told[]): readonly Told[] {
    if (told.length <= MAX_MEMBERS) return told;
    this.#parts.desk.count('dropped_too_many', told.length - MAX_MEMBERS);
    return told.slice(0, MAX_MEMBERS);
  }

  /** The clock of another stands at the next time it will use. */
  #witness(clock: LamportClock, time: number): void {
    if (time > 0 && !clock.witness(time - 1)) this.#parts.desk.count('dropped_lamport');
  }
}

/** The push/pull of a reply, or why it is none. */
function answerOf(reply: Reply): PushPull | string {
  if ('error' in reply) return reply.error;
  const message: StreamMessage = reply.message;
  if (message.kind === 'pushPull') return message;
  return message.kind === 'error' ? `refused: ${message.text}` : 'answered with something else';
}

/** A member that we ask is known by name, a mere address is not. */
const nameOf = (place: Endpoint): string => ('name' in place && typeof place.name === 'string' ? place.name : '');

const entryOf = ({ name, incarnation, address, port, meta, state, versions }: Node): NodeEntry => ({
  name,
  incarnation,
  address,
  port,
  meta,
  state,
  versions,
});
