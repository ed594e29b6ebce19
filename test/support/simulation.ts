import { seeded } from '../../src/base/random.ts';
import { Core } from '../../src/gossip/core/core.ts';
import type { Effect, Input, PartChange, PartName } from '../../src/gossip/core/effect.ts';
import { type Node, shownState } from '../../src/gossip/core/node.ts';
import { PROFILES, type ProfileName } from '../../src/gossip/core/profile.ts';
import { sealDatagram } from '../../src/gossip/wire/datagram.ts';
import { pack } from '../../src/gossip/wire/pack.ts';
import { encode } from '../../src/gossip/wire/packet.ts';
import type { Visibility } from '../../src/gossip/zones/foreigners.ts';
import type { NodeState } from '../../src/model/member.ts';
import type { Endpoint } from '../../src/net/address.ts';
import { CLEAR, opened } from './clear.ts';
import { SimulatedClock } from './clock.ts';
import { Adversary } from './simulation/adversary.ts';
import type { Cut } from './simulation/cuts.ts';
import { bootOf, type Disk, EMPTY_DISK, Host, type Machine } from './simulation/host.ts';
import { Invariants } from './simulation/invariants.ts';
import { corrupted } from './simulation/link.ts';
import { Network } from './simulation/network.ts';
import { Recording, type Sent, type Sighting } from './simulation/recording.ts';
import { Streams } from './simulation/streams.ts';

export type { Sighting } from './simulation/recording.ts';

type Send = Extract<Effect, { type: 'send' }>;

export interface SimulationOptions {
  /** The whole run follows from it. */
  readonly seed: number;
  readonly profile?: ProfileName;
  /** Sends real bytes instead of messages as values. */
  readonly bytes?: boolean;
  /** Counts what each member sends. */
  readonly measured?: boolean;
  /** Leaves out the checks of what must always hold: for runs that measure time. */
  readonly unchecked?: boolean;
  /** A file that every line of the trace is appended to. */
  readonly traceFile?: string;
  /** Where it is among pools that live in one time; left out, it is alone. */
  readonly among?: Surroundings;
}

/** A pool among others. */
interface Surroundings {
  readonly clock: SimulatedClock;
  readonly zone: string;
  /** Of all its members. */
  readonly address: string;
  readonly isVisible: Visibility;
}

/** How a member starts, when not as usual. */
export interface Start {
  /** Its name in the pool, when it differs from its name in the simulation: so that two can claim the same. */
  readonly name?: string;
  /** Node id; two of them are two machines. */
  readonly id?: string;
  readonly disk?: Disk;
  readonly driftPpm?: number;
  /** It stands for its zone; its door for peers has the number of its port. */
  readonly isProxy?: boolean;
  /** Everyone it knows from the start. */
  readonly members?: readonly Node[];
  /** The port of a former life; left out, it gets one of its own. */
  readonly port?: number;
  /** Something else than the real core. */
  readonly machine?: (place: Endpoint) => Machine;
}

const FIRST_PORT = 2_000;
/** How often everything that must always hold is looked at. */
const CHECK_MS = 1_000;

/** Many members of the real core in one process and virtual time, over a network that delays, loses and cuts by the dice it is given. */
export class Simulation {
  readonly clock: SimulatedClock;
  /** Told of everything that a member wants done, before it is done. */
  noticed: (by: string, effect: Effect) => void = () => {};
  readonly network: Network;
  readonly seed: number;
  readonly #options: SimulationOptions;
  readonly #among: Surroundings;
  readonly #recording: Recording;
  readonly #invariants: Invariants;
  readonly #streams: Streams;
  readonly #random: () => number;
  readonly #hosts = new Map<string, Host>();
  readonly #byPort = new Map<number, Host>();
  readonly #leaving = new Set<Host>();
  readonly #incarnations = new Map<string, number>();
  readonly #adversaries: Adversary[] = [];
  #heal: () => void = () => {};
  #lastPort = FIRST_PORT;

