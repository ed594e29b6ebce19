import { shuffled } from '../../base/random.ts';
import type { Exchange } from './exchange.ts';
import type { Keeper } from './keeper.ts';
import type { Ports, Tuning } from './ports.ts';
import type { Standpoint } from './standpoint.ts';

const SOON_MS = 1_000;
/** Between two times that news is passed on to all. */
const TELL_MS = 15_000;
/** So many keys that a node missed are remembered; when there are more, everything is compared. */
const MOST_MISSED = 10_000;

interface Parts {
  readonly ports: Ports;
  readonly tuning: Tuning;
  readonly standpoint: Standpoint;
  readonly exchange: Exchange;
  readonly keeper: Keeper;
  /** Asks a node how far it is. */
  hail(node: string): Promise<void>;
  /** Told when a comparison with another node was completed. */
  onExchange(node: string): void;
}

/**
 * Brings this node up to date, and the others: after the ring changed, after somebody came back, and from time to time. Then it hands over
 * what does not belong here.
 */
export class Upkeep implements Disposable {
  readonly #parts: Parts;
  /** Nodes that may hold what belongs here, as far as not seen yet. */
  readonly #unseen = new Set<string>();
  /** Nodes that missed something: which keys, or nobody knows what. */
  readonly #owed = new Map<string, Set<string> | 'anything'>();
  #others: readonly string[] = [];
  #knowsOthers = false;
  /** What was missing here may be missing elsewhere, and who should have told it may have died. */
  #news: 'none' | 'some' = 'none';
  #tellAt = 0;
  #hasReleased = false;
  #syncAt: number;
  readonly #onTurn: (() => void)[] = [];
  #timer: Disposable | undefined;
  #phase: 'idle' | 'working' | 'stopped' = 'idle';

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#syncAt = this.#nextSync();
    this.#wake(0);
  }

  /** How many nodes have yet to be seen before this node has what belongs to it. */
  get unseen(): number {
    return this.#unseen.size;
  }

  /** Whether nothing is held here that belongs elsewhere. */
  get hasReleased(): boolean {
    return this.#hasReleased && this.#phase !== 'working';
  }

  /** Others live now, or the ring is another: whoever is new has to be seen. */
  setOthers(alive: readonly string[], ring: 'same' | 'changed'): void {
    const known = new Set(ring === 'changed' ? [] : this.#others);
    for (const node of alive) if (!known.has(node)) this.#unseen.add(node);
    for (const node of this.#unseen) if (!alive.includes(node)) this.#unseen.delete(node);
    // Who died may have told some of a write, and not the others.
    if (this.#others.some((node) => !alive.includes(node))) for (const node of alive) this.#owed.set(node, 'anything');
    this.#others = alive;
    this.#knowsOthers = true;
    if (ring === 'changed') this.#hasReleased = false;
    this.#wake(0);
  }

  /** How many nodes missed something that they have yet to be brought. */
  get owed(): number {
    return this.#owed.size;
  }

  /** A node did not get what was to be written to a key; without one, nobody knows what it missed. */
  owe(node: string, key?: string): void {
    if (this.#owed.size === 0) this.#wake(SOON_MS);
    const missed = this.#owed.get(node) ?? new Set<string>();
    if (key !== undefined && missed !== 'anything' && missed.size < MOST_MISSED) this.#owed.set(node, missed.add(key));
    else this.#owed.set(node, 'anything');
  }

  /** This node did not get a write that it should have; others may have it. */
  oweAll(): void {
    for (const node of this.#others) this.owe(node);
  }

  /** Resolves when everything that is to be done now was tried once. */
  nextTurn(): Promise<void> {
    if (this.#isStopped()) return Promise.resolve();
    return new Promise((resolve) => this.#onTurn.push(resolve));
  }

  /** Compares with that node, or with all, as soon as may be. */
  syncSoon(nodes: readonly string[] = this.#others): void {
    for (const node of nodes) if (this.#others.includes(node)) this.#owed.set(node, 'anything');
    this.#wake(0);
  }

  /** Something is held that does not belong here. */
  releaseSoon(): void {
    if (!this.#hasReleased) return;
    this.#hasReleased = false;
    this.#wake(SOON_MS);
  }

  [Symbol.dispose](): void {
    this.#phase = 'stopped';
    for (const resolve of this.#onTurn.splice(0)) resolve();
    this.#timer?.[Symbol.dispose]();
  }

  #wake(ms: number): void {
    if (this.#phase !== 'idle') return;
    this.#timer?.[Symbol.dispose]();
    this.#timer = this.#parts.ports.clock.after(ms, () => void this.#turn());
  }

  async #turn(): Promise<void> {
    if (this.#phase !== 'idle') return;
    this.#phase = 'working';
    const others = this.#others;
    try {
      await this.#work();
    } catch {
      // A disk that failed; its owner knows, and the next turn tries again.
    }
    for (const resolve of this.#onTurn.splice(0)) resolve();
    if (this.#isStopped()) return;
    this.#phase = 'idle';
    this.#wake(this.#others === others ? this.#pause() : 0);
  }

  async #work(): Promise<void> {
    const { keeper } = this.#parts;
    await keeper.keep();
    if (!this.#hasRing) return;
    this.#tellNews();
    await this.#meetUnseen();
    await this.#payOwed();
    this.#becomeReady();
    await this.#learn();
    await keeper.keep();
    await this.#release();
    if (this.#parts.ports.clock.now() < this.#syncAt) return;
    this.#syncAt = this.#nextSync();
    const [peer] = shuffled(this.#others, this.#parts.ports.random);
    if (peer !== undefined) await this.#see(peer);
  }

  /** Not all the time: under load there is always something under way. */
  #tellNews(): void {
    const now = this.#parts.ports.clock.now();
    if (this.#news === 'none' || now < this.#tellAt) return;
    this.#news = 'none';
    this.#tellAt = now + TELL_MS;
    for (const node of this.#others) this.#owed.set(node, 'anything');
  }

  async #meetUnseen(): Promise<void> {
    for (const node of [...this.#unseen]) {
      if (this.#isStopped()) return;
      // Before, as what is missed while the two compare has to be brought as well.
      this.#unseen.delete(node);
      const isSeen = !this.#others.includes(node) || (await this.#see(node));
      if (!isSeen && this.#others.includes(node)) this.#unseen.add(node);
    }
  }

  /** Who is gone is compared with when it is back. */
  async #payOwed(): Promise<void> {
    for (const [node, missed] of [...this.#owed]) {
      if (this.#isStopped()) return;
      this.#owed.delete(node);
      const isGone = !this.#others.includes(node) || this.#unseen.has(node);
      if (isGone || (missed !== 'anything' && (await this.#bring(node, missed)))) continue;
      if (!(await this.#see(node))) this.#owed.set(node, 'anything');
    }
  }

  async #bring(node: string, missed: ReadonlySet<string>): Promise<boolean> {
    try {
      await this.#parts.exchange.bring(node, [...missed]);
      return true;
    } catch {
      return false;
    }
  }

  async #see(node: string): Promise<boolean> {
    const view = this.#parts.standpoint.present;
    try {
      if ((await this.#parts.exchange.withPeer(node)) > 0) this.#news = 'some';
    } catch {
      return false; // Not reached, or of another view: it stays to be seen.
    }
    this.#parts.onExchange(node);
    return view === this.#parts.standpoint.present;
  }

  #becomeReady(): void {
    const { standpoint } = this.#parts;
    const isAllSeen = this.#knowsOthers && this.#unseen.size === 0;
    if (isAllSeen && standpoint.present.members.length > 0) standpoint.fill(standpoint.present);
  }

  /** Whether all have what belongs to them is known to all before anybody drops anything. */
  async #learn(): Promise<void> {
    const { standpoint, ports } = this.#parts;
    if (standpoint.isSettled || standpoint.ready === '') return;
    const missing = standpoint.present.members.filter((node) => node !== ports.self && !standpoint.isReady(node));
    await Promise.allSettled(missing.map((node) => this.#parts.hail(node)));
  }

  async #release(): Promise<void> {
    const { standpoint, exchange } = this.#parts;
    if (this.#hasReleased || !standpoint.isSettled || this.#isStopped()) return;
    this.#hasReleased = true; // Unless something comes meanwhile.
    if (!(await exchange.release().catch(() => false))) this.#hasReleased = false;
  }

  /** Without a ring nothing belongs anywhere: nobody has to be asked, however many live. */
  get #hasRing(): boolean {
    return this.#parts.standpoint.present.members.length > 0;
  }

  #pause(): number {
    const { standpoint, ports, tuning } = this.#parts;
    if (!this.#hasRing) return tuning.syncMs;
    const isBusy = this.#unseen.size + this.#owed.size > 0 || !standpoint.isSettled || !this.#hasReleased;
    if (isBusy) return SOON_MS;
    const next = this.#news === 'some' ? Math.min(this.#syncAt, this.#tellAt) : this.#syncAt;
    return Math.max(0, next - ports.clock.now());
  }

  #nextSync(): number {
    const { ports, tuning } = this.#parts;
    return ports.clock.now() + tuning.syncMs * (0.9 + 0.2 * ports.random());
  }

  #isStopped(): boolean {
    return this.#phase === 'stopped';
  }
}
