/** The state machine of a pool's member: messages and time go in, what is to be done comes out. No clock, no sockets, no dice of its own. */
import type { Random } from '../../base/random.ts';
import type { Endpoint } from '../../net/address.ts';
import { Carrier } from '../records/carrier.ts';
import { Courier } from '../records/courier.ts';
import { Library } from '../records/library.ts';
import { OwnRecord } from '../records/own-record.ts';
import type { NodeRecord } from '../records/part.ts';
import { Intents } from '../serf/intents.ts';
import { type Clocks, LamportClock } from '../serf/lamport.ts';
import type { TagFacts } from '../serf/own-tags.ts';
import { SerfLayer } from '../serf/serf-layer.ts';
import { OWN_KINDS, type PacketMessage, type StreamMessage } from '../wire/messages.ts';
import { Conflicts } from './conflicts.ts';
import { Departure } from './departure.ts';
import { Desk } from './desk.ts';
import type { Effect, Input, PartName, Remembered } from './effect.ts';
import type { Observation } from './evidence.ts';
import { Exchange } from './exchange.ts';
import { Isolation } from './isolation.ts';
import { tellMove } from './move.ts';
import { type Node, shownState } from './node.ts';
import { guardAgainstPause } from './pause.ts';
import { Pings } from './pings.ts';
import { Prober } from './prober.ts';
import type { Profile } from './profile.ts';
import { CLASSES } from './queue.ts';
import { Reachability } from './reachability.ts';
import { Reaper } from './reaper.ts';
import { nodeOf, rememberedOf } from './remembered.ts';
import { Requests } from './requests.ts';
import { Roster } from './roster.ts';
import { Rumors } from './rumors.ts';
import { type Identity, Self } from './self.ts';
import { Spreader } from './spreader.ts';

/** Everything a core has to know when it starts. */
interface CoreOptions extends Identity {
  readonly profile: Profile;
  readonly random: Random;
  readonly facts: TagFacts;
  /** 8 bytes that tell this run from all others. */
  readonly boot: Uint8Array;
  /** Clocks and record versions of the last run, if there was one. */
  readonly clocks?: readonly [member: number, event: number, query: number];
  readonly versions?: Readonly<Record<PartName, number>>;
  /** Everyone who is known from the start, in whatever state. */
  readonly members?: readonly Node[];
}

/** What is kept over a restart. */
export interface Snapshot {
  /** Those that live, and those that are dead but did not leave. */
  readonly members: readonly Remembered[];
  /** Where others reach us. */
  readonly own: Endpoint;
  readonly clocks: readonly [member: number, event: number, query: number];
}

const ERROR_REPORT_MS = 60_000;
const NAME_LOST = 'this node has lost its name to another';
const NO_VERSIONS = { base: 0, checks: 0, services: 0 } as const;

export class Core {
  readonly #desk: Desk;
  readonly #roster: Roster;
  readonly #self: Self;
  readonly #spreader: Spreader;
  readonly #clocks: Clocks;
  /** Events, queries and coordinates. */
  readonly serf: SerfLayer;
  readonly #requests: Requests;
  readonly #pings: Pings;
  readonly #intents: Intents;
  readonly #rumors: Rumors;
  readonly #library: Library;
  readonly #own: OwnRecord;
  readonly #courier: Courier;
  readonly #carrier: Carrier;
  readonly #exchange: Exchange;
  readonly #departure: Departure;
  readonly #prober: Prober;
  readonly #parts: Parameters<typeof guardAgainstPause>[0];
  readonly #reaper: Reaper;
  readonly #isolation: Isolation;
  readonly #reachability: Reachability;
  #nextErrorReport = 0;
  #startedAt: number | undefined;

