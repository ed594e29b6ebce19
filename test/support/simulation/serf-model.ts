import { seeded } from '../../../src/base/random.ts';
import { Desk } from '../../../src/gossip/core/desk.ts';
import type { Effect, Input } from '../../../src/gossip/core/effect.ts';
import { compatible, isLive, type Node, samePlace } from '../../../src/gossip/core/node.ts';
import { PROFILES } from '../../../src/gossip/core/profile.ts';
import { Roster } from '../../../src/gossip/core/roster.ts';
import { judgeDead, judgeSuspect, type Known } from '../../../src/gossip/core/rules.ts';
import { Self } from '../../../src/gossip/core/self.ts';
import { Spreader } from '../../../src/gossip/core/spreader.ts';
import { Suspicions } from '../../../src/gossip/core/suspicions.ts';
import { Intents } from '../../../src/gossip/serf/intents.ts';
import { LamportClock } from '../../../src/gossip/serf/lamport.ts';
import type { Alive, Dead, PacketMessage, Query, Suspect, UserEvent } from '../../../src/gossip/wire/messages.ts';
import { tagsOf } from '../../../src/gossip/wire/tags.ts';
import type { Endpoint } from '../../../src/net/address.ts';
import type { Machine } from './host.ts';
import { SerfPings } from './serf-pings.ts';
import { SerfStreams } from './serf-streams.ts';

interface SerfModelOptions extends Endpoint {
  readonly name: string;
  readonly seed: number;
}

/** What it sends goes at its own rhythm, not at once as with ours. */
const PROFILE = { ...PROFILES.lan, flushDelay: PROFILES.lan.gossipInterval };
const META_LIMIT = 512;
const VERSION_BYTES = 6;
/** A query that its sender wants nobody to tell on. */
const NO_BROADCAST = 2;

/**
 * A real Serf agent (0.9) as far as a pool sees it: it knows nothing of our own messages and keys, complains where the real one logs at
 * WARN or ERR, refuses a dead member at a new address until it has dropped it, and dies of short version lists.
 */
export class SerfModel implements Machine {
  /** What the real one would have logged at WARN or ERR. */
  readonly complaints: string[] = [];
  /** Names of the events and queries that it heard, each once. */
  readonly heard: string[] = [];
  readonly #desk: Desk;
  readonly #roster: Roster;
  readonly #spreader: Spreader;
  readonly #self: Self;
  readonly #clocks = { member: new LamportClock(), event: new LamportClock(), query: new LamportClock() };
  readonly #intents: Intents;
  readonly #suspicions: Suspicions;
  readonly #pings: SerfPings;
  readonly #streams: SerfStreams;
  readonly #known = new Set<string>();

  constructor({ name, address, port, seed }: SerfModelOptions) {
    const random = seeded(seed);
    const desk = new Desk(PROFILE, random);
    const roster = new Roster(random);
    const spreader = new Spreader(desk, roster, name);
    const self = new Self({ desk, roster, spreader }, { name, address, port, incarnation: 1 });
    const shared = { desk, roster, spreader, self, clocks: this.#clocks };
    const complain = (text: string) => void this.complaints.push(text);
    this.#desk = desk;
    this.#roster = roster;
    this.#spreader = spreader;
    this.#self = self;
    this.#intents = new Intents({ ...shared, selfName: name, isLeaving: () => false, forgotten: () => {} });
    this.#suspicions = new Suspicions(desk, ({ name: node, incarnation }) =>
      this.#dead({ kind: 'dead', node, incarnation, from: name }),
    );
    const tell = (message: Alive | Suspect | Dead) => this.#state(message);
    this.#streams = new SerfStreams({ ...shared, intents: this.#intents, tell, complain });
    this.#pings = new SerfPings({ ...shared, streams: this.#streams, suspect: tell, complain });
  }

  start(now: number): readonly Effect[] {
    this.#desk.now = now;
    this.#self.wear(new Map([['role', 'serf']]));
    this.#pings.start();
    this.#streams.start();
    return this.#desk.takeEffects();
  }

  step(input: Input, now: number): readonly Effect[] {
    this.#desk.now = now;
    this.#take(input);
    for (let due = this.#desk.agenda.takeDue(now); due; due = this.#desk.agenda.takeDue(now)) due.run();
    return this.#desk.takeEffects();
  }

  get wakeAt(): number | undefined {
    return this.#desk.agenda.next;
  }

  get nodes(): ReadonlyMap<string, Node> {
    return this.#roster.nodes;
  }

  get self(): Node {
    return this.#self.node;
  }

  get counts(): ReadonlyMap<string, number> {
    return this.#desk.counts;
  }

  get queueDepths(): ReadonlyMap<string, number> {
    return new Map();
  }

  get snapshot(): Machine['snapshot'] {
    const { member, event, query } = this.#clocks;
    return { members: [], own: this.#self.node, clocks: [member.time, event.time, query.time] };
  }

  #take(input: Input): void {
    switch (input.type) {
      case 'packet':
        for (const message of input.messages) this.#packet(message, input.from);
        return;
      case 'asked':
        this.#streams.asked(input.stream, input.message);
        return;
      case 'answered':
        this.#streams.done(input.id, input.message);
        return;
      case 'failed':
        this.#streams.done(input.id, undefined);
        return;
      case 'join':
        this.#streams.join(input.to);
        return;
      case 'tellEvent':
        this.#event({ kind: 'userEvent', lTime: this.#clocks.event.next(), coalesce: false, ...input });
        return;
      default:
    }
  }

  #packet(message: PacketMessage, from: Endpoint): void {
    switch (message.kind) {
      case 'alive':
      case 'suspect':
      case 'dead':
        this.#state(message);
        return;
      case 'joinIntent':
      case 'leaveIntent':
        this.#intents.hear(message);
        return;
      case 'userEvent':
        this.#event(message);
        return;
      case 'query':
        this.#query(message);
        return;
      case 'queryResponse':
        this.complaints.push('reply for a query that does not run');
        return;
      case 'own':
        this.complaints.push(`received message of unknown type: 200, from ${message.sender}`);
        return;
      case 'relay':
        return;
      default:
        this.#pings.take(message, from);
    }
  }

