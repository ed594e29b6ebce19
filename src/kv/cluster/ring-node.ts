/** One node of the ring: what it answers to the others, and what it does for clients. No disk, no socket, no clock of its own. */

import { OpsbroError } from '../../base/errors.ts';
import type { Version } from '../version.ts';
import { Asker } from './asker.ts';
import { ClockTrust } from './clock-trust.ts';
import { ClockWatch } from './clock-watch.ts';
import { Coordinator } from './coordinator.ts';
import { Deadline } from './deadline.ts';
import { Exchange } from './exchange.ts';
import { Forwarder } from './forwarder.ts';
import type { Askers } from './gathering.ts';
import { HybridClock, Unstamped } from './hybrid-clock.ts';
import { Keeper } from './keeper.ts';
import { Listing, type RingPage } from './listing.ts';
import { Meetings } from './meetings.ts';
import type { Answer, Envelope, Outcome, Question, Reply, Wish } from './messages.ts';
import { Oblivion } from './oblivion.ts';
import { Pace } from './pace.ts';
import type { Ports, Scope, Standing, Tuning } from './ports.ts';
import { Promises } from './promises.ts';
import type { Wanted } from './quorum.ts';
import { Replica } from './replica.ts';
import { Solo } from './solo.ts';
import { Standpoint } from './standpoint.ts';
import { Upkeep } from './upkeep.ts';
import { COPIES, ownersOf, viewOf } from './view.ts';
import { isConditional, isForClients } from './wishes.ts';

const MOST_WAIT_MS = 30_000;
/** Later than every version: who holds an older one need not send the record. */
const ANY: Version = { stamp: (1n << 64n) - 1n, tag: new Uint8Array(16).fill(255) };

/** What is known of who takes part. */
export interface Members {
  /** The nodes of the ring. */
  readonly ring: readonly string[];
  /** Everyone who lives and may hold records, on the ring or not. */
  readonly alive: readonly string[];
}

/** What a node said that it holds of a key. */
export interface Copy {
  readonly node: string;
  /** `silent`: it did not answer. */
  readonly trust: 'whole' | 'filling' | 'silent';
  readonly version: Version | undefined;
}

/** A node of the ring. */
export class RingNode implements Disposable {
  readonly #ports: Ports;
  readonly #trust: ClockTrust;
  readonly #clock: HybridClock;
  readonly #watch: ClockWatch;
  readonly #standpoint: Standpoint;
  readonly #replica: Replica;
  readonly #coordinator: Coordinator;
  readonly #forwarder: Forwarder;
  readonly #solo: Solo;
  readonly #listing: Listing;
  readonly #asker: Asker;
  readonly #oblivion: Oblivion;
  readonly #upkeep: Upkeep;
  readonly #counts = new Map<string, number>();
  readonly #deadline: Deadline;
  /** Of these at least one has to be met before this node takes what it holds for everything. */
  readonly #formerOthers: readonly string[];
  /** These have to be met first: what they or this node deleted may have been forgotten. */
  readonly #strangers = new Set<string>();
  #late: Disposable | undefined;
  #alive: ReadonlySet<string>;
  #members: Members | undefined;
  #phase: 'starting' | 'returning' | 'running';

