import type { Clock } from '../../../src/base/clock.ts';
import { OpsbroError } from '../../../src/base/errors.ts';
import { type Random, seeded } from '../../../src/base/random.ts';
import { decodeEnvelope, decodeReply, encodeEnvelope, encodeReply } from '../../../src/kv/cluster/codec.ts';
import type { Envelope, Outcome, Reply, Wish } from '../../../src/kv/cluster/messages.ts';
import type { Ports, RingNews, Tuning } from '../../../src/kv/cluster/ports.ts';
import { RingNode } from '../../../src/kv/cluster/ring-node.ts';
import type { KvRecord } from '../../../src/kv/record.ts';
import { SimulatedClock } from '../clock.ts';
import { Disk, SimulatedRecords } from './disk.ts';

const TICK_MS = 500;
const DEAD_AFTER_MS = 3_000;
/** A dead node stays on the ring for so long. */
const REBALANCE_MS = 2_000;

export const TUNING: Tuning = {
  timeoutMs: 5_000,
  peerTimeoutMs: 1_000,
  exchangeTimeoutMs: 1_000,
  maxSkewMs: 10_000,
  syncMs: 60_000,
  graceMs: 72 * 3_600_000,
  transferBytesPerSecond: 20 * 1_048_576,
};

/** How bad the network is. */
export interface Weather {
  /** Share of messages that are lost. */
  readonly loss: number;
  /** Share of messages that come twice. */
  readonly twice: number;
  /** Share of messages that take up to a second. */
  readonly late: number;
}

export const FINE: Weather = { loss: 0, twice: 0, late: 0 };

interface Life {
  readonly node: RingNode;
  readonly records: SimulatedRecords;
}

interface Machine {
  readonly name: string;
  readonly disk: Disk;
  skewMs: number;
  /** When this machine heard of others last. */
  readonly heardAt: Map<string, number>;
  /** What it had to tell, over all its lives. */
  readonly news: RingNews[];
  life: Life | undefined;
  told: string;
}

interface Errand {
  readonly envelope: Envelope;
  readonly timeoutMs: number;
}

/** A ring of the real replication code in made-up time, on machines that crash and a network that fails. */
export class Cluster {
  readonly clock = new SimulatedClock();
  readonly names: readonly string[];
  readonly random: Random;
  weather: Weather = FINE;
  /** Whether messages are made bytes and read again, which takes longer. */
  carries: 'values' | 'bytes' = 'values';
  /** How many questions each node has asked others. */
  readonly asked = new Map<string, number>();
  readonly #machines: ReadonlyMap<string, Machine>;
  #sides: ReadonlyMap<string, number> = new Map();
  #ring: ReadonlySet<string>;