  #state(message: Alive | Suspect | Dead): void {
    if (message.kind === 'alive') this.#alive(message);
    else if (message.kind === 'suspect') this.#suspect(bare(message));
    else this.#dead(bare(message));
  }

  #alive(message: Alive): void {
    const { node: name, versions, meta, incarnation } = message;
    if (versions.length < VERSION_BYTES) throw new Error('panic: runtime error: index out of range');
    if (meta.length > META_LIMIT) this.complaints.push(`meta of ${name} is too long`);
    if (!compatible(versions)) return void this.complaints.push(`${name} speaks another version`);
    const before = this.#roster.get(name);
    const hasMoved = before?.listed === true && !samePlace(before, message);
    if (hasMoved && before.state !== 'left') {
      this.complaints.push(`conflicting address for ${name}`);
      return;
    }
    if (name === this.#self.name) {
      if (incarnation > this.#self.node.incarnation) this.#self.refute(incarnation, name);
      return;
    }
    if (before?.listed && !hasMoved && incarnation <= before.incarnation) return;
    this.#believe(message, before);
  }

  #believe(message: Alive, before: Node | undefined): void {
    const { node: name, address, port, incarnation, meta, versions } = message;
    this.#suspicions.cancel(name);
    const wasLive = before?.listed === true && isLive(before);
    const node: Node = {
      ...{ name, address, port, incarnation, meta, versions },
      tags: tagsOf(meta),
      state: 'alive',
      status: wasLive ? before.status : this.#intents.statusOfArrival(name),
      statusLTime: before?.statusLTime ?? this.#intents.timeOfArrival(name),
      listed: true,
      changedAt: this.#desk.now,
    };
    this.#roster.set(node);
    this.#spreader.tell('membership', name, message);
    if (!wasLive) this.#desk.do({ type: 'member', change: 'member-join', node });
  }

  #suspect(message: Suspect): void {
    const before = this.#roster.get(message.node);
    const verdict = judgeSuspect(message, this.#whatIsKnown(message.node));
    if (verdict === 'refute') this.#self.refute(message.incarnation, message.from);
    else if (verdict === 'confirm') {
      if (this.#suspicions.confirm(message.node, message.from))
        this.#spreader.tell('membership', message.node, message);
    } else if (verdict === 'believe' && before) {
      this.#roster.set({ ...before, incarnation: message.incarnation, state: 'suspect', changedAt: this.#desk.now });
      this.#suspicions.start(before.name, message.incarnation, { from: message.from, n: this.#roster.size });
      this.#spreader.tell('membership', message.node, message);
    }
  }

  #dead(message: Dead): void {
    const before = this.#roster.get(message.node);
    const verdict = judgeDead(message, this.#whatIsKnown(message.node));
    if (verdict === 'refute') this.#self.refute(message.incarnation, message.from);
    if (verdict === 'ignore' || verdict === 'refute' || !before) return;
    this.#suspicions.cancel(message.node);
    const isAnnounced = before.status === 'leaving' || before.status === 'left';
    const node: Node = {
      ...before,
      incarnation: message.incarnation,
      state: verdict === 'believeDead' ? 'dead' : 'left',
      status: isAnnounced ? 'left' : 'failed',
      changedAt: this.#desk.now,
    };
    this.#roster.set(node);
    this.#spreader.tell('membership', node.name, message);
    this.#desk.do({ type: 'member', change: isAnnounced ? 'member-leave' : 'member-failed', node });
  }

  #whatIsKnown(name: string): Known {
    const { now } = this.#desk;
    return { node: this.#roster.get(name), isSelf: name === this.#self.name, isLeaving: false, now };
  }

  #event(message: UserEvent): void {
    if (!this.#clocks.event.witness(message.lTime)) return;
    const { lTime, name, payload } = message;
    this.#hear(name, `event ${lTime} ${name} ${Buffer.from(payload).toString('hex')}`, message);
  }

  #query(message: Query): void {
    this.#clocks.query.witness(message.lTime);
    const isForAll = (message.flags & NO_BROADCAST) === 0;
    this.#hear(message.name, `query ${message.lTime} ${message.id}`, isForAll ? message : undefined);
  }

  /** Tells on what it hears for the first time. */
  #hear(name: string, key: string, message: UserEvent | Query | undefined): void {
    if (this.#known.has(key)) return;
    this.#known.add(key);
    this.heard.push(name);
    if (message) this.#spreader.tell(message.kind === 'query' ? 'query' : 'event', key, message);
  }
}

/** Keys that it does not know are gone when it tells a message on. */
const bare = <Message extends Suspect | Dead>({ opsbro: _, ...message }: Message): Omit<Message, 'opsbro'> => message;
