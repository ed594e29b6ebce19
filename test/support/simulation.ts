import { createHash } from 'node:crypto';
import { seeded } from '../../src/base/random.ts';
import { Core } from '../../src/gossip/core/core.ts';
import type { Effect, Input, PartChange, PartName } from '../../src/gossip/core/effect.ts';
import { shownState } from '../../src/gossip/core/node.ts';
import { PROFILES, type ProfileName } from '../../src/gossip/core/profile.ts';
import { sealDatagram } from '../../src/gossip/wire/datagram.ts';
import type { StreamMessage } from '../../src/gossip/wire/messages.ts';
import { pack } from '../../src/gossip/wire/pack.ts';
import { encode } from '../../src/gossip/wire/packet.ts';
import type { NodeState } from '../../src/model/member.ts';
import type { Endpoint } from '../../src/net/address.ts';
import { CLEAR, opened } from './clear.ts';
import { SimulatedClock } from './clock.ts';

export interface SimulationOptions {
  /** The whole run follows from it. */
  readonly seed: number;
  readonly profile?: ProfileName;
  /** Sends real bytes instead of messages as values. */
  readonly bytes?: boolean;
}

/** Something that a node saw happen. */
export interface Sighting {
  readonly at: number;
  readonly by: string;
  readonly change: string;
  readonly member: string;
}

interface SimulatedNode {
  readonly name: string;
  readonly port: number;
  core: Core;
  incarnation: number;
  wake: Disposable | undefined;
  wakeAt: number | undefined;
  isUp: boolean;
  isGone: boolean;
  /** While it stands still: what happens to it meanwhile. */
  held?: Input[] | undefined;
}

/** Whether nothing of that kind passes from one member to another. */
type Cut = (from: string, to: string, transport: 'udp' | 'tcp') => boolean;

const ADDRESS = '10.0.0.1';

/** Many members of the real core in one process and virtual time, over a network that delays, loses and cuts by the dice it is given. */
export class Simulation {
  readonly clock = new SimulatedClock();
  readonly sightings: Sighting[] = [];
  /** How likely a datagram is lost. */
  loss = 0;
  /** Told of everything that a member wants done, before it is done. */
  noticed: (by: string, effect: Effect) => void = () => {};
  /** Datagrams sent so far. */
  packets = 0;
  readonly #options: SimulationOptions;
  readonly #random: () => number;
  readonly #nodes = new Map<string, SimulatedNode>();
  readonly #byPort = new Map<number, SimulatedNode>();
  readonly #streams = new Map<number, { readonly from: SimulatedNode; readonly id: number }>();
  readonly #trace = createHash('sha256');
  #isCut: Cut = () => false;
  #stream = 0;

  constructor(options: SimulationOptions) {
    this.#options = options;
    this.#random = seeded(options.seed);
  }

