/** One node of the ring: what it answers to the others, and what it does for clients. No disk, no socket, no clock of its own. */
import { FAILURES, type FailureCode, failedWith, OpsbroError } from '../../base/errors.ts';
import { Coordinator } from './coordinator.ts';
import { Exchange } from './exchange.ts';
import type { Askers } from './gathering.ts';
import { HybridClock } from './hybrid-clock.ts';
import type { Answer, Envelope, Outcome, Question, ReplicaQuestion, Reply, Wish } from './messages.ts';
import type { Ports, Standing, Tuning } from './ports.ts';
import { Promises } from './promises.ts';
import { Replica } from './replica.ts';
import { Standpoint } from './standpoint.ts';
import { Upkeep } from './upkeep.ts';
import { ownersOf, viewOf } from './view.ts';

const MOST_WAIT_MS = 30_000;
const MOST_TRIES = 3;

/** What is known of who takes part. */
export interface Members {
  /** The nodes of the ring. */
  readonly ring: readonly string[];
  /** Everyone who lives and may hold records, on the ring or not. */
  readonly alive: readonly string[];
}

/** A node of the ring. */
export class RingNode implements Disposable {
  readonly #ports: Ports;
  readonly #tuning: Tuning;
  readonly #clock: HybridClock;
  readonly #standpoint: Standpoint;
  readonly #replica: Replica;
  readonly #coordinator: Coordinator;
  readonly #upkeep: Upkeep;
  readonly #formerOthers: readonly string[];
  readonly #late: Disposable;
  #alive: ReadonlySet<string>;
  #members: Members | undefined;
  #phase: 'starting' | 'running';

