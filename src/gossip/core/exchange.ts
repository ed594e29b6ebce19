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

/** Why nothing came of an exchange: a sentence, and the zone of those there when that is not ours. */
export interface ExchangeFailure {
  readonly error: string;
  readonly zone?: string;
}

/** Every so many attempts a dead member is tried over TCP without asking by UDP first. */
const BLIND_RECONNECT = 6;
/** After so many comparisons in a row that found a difference only every so many is made. */
const MAX_DIFFERING = 2;
const COMPARE_TURN = 4;
/** Whoever has to know how things are tries so many members. */
const REFRESH_TRIES = 3;

/** Exchanges everything that is known with one other member over a stream (push/pull): at a join, from time to time, and to heal a split. */
export class Exchange {
  readonly #parts: Parts;
  #turn = 0;
  #reconnects = 0;
  #nextMeeting = 0;
  #differing = 0;
  #comparisons = 0;

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
  join(to: Endpoint, done: (failure: ExchangeFailure | undefined) => void): void {
    this.#exchange(to, true, (failure) => {
      if (failure === undefined) this.#parts.intents.announceJoin();
      done(failure);
    });
  }

  /** Learns how things are from whoever is there, or from anyone, soon after we heard nothing for long. */
  refresh(place: Endpoint | undefined, tries = REFRESH_TRIES): void {
    if (this.#parts.self.isLeaving || tries === 0) return;
    const to = place ?? this.#anyPeer();
    if (to) this.#compare(to, (failure) => failure !== undefined && this.refresh(undefined, tries - 1));
  }

  /** Answers a request over a stream with what we know, then learns from it. */
  onRequest(stream: number, request: PushPull): void {
    const { carrier, desk, serf } = this.#parts;
    desk.count('push_pulls_in');
    const asked = carrier.read(request.serf?.opsbro);
    const isSame = !request.join && serf.agreement.isOwn(asked?.heard);
    const message = isSame ? this.#nothing(undefined) : this.#everything(request.join, carrier.answer(asked));
    desk.do({ type: 'answer', stream, message });
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
    if (peer) this.#compare(peer, () => {});
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

  #exchange(to: Endpoint, isJoin: boolean, done: (failure: ExchangeFailure | undefined) => void): void {
    const { carrier, serf } = this.#parts;
    this.#request(to, this.#everything(isJoin, carrier.request(serf.agreement.own)), (answer) =>
      done('error' in answer ? answer : undefined),
    );
  }

  /** As `#exchange`, but one of ours is asked first whether it has heard the same, after which there is nothing to repeat. */
  #compare(to: Endpoint, done: (failure: ExchangeFailure | undefined) => void): void {
    if (!this.#mayCompare(to)) {
      this.#exchange(to, false, done);
      return;
    }
    const heard = packSupplement({ heard: this.#parts.serf.agreement.own });
    this.#request(to, this.#nothing(heard), (answer) => {
      if ('error' in answer) done(answer);
      else this.#compared(to, answer, done);
    });
  }

  #compared(to: Endpoint, { nodes }: PushPull, done: (failure: ExchangeFailure | undefined) => void): void {
    if (nodes.length === 0) {
      this.#differing = 0;
      done(undefined);
      return;
    }
    // Its answer told us everything; now it has to hear what we know.
    this.#differing += 1;
    this.#exchange(to, false, done);
  }

  /** While comparing finds differences over and over, it is mostly left out. */
  #mayCompare(to: Endpoint): boolean {
    const node = this.#parts.roster.get(nameOf(to));
    if (!node || !isOurs(node)) return false;
    this.#comparisons += 1;
    return this.#differing < MAX_DIFFERING || this.#comparisons % COMPARE_TURN === 0;
  }

  /** Sends a push/pull and learns from the answer, which `done` is told, or why there is none. */
  #request(to: Endpoint, message: PushPull, done: (answer: PushPull | ExchangeFailure) => void): void {
    const { desk, requests, zone: own } = this.#parts;
    desk.count('push_pulls_out');
    requests.send(to, message, desk.profile.tcpTimeout, (reply) => {
      const answer = answerOf(reply);
      if (typeof answer === 'string') {
        desk.count('push_pulls_failed');
        return done({ error: answer });
      }
      const zone = this.#strangers(answer);
      if (zone === undefined) {
        this.#merge(answer, nameOf(to));
        return done(answer);
      }
      done({ error: `is in zone "${zone}", and this node in "${own}"; each zone is a pool of its own`, zone });
    });
  }

  #everything(join: boolean, supplement: Uint8Array | undefined): PushPull {
    const { isolation, roster, serf } = this.#parts;
    const nodes: NodeEntry[] = [];
    const statusLTimes = new Map<string, number>();
    const leftMembers: string[] = [];
    for (const node of roster.nodes.values()) {
      statusLTimes.set(node.name, node.statusLTime);
      if (node.status === 'left') leftMembers.push(node.name);
      if (node.listed && !isolation.holds(node.name)) nodes.push(entryOf(node));
    }
    const events = serf.events.ring.entries(serf.events.time);
    const opsbro = supplement && { opsbro: supplement };
    return { kind: 'pushPull', join, nodes, serf: { ...this.#times, statusLTimes, leftMembers, events, ...opsbro } };
  }

  /** A push/pull between members that have nothing to tell each other, or are about to find out. */
  #nothing(supplement: Uint8Array | undefined): PushPull {
    const opsbro = supplement && { opsbro: supplement };
    const empty = { statusLTimes: new Map<string, number>(), leftMembers: [], events: [] };
    return { kind: 'pushPull', join: false, nodes: [], serf: { ...this.#times, ...empty, ...opsbro } };
  }

  get #times() {
    const { clocks } = this.#parts;
    return { lTime: clocks.member.time, eventLTime: clocks.event.time, queryLTime: clocks.query.time };
  }

  /** The other zone that a push/pull comes from: nothing of it is for us. */
  #strangers({ nodes }: PushPull): string | undefined {
    const { desk, zone } = this.#parts;
    const other = otherZoneOf(nodes, zone);
    if (other === undefined) return undefined;
    desk.count('dropped_other_zone');
    desk.do({ type: 'neighbours', zone: other, proxies: proxiesIn(nodes, other) });
    return other;
  }

  /** `teller` is empty when we cannot tell who it is. */
  #merge({ nodes, serf }: PushPull, teller: string): void {
    const { carrier } = this.#parts;
    for (const node of this.#bounded(nodes)) this.#mergeNode(node, teller);
    if (serf) this.#mergeSerf(serf);
    const supplement = carrier.read(serf?.opsbro);
    if (supplement) carrier.learn(supplement);
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