  constructor(options: CoreOptions) {
    const { profile, random, facts, boot, clocks = [1, 1, 1], versions = NO_VERSIONS } = options;
    const desk = new Desk(profile, random);
    const roster = new Roster(random);
    const spreader = new Spreader(desk, roster, options.name);
    const self = new Self({ desk, roster, spreader }, options);
    const [member, event, query] = clocks.map((time) => new LamportClock(time));
    this.#clocks = {
      member: member ?? new LamportClock(),
      event: event ?? new LamportClock(),
      query: query ?? new LamportClock(),
    };
    const shared = { desk, roster, self, spreader, clocks: this.#clocks };
    this.#desk = desk;
    this.#roster = roster;
    this.#spreader = spreader;
    this.#self = self;
    this.#requests = new Requests(desk);
    this.serf = new SerfLayer({
      ...shared,
      digests: () => this.#carrier.digests,
      sendEvents: (node, body) => this.#courier.send(node, OWN_KINDS.events, body),
      nameLost: (by) => self.silence(by),
    });
    this.#pings = new Pings({ ...shared, acks: this.serf.acks });
    this.#intents = new Intents({
      ...shared,
      selfName: self.name,
      isLeaving: () => self.isLeaving,
      forgotten: (node) => this.#forgotten(node),
    });
    this.#reachability = new Reachability(desk);
    this.#isolation = new Isolation({
      ...shared,
      pings: this.#pings,
      acquit: (name) => this.#rumors.acquit(name),
      accuse: (name) => this.#rumors.accuse(name),
      refresh: (place) => this.#exchange.refresh(place),
    });
    this.#library = new Library(desk);
    this.#own = new OwnRecord({
      ...shared,
      library: this.#library,
      facts,
      versions,
      publish: (delta) => this.#carrier.publish(delta),
    });
    this.#courier = new Courier({ ...shared, boot });
    this.#courier.handle(OWN_KINDS.events, (body, from) => this.serf.receiveEvents(body, from));
    this.#carrier = new Carrier({
      ...shared,
      courier: this.#courier,
      library: this.#library,
      selfId: facts.id,
      surpass: (part, version) => this.#own.surpass(part, version),
    });
    const watch = { pings: this.#pings, isolation: this.#isolation, reachability: this.#reachability };
    this.#rumors = new Rumors({
      ...shared,
      ...watch,
      intents: this.#intents,
      conflicts: new Conflicts({
        ...shared,
        pings: this.#pings,
        requests: this.#requests,
        claimed: (rival) => this.serf.onRival(rival),
      }),
      zone: facts.zone,
      arrived: (node, before) => this.#carrier.noticed(node, before),
      departed: (node) => this.#carrier.departed(node),
    });
    const parts = {
      ...shared,
      ...watch,
      requests: this.#requests,
      intents: this.#intents,
      rumors: this.#rumors,
    };
    this.#exchange = new Exchange({ ...parts, carrier: this.#carrier, events: this.serf.events, zone: facts.zone });
    this.#departure = new Departure(parts);
    this.#prober = new Prober({ ...parts, acks: this.serf.acks });
    this.#parts = { ...parts, prober: this.#prober, exchange: this.#exchange };
    this.#reaper = new Reaper(desk, roster, (node) => this.#forgotten(node));
    this.#know(options.members ?? []);
  }

  /** Takes part from now on. */
  start(now: number): readonly Effect[] {
    this.#desk.now = now;
    this.#startedAt = now;
    this.#isolation.excuse();
    this.#own.dress();
    this.#prober.start();
    this.#exchange.start();
    this.#reaper.start();
    return this.#desk.takeEffects();
  }

  /** Takes in what happened at a monotonic time in milliseconds; answers with what is to be done, in this order. Never throws. */
  step(input: Input, now: number): readonly Effect[] {
    this.#desk.now = now;
    guardAgainstPause(this.#parts);
    this.#guarded(() => this.#take(input));
    for (let due = this.#desk.agenda.takeDue(now); due; due = this.#desk.agenda.takeDue(now)) this.#guarded(due.run);
    return this.#desk.takeEffects();
  }

  /** When the next `wake` is wanted. */
  get wakeAt(): number | undefined {
    return this.#startedAt === undefined || this.#self.isGone ? undefined : this.#desk.agenda.next;
  }

  /** Every known member by name, ourselves included. */
  get nodes(): ReadonlyMap<string, Node> {
    return this.#roster.nodes;
  }

  get self(): Node {
    return this.#self.node;
  }

  /** What a node says of itself, by its id. */
  record(id: string): NodeRecord {
    return this.#library.get(id);
  }

  /** What happened how often since the start. */
  get counts(): ReadonlyMap<string, number> {
    return this.#desk.counts;
  }

  /** How well this node itself does: 0 is well, 7 the worst. */
  get awareness(): number {
    return this.#desk.awareness.score;
  }

  /** We ask others and hear nobody. */
  get isIsolated(): boolean {
    return this.#isolation.isIsolated;
  }

  /** What was seen and told of a member, oldest first; also for an hour after it was forgotten. */
  evidence(name: string): readonly Observation[] {
    return this.#desk.evidence.of(name, this.#desk.now);
  }

  /** How many messages of each class wait to be told on. */
  get queueDepths(): ReadonlyMap<string, number> {
    return new Map(CLASSES.map((name) => [name, this.#spreader.queue.depth(name)]));
  }

  /** What is worth keeping over a restart: the others as far as they did not leave, and the clocks. */
  get snapshot(): Snapshot {
    const others = [...this.#roster.nodes.values()].filter((node) => node.name !== this.#self.name);
    const members = others.filter((node) => shownState(node) !== 'left').map(rememberedOf);
    const { address, port } = this.#self.node;
    return { members, own: { address, port }, clocks: this.clocks };
  }

  /** The Lamport clocks of members, events and queries. */
  get clocks(): Snapshot['clocks'] {
    const { member, event, query } = this.#clocks;
    return [member.time, event.time, query.time];
  }

  #take(input: Input): void {
    switch (input.type) {
      case 'packet':
        if (this.#self.isSilenced) return;
        this.#isolation.heard(input.from);
        for (const message of input.messages) this.#guarded(() => this.#packet(message, input.from));
        return;
      case 'asked':
        this.#asked(input.stream, input.message);
        return;
      case 'answered':
        this.#isolation.heard(undefined);
        this.#requests.done(input.id, { message: input.message });
        return;
      case 'failed':
        this.#requests.done(input.id, { error: input.error });
        return;
      case 'join':
        this.#join(input.to, input.ticket);
        return;
      case 'leave':
        this.#departure.begin();
        return;
      case 'forceLeave':
        this.#intents.announceLeave(input.name);
        return;
      case 'remember':
        this.#remember(input.members);
        return;
      case 'ping':
        this.#ping(input);
        return;
      case 'sendFailed':
        this.#prober.cannotSend(input.to);
        return;
      case 'move':
        tellMove({ desk: this.#desk, self: this.#self, clocks: this.#clocks }, input);
        return;
      case 'setEntries':
        this.#own.change(input.part, input.change);
        return;
      case 'wake':
        return;
      default:
        this.serf.take(input);
    }
  }

  #packet(message: PacketMessage, from: Endpoint): void {
    switch (message.kind) {
      case 'ping':
        this.#pings.onPing(message, from);
        return;
      case 'indirectPing':
        this.#pings.onIndirectPing(message, from);
        return;
      case 'ack':
        this.#pings.onAck(message);
        return;
      case 'nack':
        this.#pings.onNack(message);
        return;
      case 'alive':
        this.#rumors.alive(message);
        return;
      case 'suspect':
        this.#rumors.suspect(message);
        return;
      case 'dead':
        this.#rumors.dead(message);
        return;
      case 'joinIntent':
      case 'leaveIntent':
        this.#intents.hear(message);
        return;
      case 'own':
        this.#courier.receive(message);
        return;
      case 'userEvent':
      case 'query':
      case 'queryResponse':
      case 'relay':
        this.serf.receive(message);
        return;
    }
  }

  #join(to: Endpoint, ticket: number): void {
    const done = (error: string | undefined) =>
      this.#desk.do({ type: 'joined', ticket, ...(error !== undefined && { error }) });
    if (this.#self.isSilenced) done(NAME_LOST);
    else this.#exchange.join(to, done);
  }

  #asked(stream: number, message: StreamMessage): void {
    if (this.#self.isSilenced) {
      this.#desk.do({ type: 'answer', stream, message: { kind: 'error', text: NAME_LOST } });
      return;
    }
    this.#isolation.heard(undefined);
    switch (message.kind) {
      case 'pushPull':
        this.#exchange.onRequest(stream, message);
        return;
      case 'ping':
        this.#pings.onStreamPing(stream, message);
        return;
      case 'own':
        this.#courier.receive(message);
        return;
      default:
        this.#desk.count(`ignored_${message.kind}`);
    }
  }

  #know(members: readonly Node[]): void {
    const others = members.filter(({ name }) => name !== this.#self.name);
    this.#roster.fill(others);
    for (const node of others) this.#carrier.noticed(node);
  }

  #remember(members: readonly Remembered[]): void {
    for (const member of members) {
      if (this.#roster.get(member.name)) continue;
      const node = nodeOf(member, this.#desk.now);
      this.#roster.set(node);
      this.#desk.do({ type: 'member', change: 'member-failed', node });
    }
  }

  /** A member that is no longer in the list leaves nothing behind but, for a while, the reasons. */
  #ping({ name, timeoutMs, ticket }: Extract<Input, { type: 'ping' }>): void {
    const node = this.#roster.get(name);
    if (!node) return this.#desk.do({ type: 'pinged', ticket });
    const seqNo = this.#pings.expect(timeoutMs, {
      answered: (rttMs) => this.#desk.do({ type: 'pinged', ticket, rttMs }),
      silent: () => this.#desk.do({ type: 'pinged', ticket }),
    });
    this.#pings.pingMember(node, seqNo, []);
  }

  #forgotten(node: Node): void {
    this.#carrier.forgotten(node);
    this.serf.forget(node);
    this.#reachability.forget(node.name);
    this.#isolation.release(node.name);
    this.#desk.evidence.forget(node.name, this.#desk.now);
  }

  /** A fault of ours while handling one thing drops that thing and nothing else. */
  #guarded(run: () => void): void {
    try {
      run();
    } catch (error) {
      const { now } = this.#desk;
      this.#desk.count('internal_error');
      if (now < this.#nextErrorReport) return;
      this.#nextErrorReport = now + ERROR_REPORT_MS;
      this.#desk.do({
        type: 'log',
        level: 'error',
        fields: { error },
        text: 'a message was dropped by an internal error',
      });
    }
  }
}