  constructor(options: SimulationOptions) {
    this.#options = options;
    // Left out, all other zones are below.
    this.#among = options.among ?? {
      clock: new SimulatedClock(),
      zone: 'internet',
      address: '10.0.0.1',
      isVisible: ({ zone }) => zone !== 'internet',
    };
    this.clock = this.#among.clock;
    this.seed = options.seed;
    this.#random = seeded(options.seed);
    this.network = new Network(this.#random);
    this.#recording = new Recording(options);
    this.#streams = new Streams(this.clock, this.network);
    this.#invariants = new Invariants({
      profile: PROFILES[options.profile ?? 'lan'],
      size: () => this.#hosts.size,
      incarnationOf: (name) => (this.#adversaries.length > 0 ? undefined : this.#incarnations.get(name)),
    });
    if (!options.unchecked) this.#checkLater();
  }

  get sightings(): Sighting[] {
    return this.#recording.sightings;
  }

  /** Datagrams sent so far. */
  get packets(): number {
    return this.#recording.packets;
  }

  /** How likely a datagram is lost. */
  get loss(): number {
    return this.network.link.loss;
  }

  set loss(loss: number) {
    this.network.link = { ...this.network.link, loss };
  }

  /** Starts a member that knows nobody, unless told otherwise. */
  add(key: string, start: Start = {}): void {
    this.#lastPort += 1;
    const { name = key, id = `id-${key}`, port = this.#lastPort, disk } = start;
    const incarnation = disk ? disk.incarnation + 1 : 1;
    this.#raise(name, incarnation);
    const place = { address: this.#among.address, port };
    const machine = start.machine?.(place) ?? this.#core({ name, id, port, incarnation, ...start });
    const carryOut = (host: Host, effects: readonly Effect[]) => this.#carryOut(host, effects);
    const host = new Host({ key, name, id, port, clock: this.clock, machine, incarnation, carryOut });
    host.drift = start.driftPpm ?? 0;
    this.#hosts.set(key, host);
    this.#byPort.set(port, host);
    host.start();
    if (disk) host.take({ type: 'remember', members: disk.snapshot.members });
  }

  /** Starts members `n0`, `n1`, ... and lets each join the first. */
  addPool(size: number): string[] {
    const names = Array.from({ length: size }, (_, place) => `n${place}`);
    for (const name of names) {
      this.add(name);
      if (name !== 'n0') this.join(name, 'n0');
    }
    return names;
  }

  /**
   * Starts members `n0`, `n1`, ... (or with another prefix) that know each other as if the pool had lived for long; the first ones are
   * proxies.
   */
  addPrimed(size: number, prefix = 'n', proxies = 0): string[] {
    const names = Array.from({ length: size }, (_, place) => `${prefix}${place}`);
    const members = names.map((name, place) => {
      const isProxy = place < proxies;
      const core = this.#core({ name, id: `id-${name}`, port: this.#lastPort + 1 + place, incarnation: 1, isProxy });
      core.start(this.clock.now());
      return core.self;
    });
    for (const [place, name] of names.entries()) this.add(name, { members, isProxy: place < proxies });
    return names;
  }

  /** Someone who is no member but can send whatever it likes. */
  addAdversary(): Adversary {
    this.#lastPort += 1;
    const from = { address: this.#among.address, port: this.#lastPort };
    const deliver = (name: string, messages: Send['messages']) =>
      this.#host(name).take({ type: 'packet', from, messages });
    const adversary = new Adversary(this.clock, deliver);
    this.#adversaries.push(adversary);
    return adversary;
  }

  join(name: string, seed: string): void {
    const to = { address: this.#among.address, port: this.#host(seed).port };
    this.#host(name).take({ type: 'join', to, ticket: 0 });
  }

  leave(name: string): void {
    const host = this.#host(name);
    this.#leaving.add(host);
    host.take({ type: 'leave' });
  }

  /** Ends a member without a word. */
  kill(name: string): void {
    this.#host(name).kill();
  }

  /**
   * Starts a member that ended. Left out, it knows its incarnation and nothing else; with its disk it also knows who was there; a lost
   * disk makes it another machine. `elsewhere`: at a new address, which it tells first, as agents do, if it knows whom.
   */
  restart(name: string, { disk, elsewhere = false }: { disk?: 'kept' | 'lost'; elsewhere?: boolean } = {}): void {
    const host = this.#host(name);
    const before = host.disk;
    const kept = disk === 'kept' ? before : { ...EMPTY_DISK, incarnation: before.incarnation };
    const born = Math.floor(this.#random() * 1e6);
    this.kill(name);
    this.add(name, {
      name: host.name,
      ...(disk === 'lost' ? { id: `id-${name}-${born}` } : { id: host.id, disk: kept }),
      ...(elsewhere ? {} : { port: host.port }),
    });
    const to = kept.snapshot.members;
    if (elsewhere && to.length > 0) this.give(name, { type: 'move', to, incarnation: before.incarnation });
  }

  /** Lets a process stand still for so long. */
  pause(name: string, ms: number): void {
    const host = this.#host(name);
    host.pause();
    this.clock.after(ms, () => host.resume());
  }

  /** From now on each step of a member takes so long. */
  slow(name: string, ms: number): void {
    this.#host(name).slowMs = ms;
  }

  /** Changes an entry of what a member says of itself. */
  say(name: string, part: PartName, entries: Readonly<Record<string, string>>): void {
    const set = new Map(Object.entries(entries).map(([key, value]) => [key, pack(value)]));
    const change: PartChange = { set, del: [] };
    this.#host(name).take({ type: 'setEntries', part, change });
  }

  /** Steps a member with anything. */
  give(name: string, input: Input): void {
    this.#host(name).take(input);
  }

  /** From now on nothing passes between members for which this holds, in place of the last such cut; without an argument everything passes again. */
  cut(isCut?: Cut): void {
    this.#heal();
    this.#heal = isCut ? this.network.cut(isCut) : () => {};
  }

  run(ms: number): void {
    try {
      this.clock.run(ms);
    } catch (cause) {
      throw new Error(`seed ${this.seed}, at ${this.clock.now()} ms: ${String(cause)}`, { cause });
    }
  }

  /** Lets time go by until a condition holds, looking every 10 ms; answers after how long, or undefined when it never does. */
  runUntil(holds: () => boolean, limitMs: number): number | undefined {
    for (let waited = 0; waited <= limitMs; waited += 10) {
      if (holds()) return waited;
      this.run(10);
    }
    return undefined;
  }

  /** How a member sees another. */
  seen(by: string, name: string): NodeState | undefined {
    const node = this.#host(by).machine.nodes.get(this.#hosts.get(name)?.name ?? name);
    return node && shownState(node);
  }

  /** Whether all living members see all those as that. */
  allSee(names: readonly string[], state: NodeState): boolean {
    return this.living.every((by) => names.every((name) => this.seen(by, name) === state));
  }

  get living(): string[] {
    return [...this.#hosts.values()].filter((host) => host.isUp).map(({ key }) => key);
  }

  core(name: string): Core {
    const { machine } = this.#host(name);
    if (machine instanceof Core) return machine;
    throw new Error(`${name} is no real core`);
  }

  machine(name: string): Machine {
    return this.#host(name).machine;
  }

  /** What a member sent so far; all zero unless the run is measured. */
  sentBy(name: string): Sent {
    return this.#recording.sentBy(name);
  }

  /** A digest of everything that was sent and seen, with its time. */
  get traceHash(): string {
    return this.#recording.hash;
  }

  #core(own: Pick<Host, 'name' | 'id' | 'port' | 'incarnation'> & Pick<Start, 'disk' | 'members' | 'isProxy'>): Core {
    const { name, id, port, incarnation, disk, members, isProxy = false } = own;
    const { address, isVisible, zone } = this.#among;
    return new Core({
      name,
      address,
      port,
      incarnation,
      profile: PROFILES[this.#options.profile ?? 'lan'],
      random: seeded(Math.floor(this.#random() * 2 ** 32)),
      facts: { id, zone, isProxy, ...(isProxy && { peerPort: port }), tags: new Map() },
      boot: bootOf(port, incarnation),
      isVisible,
      ...(disk && { clocks: disk.snapshot.clocks, versions: disk.versions }),
      ...(members && { members }),
    });
  }

  #host(key: string): Host {
    const host = this.#hosts.get(key);
    if (!host) throw new Error(`there is no member ${key}`);
    return host;
  }

  #carryOut(host: Host, effects: readonly Effect[]): void {
    for (const effect of effects) this.#do(host, effect);
  }

  #do(host: Host, effect: Effect): void {
    this.noticed(host.key, effect);
    switch (effect.type) {
      case 'send':
        this.#send(host, effect);
        return;
      case 'request':
        this.#recording.stream(this.clock.now(), host.key, effect.message);
        this.#streams.request(host, this.#byPort.get(effect.to.port), effect);
        return;
      case 'post':
        this.#recording.stream(this.clock.now(), host.key, effect.message);
        this.#streams.post(host, this.#byPort.get(effect.to.port), effect.message);
        return;
      case 'answer':
        this.#recording.stream(this.clock.now(), host.key, effect.message);
        this.#streams.answer(host, effect.stream, effect.message);
        return;
      case 'member':
        if (!this.#options.unchecked) this.#invariants.checkChange(host, effect.node);
        this.#recording.see({ at: this.clock.now(), by: host.key, change: effect.change, member: effect.node.name });
        return;
      case 'incarnation':
        host.incarnation = effect.incarnation;
        this.#raise(host.name, effect.incarnation);
        return;
      case 'versions':
        host.versions = effect.versions;
        return;
      case 'gone':
        // It is all done; the process ends.
        host.kill();
        return;
      default:
    }
  }

  #send(host: Host, effect: Send): void {
    const { messages, to, checksum } = effect;
    const peer = this.#byPort.get(to.port);
    if (!this.#options.unchecked) this.#invariants.checkPacket(host, peer, effect);
    this.#recording.packet(this.clock.now(), host.key, effect);
    if (!peer) return;
    for (const adversary of this.#adversaries) adversary.overhear({ to: peer.key, messages });
    const datagrams = this.#options.bytes ? sealDatagram(messages.map(encode), { ...CLEAR, crc: checksum }) : undefined;
    const from = { address: this.#among.address, port: host.port };
    this.network.carry(host.key, peer.key, (ms, isDamaged) =>
      this.clock.after(ms, () => {
        const receiver = this.#byPort.get(to.port);
        if (!datagrams) receiver?.take({ type: 'packet', from, messages });
        for (const bytes of datagrams ?? []) {
          const { messages: arrived } = opened(isDamaged ? corrupted(bytes, this.#random) : bytes);
          receiver?.take({ type: 'packet', from, messages: arrived });
        }
      }),
    );
  }

  /** Nobody may know a higher incarnation of a name than one who has it. */
  #raise(name: string, incarnation: number): void {
    this.#incarnations.set(name, Math.max(incarnation, this.#incarnations.get(name) ?? 0));
  }

  #checkLater(): void {
    this.clock.after(CHECK_MS, () => {
      for (const host of this.#hosts.values()) {
        if (host.isUp) this.#invariants.checkHost(host, this.#leaving.has(host));
      }
      this.#checkLater();
    });
  }
}