  /** Starts a member that knows nobody. */
  add(name: string): void {
    const port = 7_000 + this.#nodes.size;
    const node = { name, port, incarnation: 1, wake: undefined, wakeAt: undefined, isUp: true, isGone: false };
    this.#start({ ...node, core: this.#core(node) });
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

  join(name: string, seed: string): void {
    this.#step(this.#node(name), { type: 'join', to: { address: ADDRESS, port: this.#node(seed).port }, ticket: 0 });
  }

  leave(name: string): void {
    this.#step(this.#node(name), { type: 'leave' });
  }

  /** Ends a member without a word. */
  kill(name: string): void {
    const node = this.#node(name);
    node.isUp = false;
    node.wake?.[Symbol.dispose]();
    node.wakeAt = undefined;
  }

  /** Lets a member stand still for so long: what arrives waits, and its timers come late. */
  pause(name: string, ms: number): void {
    const node = this.#node(name);
    node.held = [];
    this.clock.after(ms, () => {
      const held = node.held ?? [];
      node.held = undefined;
      for (const input of [{ type: 'wake' } as const, ...held]) this.#step(node, input);
    });
  }

  /** Starts a killed member again, under its next incarnation and without memory. */
  restart(name: string): void {
    const node = this.#node(name);
    node.incarnation += 1;
    this.#start({ ...node, core: this.#core(node), isUp: true, isGone: false });
  }

  /** Changes an entry of what a member says of itself. */
  say(name: string, part: PartName, entries: Readonly<Record<string, string>>): void {
    const set = new Map(Object.entries(entries).map(([key, value]) => [key, pack(value)]));
    const change: PartChange = { set, del: [] };
    this.#step(this.#node(name), { type: 'setEntries', part, change });
  }

  /** Steps a member with anything. */
  give(name: string, input: Input): void {
    this.#step(this.#node(name), input);
  }

  /** From now on nothing passes between members for which this holds; without an argument everything passes again. */
  cut(isCut: Cut = () => false): void {
    this.#isCut = isCut;
  }

  run(ms: number): void {
    this.clock.run(ms);
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
    const node = this.#node(by).core.nodes.get(name);
    return node && shownState(node);
  }

  /** Whether all living members see all those as that. */
  allSee(names: readonly string[], state: NodeState): boolean {
    return this.living.every((by) => names.every((name) => this.seen(by, name) === state));
  }

  get living(): string[] {
    return [...this.#nodes.values()].filter((node) => node.isUp && !node.isGone).map(({ name }) => name);
  }

  core(name: string): Core {
    return this.#node(name).core;
  }

  /** A digest of everything that was sent and seen, with its time. */
  get traceHash(): string {
    return this.#trace.copy().digest('hex');
  }

  #core({ name, port, incarnation }: Pick<SimulatedNode, 'name' | 'port' | 'incarnation'>): Core {
    return new Core({
      name,
      address: ADDRESS,
      port,
      incarnation,
      profile: PROFILES[this.#options.profile ?? 'lan'],
      random: seeded(Math.floor(this.#random() * 2 ** 32)),
      facts: { id: `id-${name}`, zone: 'internet', isProxy: false, tags: new Map() },
      boot: Uint8Array.from({ length: 8 }, () => Math.floor(this.#random() * 256)),
    });
  }

  #start(node: SimulatedNode): void {
    this.#nodes.set(node.name, node);
    this.#byPort.set(node.port, node);
    this.#carryOut(node, node.core.start(this.clock.now()));
  }

  #node(name: string): SimulatedNode {
    const node = this.#nodes.get(name);
    if (!node) throw new Error(`there is no member ${name}`);
    return node;
  }

  #step(node: SimulatedNode, input: Input): void {
    if (node.held) node.held.push(input);
    else if (node.isUp) this.#carryOut(node, node.core.step(input, this.clock.now()));
  }

  #carryOut(node: SimulatedNode, effects: readonly Effect[]): void {
    for (const effect of effects) this.#do(node, effect);
    const { wakeAt } = node.core;
    if (wakeAt === node.wakeAt) return;
    node.wake?.[Symbol.dispose]();
    node.wakeAt = wakeAt;
    if (wakeAt === undefined) return;
    node.wake = this.clock.after(wakeAt - this.clock.now(), () => {
      node.wakeAt = undefined;
      this.#step(node, { type: 'wake' });
    });
  }

  #do(node: SimulatedNode, effect: Effect): void {
    this.noticed(node.name, effect);
    switch (effect.type) {
      case 'send':
        this.#send(node, effect);
        return;
      case 'request':
        this.#request(node, effect);
        return;
      case 'post':
        this.#reach(node, effect.to, (peer) => this.#step(peer, { type: 'asked', stream: 0, message: effect.message }));
        return;
      case 'answer':
        this.#answer(node, effect.stream, effect.message);
        return;
      case 'member':
        this.#note({ at: this.clock.now(), by: node.name, change: effect.change, member: effect.node.name });
        return;
      case 'incarnation':
        node.incarnation = effect.incarnation;
        return;
      case 'gone':
        node.isGone = true;
        return;
      default:
    }
  }

  #note(sighting: Sighting): void {
    this.sightings.push(sighting);
    this.#trace.update(JSON.stringify(sighting));
  }

  #send(node: SimulatedNode, { to, messages, checksum }: Extract<Effect, { type: 'send' }>): void {
    this.packets += 1;
    this.#trace.update(`${this.clock.now()} ${node.name} ${to.port} ${messages.map(({ kind }) => kind).join()}`);
    if (this.#random() < this.loss) return;
    const datagrams = this.#options.bytes ? sealDatagram(messages.map(encode), { ...CLEAR, crc: checksum }) : [];
    const from = { address: ADDRESS, port: node.port };
    this.#reach(node, to, (peer) => {
      if (!this.#options.bytes) this.#step(peer, { type: 'packet', from, messages });
      for (const bytes of datagrams) this.#step(peer, { type: 'packet', from, messages: opened(bytes).messages });
    });
  }

  #request(node: SimulatedNode, { id, to, message, timeoutMs }: Extract<Effect, { type: 'request' }>): void {
    const peer = this.#byPort.get(to.port);
    if (peer && this.#isCut(node.name, peer.name, 'tcp')) {
      this.clock.after(timeoutMs, () => this.#step(node, { type: 'failed', id, error: 'timeout' }));
      return;
    }
    if (!peer?.isUp) {
      this.clock.after(1, () => this.#step(node, { type: 'failed', id, error: 'refused' }));
      return;
    }
    this.#stream += 1;
    const stream = this.#stream;
    this.#streams.set(stream, { from: node, id });
    this.clock.after(timeoutMs, () => {
      if (this.#streams.delete(stream)) this.#step(node, { type: 'failed', id, error: 'timeout' });
    });
    this.#reach(node, to, () => this.#step(peer, { type: 'asked', stream, message }), 'tcp');
  }

  #answer(node: SimulatedNode, stream: number, message: StreamMessage): void {
    const asked = this.#streams.get(stream);
    if (!asked || this.#isCut(node.name, asked.from.name, 'tcp')) return;
    this.#streams.delete(stream);
    const to = { address: ADDRESS, port: asked.from.port };
    this.#reach(node, to, () => this.#step(asked.from, { type: 'answered', id: asked.id, message }), 'tcp');
  }

  /** Does something at whoever is there, after the time that the way takes. */
  #reach(
    from: SimulatedNode,
    to: Endpoint,
    arrive: (peer: SimulatedNode) => void,
    transport: 'udp' | 'tcp' = 'udp',
  ): void {
    const peer = this.#byPort.get(to.port);
    if (!peer || this.#isCut(from.name, peer.name, transport)) return;
    this.clock.after(0.2 + this.#random() * 2, () => {
      const now = this.#byPort.get(to.port);
      if (now) arrive(now);
    });
  }
}
