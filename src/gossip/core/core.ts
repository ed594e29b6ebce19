/** The state machine of a pool's member: messages and time go in, what is to be done comes out. No clock, no sockets, no dice of its own. */
import type { Endpoint } from '../../net/address.ts';
import type { NodeRecord } from '../records/part.ts';
import type { SerfLayer } from '../serf/serf-layer.ts';
import type { PacketMessage, StreamMessage } from '../wire/messages.ts';
import type { ForeignNode } from '../zones/foreign-node.ts';
import { assemble, type CoreOptions, type CoreParts } from './assembly.ts';
import type { Effect, Input, Remembered } from './effect.ts';
import type { Observation } from './evidence.ts';
import type { ExchangeFailure } from './exchange.ts';
import { tellMove } from './move.ts';
import { type Node, shownState } from './node.ts';
import { guardAgainstPause } from './pause.ts';
import { CLASSES } from './queue.ts';
import { nodeOf, rememberedOf } from './remembered.ts';

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

export class Core {
  readonly #parts: CoreParts;
  #nextErrorReport = 0;
  #startedAt: number | undefined;

  constructor(options: CoreOptions) {
    this.#parts = assemble(options);
    this.#know(options.members ?? []);
  }

  /** Events, queries and coordinates. */
  get serf(): SerfLayer {
    return this.#parts.serf;
  }

  /** Takes part from now on. */
  start(now: number): readonly Effect[] {
    this.#parts.desk.now = now;
    this.#startedAt = now;
    this.#parts.isolation.excuse();
    this.#parts.own.dress();
    this.#parts.prober.start();
    this.#parts.exchange.start();
    this.#parts.reaper.start();
    this.#parts.foreign.start();
    return this.#parts.desk.takeEffects();
  }