  /** Goes on from where it was before its last stop or crash. */
  constructor(ports: Ports, tuning: Tuning, standing: Standing) {
    const { self } = ports;
    this.#ports = ports;
    this.#tuning = tuning;
    this.#clock = new HybridClock(ports, tuning.maxSkewMs, standing.limit);
    const clock = this.#clock;
    const standpoint = new Standpoint(self, standing);
    this.#standpoint = standpoint;
    const promises = new Promises(ports.clock, tuning.timeoutMs);
    this.#replica = new Replica({ ports, clock, standpoint, promises, onStray: () => this.#upkeep.releaseSoon() });
    this.#coordinator = new Coordinator({ ports, clock, askers: () => this.#askers() });
    const ask = (node: string, question: Question, views: readonly string[]) => this.#ask(node, question, views);
    const exchange = new Exchange({ self, records: ports.records, standpoint, ask });
    this.#upkeep = new Upkeep({
      ...{ ports, tuning, standpoint, exchange },
      hail: async (node) => void (await ask(node, { type: 'ask' }, [standpoint.present.id])),
      onExchange: () => this.#begin(),
    });
    this.#formerOthers = standing.present.filter((node) => node !== self);
    this.#phase = this.#formerOthers.length > 0 ? 'starting' : 'running';
    this.#alive = new Set([self]);
    this.#late = ports.clock.after(MOST_WAIT_MS, () => this.#begin());
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
      unseen: this.#upkeep.unseen,
    };
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
    this.#members = members;
    this.#alive = new Set([...members.alive, this.#ports.self]);
    const isAmongThem = this.#formerOthers.some((node) => members.alive.includes(node));
    if (this.#phase === 'starting' && !isAmongThem) return;
    this.#adopt(members);
  }

  /** Compares with these nodes, or with all, as soon as may be. */
  syncSoon(nodes?: readonly string[]): void {
    this.#upkeep.syncSoon(nodes);
  }

  /** Does what a client wants, here or at a node that keeps the key. Rejects with an `OpsbroError`. */
  async run(wish: Wish): Promise<Outcome> {
    const { self } = this.#ports;
    this.#checkRunning();
    const owners = this.ownersOf(wish.key);
    if (owners.length === 0) throw new OpsbroError('no_kv_nodes', 'no node of this zone has the group kv');
    const able = owners.filter((node) => this.#alive.has(node));
    const isOurs = isConditional(wish) ? able[0] === self : able.includes(self);
    if (isOurs && this.#ports.isClockSound()) return await this.#coordinator.run(wish);
    return await this.#forward(wish, able.filter((node) => node !== self).slice(0, MOST_TRIES));
  }

  /** Answers another node. */
  async receive(from: string, { clock, views, question }: Envelope): Promise<Reply> {
    this.#clock.hear(clock);
    const answer = await this.#answer(from, question, views);
    const { present, ready } = this.#standpoint;
    return { clock: this.#clock.last, view: present.id, ready, answer };
  }

  [Symbol.dispose](): void {
    this.#upkeep[Symbol.dispose]();
    this.#late[Symbol.dispose]();
  }

  async #answer(from: string, question: Question, views: readonly string[]): Promise<Answer> {
    if (this.#phase === 'starting' && isForClients(question)) {
      return { type: 'refused', refusal: { type: 'initializing' } };
    }
    if (question.type !== 'coordinate') return await this.#replica.answer(from, question, views);
    try {
      if (!this.#ports.isClockSound()) return { type: 'refused', refusal: { type: 'clock_skew' } };
      return { type: 'outcome', outcome: await this.#coordinator.run(question.wish) };
    } catch (error) {
      if (!(error instanceof OpsbroError)) throw error;
      const { code, message, details } = error;
      return { type: 'refused', refusal: { type: 'failed', code, message, details } };
    }
  }

  #askers(): Askers {
    return {
      duties: this.#standpoint.duties(),
      isAlive: (node) => this.#alive.has(node),
      ask: (node, question, views) => this.#ask(node, question, views),
    };
  }

  async #ask(node: string, question: Question, views: readonly string[], timeoutMs?: number): Promise<Answer> {
    const { self } = this.#ports;
    if (node === self && question.type !== 'coordinate') return await this.#askSelf(question, views);
    const envelope: Envelope = { clock: this.#clock.last, views, question };
    try {
      const reply = await this.#ports.call(node, envelope, timeoutMs ?? this.#tuning.peerTimeoutMs);
      this.#clock.hear(reply.clock);
      this.#standpoint.hear(node, reply);
      if (isWriting(question) && isMissed(reply.answer)) this.#upkeep.owe(node);
      return reply.answer;
    } catch (error) {
      if (isWriting(question)) this.#upkeep.owe(node);
      throw error;
    }
  }

  /** What could not be kept here, others have: it is fetched from them. */
  async #askSelf(question: ReplicaQuestion, views: readonly string[]): Promise<Answer> {
    const answer = await this.#replica.answer(this.#ports.self, question, views);
    if (isWriting(question) && isMissed(answer)) this.#upkeep.oweAll();
    return answer;
  }

  async #forward(wish: Wish, nodes: readonly string[]): Promise<Outcome> {
    for (const node of nodes) {
      const answer = await this.#tryAt(node, wish);
      if (answer?.type === 'outcome') return answer.outcome;
      if (answer?.type !== 'refused') continue;
      const { refusal } = answer;
      if (refusal.type === 'failed')
        throw new OpsbroError(codeOf(refusal.code), refusal.message, { details: refusal.details ?? {} });
    }
    if (!this.#ports.isClockSound())
      throw new OpsbroError('clock_skew', 'the clock of this node differs from those of the others');
    throw new OpsbroError('quorum', `no node that keeps "${wish.key}" can be reached; try again`);
  }

  /** A write that may have reached a node is not tried at another: it could be done twice, the first time last. */
  async #tryAt(node: string, wish: Wish): Promise<Answer | undefined> {
    const views = this.#standpoint.duties().map(({ view }) => view.id);
    try {
      return await this.#ask(node, { type: 'coordinate', wish }, views, this.#tuning.timeoutMs);
    } catch (error) {
      if (wish.op === 'get' || failedWith(error, 'unreachable')) return undefined;
      const message = `the node that was to write "${wish.key}" did not answer`;
      throw new OpsbroError('quorum', message, { details: { indeterminate: true }, cause: error });
    }
  }

  #checkRunning(): void {
    if (this.#phase === 'running') return;
    throw new OpsbroError('initializing', 'the store waits for the other nodes of its ring; try again in a moment');
  }

  #begin(): void {
    if (this.#phase === 'running') return;
    this.#phase = 'running';
    this.#late[Symbol.dispose]();
    if (this.#members) this.#adopt(this.#members);
  }

  #adopt({ ring, alive }: Members): void {
    const view = viewOf(ring);
    const before = this.#standpoint.present;
    this.#standpoint.adopt(view);
    const others = alive.filter((node) => node !== this.#ports.self);
    this.#upkeep.setOthers(others, before.id === view.id ? 'same' : 'changed');
  }
}

function isConditional(wish: Wish): boolean {
  if (wish.op === 'get') return false;
  return (wish.op === 'put' ? wish.options.cas : wish.cas) !== undefined;
}

function isForClients({ type }: Question): boolean {
  return type === 'write' || type === 'read' || type === 'prepare' || type === 'accept' || type === 'coordinate';
}

const isWriting = ({ type }: Question): boolean => type === 'write' || type === 'accept' || type === 'merge';

/** Whether a node could not keep what it was to keep; that it has something newer is as good. */
function isMissed(answer: Answer): boolean {
  return answer.type === 'refused' && !['view', 'superseded', 'conflict'].includes(answer.refusal.type);
}

const codeOf = (code: string): FailureCode => (Object.hasOwn(FAILURES, code) ? (code as FailureCode) : 'peer_failed');
