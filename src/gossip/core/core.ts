/** The state machine of a pool's member: messages and time go in, what is to be done comes out. No clock, no sockets, no dice of its own. */
import type { Random } from '../../base/random.ts';
import type { Endpoint } from '../../net/address.ts';
import { Carrier } from '../records/carrier.ts';
import { Library } from '../records/library.ts';
import { OwnRecord } from '../records/own-record.ts';
import type { NodeRecord } from '../records/part.ts';
import { Intents } from '../serf/intents.ts';
import { type Clocks, LamportClock } from '../serf/lamport.ts';
import type { TagFacts } from '../serf/own-tags.ts';
import type { PacketMessage, StreamMessage } from '../wire/messages.ts';
import { encodeTags } from '../wire/tags.ts';
import { Departure } from './departure.ts';
import { Desk } from './desk.ts';
import type { Effect, Input, PartName, Remembered } from './effect.ts';
import { Exchange } from './exchange.ts';
import { isLive, type Node, OUR_VERSIONS } from './node.ts';
import { Pings } from './pings.ts';
import { Prober } from './prober.ts';
import type { Profile } from './profile.ts';
import { CLASSES } from './queue.ts';
import { Reaper } from './reaper.ts';
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
  readonly members: readonly Remembered[];
  readonly clocks: readonly [member: number, event: number, query: number];
}

const ERROR_REPORT_MS = 60_000;
const NO_VERSIONS = { base: 0, checks: 0, services: 0 } as const;

export class Core {
  readonly #desk: Desk;
  readonly #roster: Roster;
  readonly #self: Self;
  readonly #spreader: Spreader;
  readonly #clocks: Clocks;
  readonly #requests: Requests;
  readonly #pings: Pings;
  readonly #intents: Intents;
  readonly #rumors: Rumors;
  readonly #library: Library;
  readonly #own: OwnRecord;
  readonly #carrier: Carrier;
  readonly #exchange: Exchange;
  readonly #departure: Departure;
  readonly #prober: Prober;
  readonly #reaper: Reaper;
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
    this.#pings = new Pings(shared);
    this.#intents = new Intents({
      ...shared,
      selfName: self.name,
      isLeaving: () => self.isLeaving,
      forgotten: (node) => this.#carrier.forgotten(node),
    });
    this.#library = new Library(desk);
    this.#own = new OwnRecord({
      ...shared,
      library: this.#library,
      facts,
      versions,
      publish: (delta) => this.#carrier.publish(delta),
    });
    this.#carrier = new Carrier({
      ...shared,
      library: this.#library,
      selfId: facts.id,
      boot,
      surpass: (part, version) => this.#own.surpass(part, version),
    });
    this.#rumors = new Rumors({
      ...shared,
      pings: this.#pings,
      intents: this.#intents,
      arrived: (node, before) => this.#carrier.noticed(node, before),
    });
    const parts = {
      ...shared,
      requests: this.#requests,
      pings: this.#pings,
      intents: this.#intents,
      rumors: this.#rumors,
    };
    this.#exchange = new Exchange({ ...parts, carrier: this.#carrier });
    this.#departure = new Departure(parts);
    this.#prober = new Prober(parts);
    this.#reaper = new Reaper(desk, roster, (node) => this.#carrier.forgotten(node));
    this.#know(options.members ?? []);
  }

  /** Takes part from now on. */
  start(now: number): readonly Effect[] {
    this.#desk.now = now;
    this.#startedAt = now;
    this.#own.dress();
    this.#prober.start();
    this.#exchange.start();
    this.#reaper.start();
    return this.#desk.takeEffects();
  }

  /** Takes in what happened at a monotonic time in milliseconds; answers with what is to be done, in this order. Never throws. */
  step(input: Input, now: number): readonly Effect[] {
    this.#desk.now = now;
    this.#guardAgainstPause(now);
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

  /** How many messages of each class wait to be told on. */
  get queueDepths(): ReadonlyMap<string, number> {
    return new Map(CLASSES.map((name) => [name, this.#spreader.queue.depth(name)]));
  }

  /** What is worth keeping over a restart: the others that live, and the clocks. */
  get snapshot(): Snapshot {
    const members = [...this.#roster.nodes.values()].filter((node) => node.name !== this.#self.name && isLive(node));
    const { member, event, query } = this.#clocks;
    return { members: members.map(rememberedOf), clocks: [member.time, event.time, query.time] };
  }

  #take(input: Input): void {
    switch (input.type) {
      case 'packet':
        for (const message of input.messages) this.#guarded(() => this.#packet(message, input.from));
        return;
      case 'asked':
        this.#asked(input.stream, input.message);
        return;
      case 'answered':
        this.#requests.done(input.id, { message: input.message });
        return;
      case 'failed':
        this.#requests.done(input.id, { error: input.error });
        return;
      case 'join':
        this.#exchange.join(input.to, (error) =>
          this.#desk.do({ type: 'joined', ticket: input.ticket, ...(error !== undefined && { error }) }),
        );
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
      case 'setEntries':
        this.#own.change(input.part, input.change);
        return;
      case 'wake':
        return;
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
        this.#desk.count('nacks');
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
        this.#carrier.receive(message);
        return;
      case 'userEvent':
        this.#witness(this.#clocks.event, message);
        return;
      case 'query':
        this.#witness(this.#clocks.query, message);
        return;
      case 'queryResponse':
      case 'relay':
        this.#desk.count(`ignored_${message.kind}`);
        return;
    }
  }

  /** Events and queries move our clocks, so that the times we tell stay right. */
  #witness(clock: LamportClock, { kind, lTime }: { readonly kind: string; readonly lTime: number }): void {
    clock.witness(lTime);
    this.#desk.count(`ignored_${kind}`);
  }

  #asked(stream: number, message: StreamMessage): void {
    switch (message.kind) {
      case 'pushPull':
        this.#exchange.onRequest(stream, message);
        return;
      case 'ping':
        this.#pings.onStreamPing(stream, message);
        return;
      case 'own':
        this.#carrier.receive(message);
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

  /**
   * A wake that comes late means that this process stood still (stopped, machine asleep). Everything is put off by as long, and by the
   * time of a probe so that the answers that wait in the sockets are read first: who slept must not accuse the others.
   */
  #guardAgainstPause(now: number): void {
    const { agenda, profile } = this.#desk;
    const late = now - (agenda.next ?? now);
    if (late <= profile.probeTimeout) return;
    agenda.postpone(late + profile.probeTimeout);
    this.#desk.count('pauses');
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

const rememberedOf = ({ name, address, port, incarnation, tags }: Node): Remembered => ({
  name,
  address,
  port,
  incarnation,
  id: tags.get('id') ?? '',
  zone: tags.get('z') ?? '',
});

/** A member of a former run: shown as dead, neither probed nor told on until it is heard of. */
function nodeOf({ id, zone, ...place }: Remembered, now: number): Node {
  const tags = new Map(id === '' ? [] : [['ob', '1'] as const, ['id', id] as const, ['z', zone] as const]);
  return {
    ...place,
    tags,
    meta: encodeTags(tags),
    versions: OUR_VERSIONS,
    state: 'dead',
    status: 'failed',
    statusLTime: 0,
    listed: false,
    changedAt: now,
  };
}