  /** Goes on from where it was before its last stop or crash. */
  constructor(ports: Ports, tuning: Tuning, standing: Standing) {
    const { self, records } = ports;
    this.#ports = ports;
    this.#deadline = new Deadline(ports.clock, tuning.timeoutMs);
    this.#trust = new ClockTrust(ports.clock, tuning.maxSkewMs);
    const { maxSkewMs } = tuning;
    const clock = new HybridClock({ ports, trust: this.#trust, maxSkewMs, limit: standing.limit });
    this.#clock = clock;
    const standpoint = new Standpoint(self, standing, (before) => this.#settled(before));
    this.#standpoint = standpoint;
    const meetings = new Meetings(self, standing.met);
    const keeper = new Keeper({ records, standpoint, meetings });
    const promises = new Promises(ports.clock, tuning.timeoutMs);
    const onStray = () => this.#upkeep.releaseSoon();
    this.#replica = new Replica({ ports, clock, standpoint, promises, meetings, keeper, onStray });
    const count = (name: string, by: number) => void this.#counts.set(name, (this.#counts.get(name) ?? 0) + by);
    this.#coordinator = new Coordinator({ ports, clock, count, standpoint, askers: () => this.#askers() });
    this.#solo = new Solo({ ports, clock, isAlone: () => this.#isAlone });
    const owed = () => this.#upkeep;
    this.#asker = new Asker({ ports, tuning, trust: this.#trust, clock, standpoint, replica: this.#replica, owed });
    const ask = (node: string, question: Question, views: readonly string[]) => this.#ask(node, question, views);
    this.#forwarder = new Forwarder({
      ask: (node, question) => this.#ask(node, question, this.#duties(), tuning.timeoutMs),
      isClockSound: () => this.#isClockSound,
    });
    this.#listing = new Listing({ standpoint, ask, isAlive: this.#isAlive, wall: () => ports.clock.wall() });
    this.#oblivion = new Oblivion({ meetings, tuning, wall: () => this.#trust.wall });
    const hail = async (node: string) => void (await ask(node, { type: 'ask' }, [standpoint.present.id]));
    this.#watch = new ClockWatch({ ports, trust: this.#trust, clock, standpoint, hail });
    const exchange = new Exchange({
      ...{ self, records, standpoint, meetings, count, oblivion: this.#oblivion },
      pace: new Pace(ports.clock, tuning.transferBytesPerSecond),
      ask: (node, question, views) => this.#ask(node, question, views, tuning.exchangeTimeoutMs),
      take: (taken, from) => this.#replica.take(taken, from),
      wall: async () => ((await this.#watch.verified()) ? this.#trust.wall : undefined),
      tell: (news) => ports.tell(news),
    });
    this.#upkeep = new Upkeep({
      ...{ ports, tuning, standpoint, exchange, keeper, hail },
      onExchange: (node) => this.#met(node),
    });
    this.#formerOthers = standing.present.filter((node) => node !== self);
    this.#phase = this.#formerOthers.length > 0 ? 'starting' : 'running';
    this.#alive = new Set([self]);
    // Who has yet to find out who is there cannot know what time it is either.
    records.expireWhile(() => this.#phase === 'running' && this.#watch.isSound);
    this.#waitNotForEver();
  }

  /** How far it is: for people. */
  get standing() {
    const { present, ready, isSettled } = this.#standpoint;
    return {
      phase: this.#phase,
      view: present.id,
      members: present.members,
      ready,
      isSettled,
      isClockSound: this.#isClockSound,
      unseen: this.#upkeep.unseen,
      owed: this.#upkeep.owed,
      counts: this.#counts as ReadonlyMap<string, number>,
    };
  }

  /** Whether this node is on no ring, and all that it held is with those who keep it now; also when there is nobody to take it. */
  get isHandedOver(): boolean {
    const { present, isSettled } = this.#standpoint;
    if (present.members.length === 0) return true;
    return !present.members.includes(this.#ports.self) && isSettled && this.#upkeep.hasReleased;
  }

  /** The nodes that keep a key, the responsible one first. */
  ownersOf(key: string): readonly string[] {
    return ownersOf(key, this.#standpoint.present);
  }

  /**
   * Who takes part from now on. A node that was on a ring with others does not take itself for alone before it has waited for them: it
   * would take what it holds for everything.
   */
  setMembers(members: Members): void {
    const { self } = this.#ports;
    const others = members.alive.filter((node) => node !== self);
    this.#noteStrangers(others);
    this.#trust.setOthers(others);
    this.#members = members;
    this.#alive = new Set([...others, self]);
    const isAmongThem = this.#formerOthers.some((node) => others.includes(node));
    if (this.#phase === 'starting' && !isAmongThem) return;
    this.#adopt(members);
  }

  /** Compares with these nodes, or with all, as soon as may be. */
  syncSoon(nodes?: readonly string[]): void {
    this.#upkeep.syncSoon(nodes);
  }

  /** Does what a client wants, here or at a node that keeps the key, within the time for a request. Rejects with an `OpsbroError`. */
  run(wish: Wish): Promise<Outcome> {
    const known = wish.op === 'get' ? this.#known(wish) : undefined;
    if (known !== undefined) return Promise.resolve(known);
    return this.#deadline.within(wish, this.#run(wish));
  }

  /** What is read, if that can be said at once: by no other node, and without the disk. */
  #known({ key, copies }: Extract<Wish, { op: 'get' }>): Outcome | undefined {
    if (this.#phase !== 'running') return undefined;
    return this.#isAlone ? this.#solo.known(key, copies) : this.#knownOnRing(key, copies);
  }

  #knownOnRing(key: string, copies: Wanted): Outcome | undefined {
    const isOurs = copies === 1 && this.#watch.isSound && this.ownersOf(key).includes(this.#ports.self);
    return isOurs ? this.#coordinator.known(key) : undefined;
  }

  async #run(wish: Wish): Promise<Outcome> {
    this.#checkRunning();
    if (this.#isTheRing && !this.#standpoint.isSettled) await this.#upkeep.nextTurn();
    const alone = this.#isAlone ? await this.#solo.run(wish) : undefined;
    if (alone !== undefined) return alone;
    const { self } = this.#ports;
    const owners = this.ownersOf(wish.key);
    if (owners.length === 0) throw noNodes();
    const able = owners.filter(this.#isAlive);
    const isOurs = isConditional(wish) ? able[0] === self : able.includes(self);
    const others = able.filter((node) => node !== self);
    const isSound = isOurs && (this.#watch.isSound || (await this.#watch.verified()));
    if (!isSound) return await this.#forwarder.run(wish, others);
    try {
      return await this.#coordinator.run(wish);
    } catch (error) {
      // Whose disk is full or broken can give no version to what is written; others that keep the key can.
      if (error instanceof Unstamped) return await this.#forwarder.run(wish, others, error);
      throw error;
    }
  }

  /** Lists what the whole ring holds, behind a key. Rejects with an `OpsbroError`. */
  async list(scope: Scope, after: string | undefined): Promise<RingPage> {
    this.#checkRunning();
    if (this.#standpoint.present.members.length === 0) throw noNodes();
    return await this.#listing.page(scope, after);
  }

  /** What the nodes that keep a key hold of it, the responsible one first. */
  async copiesOf(key: string): Promise<readonly Copy[]> {
    const views = this.#duties();
    return await Promise.all(this.ownersOf(key).map((node) => this.#copyAt(node, key, views)));
  }

  /** Asks another node something that no client waits for. */
  async ask(node: string, question: Question, timeoutMs: number): Promise<Answer> {
    return await this.#ask(node, question, [this.#standpoint.present.id], timeoutMs);
  }

  /** Answers another node. */
  async receive(from: string, { clock, views, question }: Envelope): Promise<Reply> {
    this.#clock.hear(clock);
    const answer = await this.#answer(from, question, views);
    const { present, ready } = this.#standpoint;
    return { clock: this.#clock.last, wall: this.#ports.clock.wall(), view: present.id, ready, answer };
  }

  [Symbol.dispose](): void {
    this.#upkeep[Symbol.dispose]();
    this.#watch[Symbol.dispose]();
    this.#late?.[Symbol.dispose]();
  }

  readonly #isAlive = (node: string): boolean => this.#alive.has(node);

  /** Who is not on the ring does not ask, and nothing hangs on it. */
  get #isClockSound(): boolean {
    return !this.#standpoint.present.members.includes(this.#ports.self) || this.#watch.isSound;
  }

  get #isAlone(): boolean {
    return this.#isTheRing && this.#standpoint.isSettled && this.#phase === 'running' && this.#watch.isSound;
  }

  get #isTheRing(): boolean {
    const [first, second] = this.#standpoint.present.members;
    return first === this.#ports.self && second === undefined;
  }

  async #answer(from: string, question: Question, views: readonly string[]): Promise<Answer> {
    if (this.#phase !== 'running' && isForClients(question)) {
      return { type: 'refused', refusal: { type: 'initializing' } };
    }
    if (question.type === 'follow') return await this.#ports.follow(question);
    if (question.type !== 'coordinate') return await this.#replica.answer(from, question, views);
    try {
      if (!(await this.#watch.verified())) return { type: 'refused', refusal: { type: 'clock_skew' } };
      return { type: 'outcome', outcome: await this.#coordinator.run(question.wish) };
    } catch (error) {
      if (error instanceof Unstamped) return { type: 'refused', refusal: { type: error.reason } };
      if (!(error instanceof OpsbroError)) throw error;
      const { code, message, details } = error;
      return { type: 'refused', refusal: { type: 'failed', code, message, details } };
    }
  }

  /** The views that a request has to satisfy. */
  #duties(): readonly string[] {
    return this.#standpoint.duties().map(({ view }) => view.id);
  }

  #ask(node: string, question: Question, views: readonly string[], timeoutMs?: number): Promise<Answer> {
    return this.#asker.ask(node, question, views, timeoutMs);
  }

  #askers(): Askers {
    return {
      duties: this.#standpoint.duties(),
      isAlive: this.#isAlive,
      ask: (node, question, views, heard) => this.#asker.tell({ node, views }, question, heard),
    };
  }

  async #copyAt(node: string, key: string, views: readonly string[]): Promise<Copy> {
    try {
      const answer = await this.#ask(node, { type: 'read', key, have: ANY }, views);
      if (answer.type !== 'holding') return { node, trust: 'filling', version: undefined };
      return { node, ...answer.holding, version: answer.holding.version };
    } catch {
      return { node, trust: 'silent', version: undefined };
    }
  }

  #checkRunning(): void {
    if (this.#phase === 'running') return;
    throw new OpsbroError('initializing', 'the store waits for the other nodes of its ring; try again in a moment');
  }

  /** With whom this node was not together for so long that one of the two may have forgotten what the other deleted. */
  #noteStrangers(others: readonly string[]): void {
    for (const node of this.#strangers) if (!others.includes(node)) this.#strangers.delete(node);
    for (const node of others) {
      if (!this.#isAlive(node) && this.#oblivion.gapTo(node) !== undefined) this.#strangers.add(node);
    }
    if (this.#phase === 'running' && this.#strangers.size > 0) {
      this.#phase = 'returning';
      this.#waitNotForEver();
    } else if (this.#phase === 'returning' && this.#strangers.size === 0) this.#begin();
  }

  #met(node: string): void {
    this.#strangers.delete(node);
    if (this.#strangers.size === 0) this.#begin();
  }

  #waitNotForEver(): void {
    this.#late?.[Symbol.dispose]();
    this.#late = this.#ports.clock.after(MOST_WAIT_MS, () => {
      this.#strangers.clear();
      this.#begin();
    });
  }

  #begin(): void {
    if (this.#phase === 'running') return;
    this.#phase = 'running';
    this.#late?.[Symbol.dispose]();
    if (this.#members) this.#adopt(this.#members);
  }

  #adopt({ ring, alive }: Members): void {
    const view = viewOf(ring);
    const before = this.#standpoint.present;
    this.#standpoint.adopt(view);
    const others = alive.filter((node) => node !== this.#ports.self);
    this.#upkeep.setOthers(others, before.id === view.id ? 'same' : 'changed');
    if (before.id !== view.id) this.#ports.tell({ type: 'view', members: view.members });
  }

  #settled(before: readonly string[]): void {
    const { members } = this.#standpoint.present;
    const gone = before.filter((node) => !this.#isAlive(node));
    if (gone.length >= Math.min(COPIES, before.length) && before.length > 0) {
      this.#ports.tell({ type: 'possible-loss', gone });
    }
    this.#ports.tell({ type: 'settled', members });
  }
}

const noNodes = (): OpsbroError =>
  new OpsbroError(
    'no_kv_nodes',
    'no node of this zone has the group kv; add it with: opsbro agent parameters add groups kv',
  );