  /** Takes in what happened at a monotonic time in milliseconds; answers with what is to be done, in this order. Never throws. */
  step(input: Input, now: number): readonly Effect[] {
    this.#parts.desk.now = now;
    guardAgainstPause(this.#parts);
    this.#guarded(() => this.#take(input));
    for (let due = this.#parts.desk.agenda.takeDue(now); due; due = this.#parts.desk.agenda.takeDue(now))
      this.#guarded(due.run);
    return this.#parts.desk.takeEffects();
  }

  /** When the next `wake` is wanted. */
  get wakeAt(): number | undefined {
    return this.#startedAt === undefined || this.#parts.self.isGone ? undefined : this.#parts.desk.agenda.next;
  }

  /** Every known member by name, ourselves included. */
  get nodes(): ReadonlyMap<string, Node> {
    return this.#parts.roster.nodes;
  }

  get self(): Node {
    return this.#parts.self.node;
  }

  /** What a node says of itself, by its id. */
  record(id: string): NodeRecord {
    return this.#parts.library.get(id);
  }

  /** Members of other zones that this node sees, by id. */
  get foreigners(): ReadonlyMap<string, ForeignNode> {
    return this.#parts.foreign.nodes;
  }

  /** What happened how often since the start. */
  get counts(): ReadonlyMap<string, number> {
    return this.#parts.desk.counts;
  }

  /** How well this node itself does: 0 is well, 7 the worst. */
  get awareness(): number {
    return this.#parts.desk.awareness.score;
  }

  /** We ask others and hear nobody. */
  get isIsolated(): boolean {
    return this.#parts.isolation.isIsolated;
  }

  /** What was seen and told of a member, oldest first; also for an hour after it was forgotten. */
  evidence(name: string): readonly Observation[] {
    return this.#parts.desk.evidence.of(name, this.#parts.desk.now);
  }

  /** Whom each accuser accused in the last `ms`, as far as this node knows. */
  accusations(ms: number): ReadonlyMap<string, ReadonlySet<string>> {
    return this.#parts.desk.evidence.accusations(this.#parts.desk.now - ms);
  }

  /** How many messages of each class wait to be told on. */
  get queueDepths(): ReadonlyMap<string, number> {
    return new Map(CLASSES.map((name) => [name, this.#parts.spreader.queue.depth(name)]));
  }

  /** What is worth keeping over a restart: the others as far as they did not leave, and the clocks. */
  get snapshot(): Snapshot {
    const others = [...this.#parts.roster.nodes.values()].filter((node) => node.name !== this.#parts.self.name);
    const members = others.filter((node) => shownState(node) !== 'left').map(rememberedOf);
    const { address, port } = this.#parts.self.node;
    return { members, own: { address, port }, clocks: this.clocks };
  }

  /** The Lamport clocks of members, events and queries. */
  get clocks(): Snapshot['clocks'] {
    const { member, event, query } = this.#parts.clocks;
    return [member.time, event.time, query.time];
  }

  #take(input: Input): void {
    switch (input.type) {
      case 'packet':
        if (this.#parts.self.isSilenced) return;
        this.#parts.isolation.heard(input.from);
        for (const message of input.messages) this.#guarded(() => this.#packet(message, input.from));
        return;
      case 'asked':
        this.#asked(input.stream, input.message);
        return;
      case 'answered':
        this.#parts.isolation.heard(undefined);
        this.#parts.requests.done(input.id, { message: input.message });
        return;
      case 'failed':
        this.#parts.requests.done(input.id, { error: input.error, isRefused: input.isRefused });
        return;
      case 'join':
        this.#join(input.to, input.ticket);
        return;
      case 'leave':
        this.#parts.departure.begin();
        return;
      case 'forceLeave':
        this.#parts.intents.announceLeave(input.name);
        return;
      case 'remember':
        this.#remember(input.members);
        return;
      case 'ping':
        this.#ping(input);
        return;
      case 'sendFailed':
        this.#parts.prober.cannotSend(input.to);
        return;
      case 'move':
        tellMove({ desk: this.#parts.desk, self: this.#parts.self, clocks: this.#parts.clocks }, input);
        return;
      case 'setEntries':
        this.#parts.own.change(input.part, input.change);
        return;
      case 'learn':
        this.#parts.foreign.spread(input.told.nodes ?? []);
        this.#parts.carrier.learnFrom(input.told);
        return;
      case 'reviewZones':
        this.#parts.foreign.review();
        return;
      case 'wake':
        return;
      default:
        this.#parts.serf.take(input);
    }
  }

  #packet(message: PacketMessage, from: Endpoint): void {
    switch (message.kind) {
      case 'ping':
        this.#parts.pings.onPing(message, from);
        return;
      case 'indirectPing':
        this.#parts.pings.onIndirectPing(message, from);
        return;
      case 'ack':
        this.#parts.pings.onAck(message);
        return;
      case 'nack':
        this.#parts.pings.onNack(message);
        return;
      case 'alive':
        this.#parts.rumors.alive(message);
        return;
      case 'suspect':
        this.#parts.rumors.suspect(message);
        return;
      case 'dead':
        this.#parts.rumors.dead(message);
        return;
      case 'joinIntent':
      case 'leaveIntent':
        this.#parts.intents.hear(message);
        return;
      case 'own':
        this.#parts.courier.receive(message);
        return;
      case 'userEvent':
      case 'query':
      case 'queryResponse':
      case 'relay':
        this.#parts.serf.receive(message);
        return;
    }
  }

  #join(to: Endpoint, ticket: number): void {
    const { desk, exchange, self } = this.#parts;
    const done = (failure: ExchangeFailure | undefined) => desk.do({ type: 'joined', ticket, ...failure });
    if (self.isSilenced) done({ error: NAME_LOST });
    else exchange.join(to, done);
  }

  #asked(stream: number, message: StreamMessage): void {
    if (this.#parts.self.isSilenced) {
      this.#parts.desk.do({ type: 'answer', stream, message: { kind: 'error', text: NAME_LOST } });
      return;
    }
    this.#parts.isolation.heard(undefined);
    switch (message.kind) {
      case 'pushPull':
        this.#parts.exchange.onRequest(stream, message);
        return;
      case 'ping':
        this.#parts.pings.onStreamPing(stream, message);
        return;
      case 'own':
        this.#parts.courier.receive(message);
        return;
      default:
        this.#parts.desk.count(`ignored_${message.kind}`);
    }
  }

  #know(members: readonly Node[]): void {
    const others = members.filter(({ name }) => name !== this.#parts.self.name);
    this.#parts.roster.fill(others);
    for (const node of others) this.#parts.carrier.noticed(node);
  }

  #remember(members: readonly Remembered[]): void {
    for (const member of members) {
      if (this.#parts.roster.get(member.name)) continue;
      const node = nodeOf(member, this.#parts.desk.now);
      this.#parts.roster.set(node);
      this.#parts.desk.do({ type: 'member', change: 'member-failed', node });
    }
  }

  #ping({ name, timeoutMs, ticket }: Extract<Input, { type: 'ping' }>): void {
    const node = this.#parts.roster.get(name);
    if (!node) {
      this.#parts.desk.do({ type: 'pinged', ticket });
      return;
    }
    const seqNo = this.#parts.pings.expect(timeoutMs, {
      answered: (rttMs) => this.#parts.desk.do({ type: 'pinged', ticket, rttMs }),
      silent: () => this.#parts.desk.do({ type: 'pinged', ticket }),
    });
    this.#parts.pings.pingMember(node, seqNo, []);
  }

  /** A fault of ours while handling one thing drops that thing and nothing else. */
  #guarded(run: () => void): void {
    try {
      run();
    } catch (error) {
      const { now } = this.#parts.desk;
      this.#parts.desk.count('internal_error');
      if (now < this.#nextErrorReport) return;
      this.#nextErrorReport = now + ERROR_REPORT_MS;
      this.#parts.desk.do({
        type: 'log',
        level: 'error',
        fields: { error },
        text: 'a message was dropped by an internal error',
      });
    }
  }
}