  constructor(seed: number, names: readonly string[], ring: readonly string[] = names, skewMs = 0) {
    this.random = seeded(seed);
    this.names = names;
    this.#ring = new Set(ring);
    this.#machines = new Map(
      names.map((name) => [name, this.#machine(name, (this.random() * 2 - 1) * skewMs)] as const),
    );
    for (const name of names) this.start(name);
    this.#tick();
  }

  get ring(): ReadonlySet<string> {
    return this.#ring;
  }

  get up(): readonly string[] {
    return this.names.filter((name) => this.#at(name).life !== undefined);
  }

  /** What is on the disk of a node. */
  held(name: string): ReadonlyMap<string, KvRecord> {
    return this.#at(name).disk.records;
  }

  node(name: string): RingNode {
    const { life } = this.#at(name);
    if (life === undefined) throw new Error(`${name} is down`);
    return life.node;
  }

  start(name: string): void {
    const machine = this.#at(name);
    if (machine.life !== undefined) return;
    const records = new SimulatedRecords(machine.disk, this.#clockOf(machine), this.random);
    const node = new RingNode(this.#ports(machine, records), TUNING, machine.disk.standing);
    machine.life = { node, records };
    machine.told = '';
    machine.heardAt.clear();
    // At first it knows only itself.
    node.setMembers({ ring: this.#ring.has(name) ? [name] : [], alive: [name] });
  }

  /** As `kill -9`, or a power cut. */
  crash(name: string): void {
    const machine = this.#at(name);
    machine.life?.records.crash();
    machine.life?.node[Symbol.dispose]();
    machine.life = undefined;
  }

  /** The disk of a node that is down is lost. */
  wipe(name: string): void {
    this.#at(name).disk.wipe();
  }

  /** From now on the disk of a node has room, or has none. */
  setRoom(name: string, room: 'none' | 'enough'): void {
    this.#at(name).disk.isFull = room === 'none';
  }

  /** Nodes with different numbers do not hear each other. */
  cut(sides: ReadonlyMap<string, number>): void {
    this.#sides = sides;
  }

  heal(): void {
    this.#sides = new Map();
  }

  /** What a node had to tell. */
  news(name: string): readonly RingNews[] {
    return this.#at(name).news;
  }

  /** Every node forgets what it may forget. */
  async sweep(): Promise<void> {
    for (const name of this.up) await this.#at(name).life?.records.sweep();
    await this.pass(100);
  }

  /** The wall clock of a node is so far off. */
  skew(name: string, ms: number): void {
    this.#at(name).skewMs = ms;
  }

  setRing(ring: Iterable<string>): void {
    this.#ring = new Set(ring);
  }

  /** What a client gets at a node; never settles when the node crashes. */
  run(name: string, wish: Wish): Promise<Outcome> {
    return this.node(name).run(wish);
  }

  async pass(ms: number): Promise<void> {
    await this.clock.runAsync(ms);
  }

  [Symbol.dispose](): void {
    for (const name of this.up) this.crash(name);
  }

  #machine(name: string, skewMs: number): Machine {
    return { name, disk: new Disk(), skewMs, heardAt: new Map(), news: [], life: undefined, told: '' };
  }

  #at(name: string): Machine {
    const machine = this.#machines.get(name);
    if (machine === undefined) throw new Error(`there is no ${name}`);
    return machine;
  }

  #ports(machine: Machine, records: SimulatedRecords): Ports {
    const { random } = this;
    return {
      self: machine.name,
      clock: this.#clockOf(machine),
      random,
      records,
      follow: () => Promise.reject(new Error('no log is kept')),
      tell: (news) => machine.news.push(news),
      atTurnEnd: (task) => this.#atTurnEnd(machine, task),
      call: (node, envelope, timeoutMs) => this.#call(machine, this.#at(node), { envelope, timeoutMs }),
    };
  }

  /** A turn takes up to 2 ms, and is not ended when the machine crashes. */
  #atTurnEnd(machine: Machine, task: () => void): void {
    const { life } = machine;
    this.clock.after(this.random() * 2, () => {
      if (machine.life === life) task();
    });
  }

  #clockOf(machine: Machine): Clock {
    const { clock } = this;
    return {
      now: () => clock.now(),
      wall: () => clock.wall() + machine.skewMs,
      after: (ms, task) => clock.after(ms, task),
    };
  }

  #call(from: Machine, to: Machine, { envelope, timeoutMs }: Errand): Promise<Reply> {
    this.asked.set(from.name, (this.asked.get(from.name) ?? 0) + 1);
    const { life } = from;
    const isWaiting = () => from.life === life;
    return new Promise((resolve, reject) => {
      if (!this.#isLinked(from, to)) {
        this.clock.after(5, () => isWaiting() && reject(new OpsbroError('unreachable', `${to.name} is not there`)));
        return;
      }
      const timeout = this.clock.after(
        timeoutMs,
        () => isWaiting() && reject(new OpsbroError('peer_timeout', to.name)),
      );
      const accept = (reply: Reply) => {
        timeout[Symbol.dispose]();
        resolve(reply);
      };
      const answer = async () => {
        const reply = await to.life?.node.receive(from.name, this.#asSent(envelope));
        if (reply !== undefined) this.#carry(to, from, () => isWaiting() && accept(this.#asAnswered(reply)));
      };
      this.#carry(from, to, () => void answer());
      // A client's wish is done as often as it comes, but streams carry nothing twice; the rest must not mind.
      const isTwice = envelope.question.type !== 'coordinate' && this.random() < this.weather.twice;
      if (isTwice) this.#carry(from, to, () => void answer());
    });
  }

  #asSent(envelope: Envelope): Envelope {
    if (this.carries === 'values') return envelope;
    return decodeEnvelope(encodeEnvelope(envelope)) ?? unreadable(envelope);
  }

  #asAnswered(reply: Reply): Reply {
    if (this.carries === 'values') return reply;
    return decodeReply(encodeReply(reply)) ?? unreadable(reply);
  }

  #carry(from: Machine, to: Machine, deliver: () => void): void {
    if (this.random() < this.weather.loss) return;
    const most = this.random() < this.weather.late ? 1_000 : 3;
    this.clock.after(0.3 + this.random() * most, () => {
      if (this.#isLinked(from, to)) deliver();
    });
  }

  #isLinked(one: Machine, other: Machine): boolean {
    const isNear = (this.#sides.get(one.name) ?? 0) === (this.#sides.get(other.name) ?? 0);
    return isNear && one.life !== undefined && other.life !== undefined;
  }

  /** Stands for gossip: who is silent for a while is dead, and a while later it is off the ring. */
  #tick(): void {
    for (const machine of this.#machines.values()) if (machine.life) this.#tell(machine, machine.life.node);
    this.clock.after(TICK_MS, () => this.#tick());
  }

  #tell(machine: Machine, node: RingNode): void {
    const alive: string[] = [machine.name];
    const ring: string[] = this.#ring.has(machine.name) ? [machine.name] : [];
    for (const other of this.#machines.values()) {
      if (other === machine) continue;
      const silence = this.#silence(machine, other);
      if (silence < DEAD_AFTER_MS) alive.push(other.name);
      if (silence < DEAD_AFTER_MS + REBALANCE_MS && this.#ring.has(other.name)) ring.push(other.name);
    }
    const members = { ring: ring.sort(), alive: alive.sort() };
    const told = JSON.stringify(members);
    if (told === machine.told || this.random() < 0.3) return;
    machine.told = told;
    node.setMembers(members);
  }

  /** For how long a machine has not heard of another; of one that it never met, for ever. */
  #silence(machine: Machine, other: Machine): number {
    const now = this.clock.now();
    if (this.#isLinked(machine, other)) {
      machine.heardAt.set(other.name, now + this.random() * 1_000);
      return 0;
    }
    return now - (machine.heardAt.get(other.name) ?? Number.NEGATIVE_INFINITY);
  }
}

function unreadable(message: Envelope | Reply): never {
  throw new Error(`cannot be read again: ${'question' in message ? message.question.type : message.answer.type}`);
}
