import type { Bus } from '../base/bus.ts';
import { type Clock, delay, every } from '../base/clock.ts';
import { OpsbroError } from '../base/errors.ts';
import type { Random } from '../base/random.ts';
import { type AgentEvent, MEMBER_CHANGES } from '../model/event.ts';
import type { KvStanding, Member } from '../model/member.ts';
import type { Candidate, ClusterPart, KvCluster } from '../plugins/kinds.ts';
import { KV_PART, KvLinks } from './kv-links.ts';
import type { Peers } from './peers.ts';
import type { Pool } from './pool.ts';

const GROUP = 'kv';
/** How its disk is, a store does not tell by itself. */
const LOOK_MS = 5_000;
const HANDED_LOOK_MS = 100;

interface Surroundings {
  readonly pool: Pool;
  readonly peers: Peers;
  readonly bus: Bus<AgentEvent>;
  readonly clock: Clock;
  groups(): ReadonlySet<string>;
}

/**
 * What the key-value store has to do with other nodes. The store is opened before there are any: it is connected with them later. What
 * counts is what membership believes right now, not what it shows of nodes that come and go.
 */
export class AgentKvCluster implements KvCluster, Disposable {
  readonly random: Random;
  #part: ClusterPart | undefined;
  #around: Surroundings | undefined;
  #links: KvLinks | undefined;
  #listening: readonly Disposable[] = [];
  #told = '';
  #isLeaving = false;

  constructor(random: Random) {
    this.random = random;
  }

  join(part: ClusterPart): void {
    this.#part = part;
  }

  async ask(node: string, question: Uint8Array, timeoutMs: number): Promise<Uint8Array> {
    if (this.#links === undefined) throw new OpsbroError('unreachable', 'this node is in no pool yet');
    return await this.#links.ask(node, question, timeoutMs);
  }

  changed(): void {
    // The one who tells is in the middle of changing.
    queueMicrotask(() => this.#announce());
  }

  /** The store follows who is there, and the pool is told how the store is, until this is disposed of. */
  connect(around: Surroundings): this {
    const part = this.#part;
    if (part === undefined) return this;
    const { pool, peers, bus, clock } = around;
    this.#around = around;
    const links = new KvLinks({
      ...{ client: peers.client, clock },
      ownZone: () => pool.self.zone,
      member: (id) => pool.members.get(id),
      answer: (from, question) => part.answer(from, question),
    });
    this.#links = links;
    peers.stream(KV_PART, (stream, peer) => links.accept(stream, peer));
    const look = () => this.#look();
    this.#listening = [
      links,
      ...MEMBER_CHANGES.map((type) => bus.on(type, look)),
      bus.on('record-change', ({ part: changed }) => changed === 'base' && look()),
      bus.on('groups-change', look),
      every(clock, LOOK_MS, look),
    ];
    look();
    return this;
  }

  /** After a move to another pool, which knows nothing of this node yet. */
  moved(): void {
    this.#isLeaving = false;
    this.#told = '';
    this.#look();
  }

  /** Leaves the ring, and resolves when others keep what was kept here, or that takes too long. */
  async leave(): Promise<void> {
    const { waitMs, isHandedOver } = this.#part?.leaving ?? {};
    if (this.#around === undefined || waitMs === undefined || isHandedOver === undefined) return;
    const { clock } = this.#around;
    this.#isLeaving = true;
    this.#look();
    const until = clock.now() + waitMs;
    while (!isHandedOver() && clock.now() < until) await delay(clock, HANDED_LOOK_MS);
  }

  [Symbol.dispose](): void {
    for (const each of this.#listening) each[Symbol.dispose]();
  }

  #look(): void {
    this.#announce();
    this.#part?.setCandidates(this.#candidates());
  }

  #candidates(): readonly Candidate[] {
    if (this.#around === undefined) return [];
    const { pool } = this.#around;
    const { self } = pool;
    const own = this.#standing();
    const candidates = own ? [candidateOf({ ...self, state: 'alive', kv: own })] : [];
    // Whom nobody can ask keeps to itself.
    if (!this.#hasDoor) return candidates;
    const others = [...pool.members.values()].filter(({ id, zone }) => zone === self.zone && id !== self.id);
    return [...candidates, ...others.filter((other) => other.kv !== undefined && isOpen(other)).map(candidateOf)];
  }

  get #hasDoor(): boolean {
    return this.#around !== undefined && this.#around.peers.port !== 0;
  }

  #standing(): KvStanding | undefined {
    const { store, ready } = this.#part?.standing() ?? {};
    if (store === undefined || ready === undefined) return undefined;
    const isMember = !this.#isLeaving && this.#around?.groups().has(GROUP) === true;
    return { ring: isMember, store, ready };
  }

  #announce(): void {
    const standing = this.#standing();
    const told = JSON.stringify(standing);
    if (standing === undefined || told === this.#told || this.#around === undefined) return;
    this.#told = told;
    this.#around.pool.setKv({ ...standing, ring: standing.ring && this.#hasDoor });
  }
}

const isOpen = ({ tags }: Member): boolean => Number.parseInt(tags.get('pp') ?? '', 10) > 0;

const candidateOf = ({ id, state, leaving, kv }: Member): Candidate => ({
  ...{ id, state, leaving },
  ring: kv?.ring === true && kv.store !== 'failed',
});
