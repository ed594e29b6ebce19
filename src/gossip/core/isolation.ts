import type { Endpoint } from '../../net/address.ts';
import type { Desk } from './desk.ts';
import { isLive } from './node.ts';
import type { Pings } from './pings.ts';
import type { Roster } from './roster.ts';
import type { Self } from './self.ts';

interface Parts {
  readonly desk: Desk;
  readonly roster: Roster;
  readonly self: Self;
  readonly pings: Pings;
  /** Takes back what we alone held against a member. */
  readonly acquit: (name: string) => void;
  /** Tells the pool what we hold against a member. */
  readonly accuse: (name: string) => void;
  /** Exchanges everything with someone there, or with anyone. */
  readonly refresh: (place: Endpoint | undefined) => void;
}

/** Who hears nothing for so long, although it asks, is taken for isolated; longer while its probes take longer. */
const ISOLATED_AFTER_MS = 10_000;
/** So many members are asked again at a time. */
const MAX_ASKED = 64;

/**
 * Keeps a node that hears nobody from burying the pool: while nothing at all arrives, what it holds against others is told to nobody. As
 * soon as something arrives, each of those members is asked again, and only those that stay silent are accused.
 */
export class Isolation {
  readonly #parts: Parts;
  /** Members against whom something is held that nobody was told. */
  readonly #held = new Set<string>();
  readonly #asked = new Set<string>();
  #heardAt = 0;
  #isIsolated = false;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** We asked for long and heard nobody. */
  get isIsolated(): boolean {
    return this.#isIsolated;
  }

  /** Nothing has arrived for the time of a whole probe, so that a silence says more about us than about others. */
  get isDeaf(): boolean {
    const { awareness, now, profile } = this.#parts.desk;
    return this.#isIsolated || now - this.#heardAt >= awareness.stretch(profile.probeInterval);
  }

  /** Keeps to ourselves what we hold against a member. */
  hold(name: string): void {
    this.#held.add(name);
  }

  /** What is held against a member is no secret any more, or is no more. */
  release(name: string): void {
    this.#held.delete(name);
  }

  /** Whether others do not know yet what we hold against a member. */
  holds(name: string): boolean {
    return this.#held.has(name);
  }

  /** Something valid arrived from another; from where, if that is known. */
  heard(from: Endpoint | undefined): void {
    const { desk, refresh } = this.#parts;
    this.#heardAt = desk.now;
    if (this.#isIsolated) {
      this.#turn(false);
      refresh(from);
    }
    if (this.#held.size > 0) this.#askHeld();
  }

  /** This node stood still: it could not have heard anything. */
  excuse(): void {
    this.#heardAt = this.#parts.desk.now;
  }

  /** To be called at the rhythm of probes. */
  look(): void {
    if (this.#isIsolated) {
      this.#callOut();
      return;
    }
    const { awareness, now, profile } = this.#parts.desk;
    const limit = Math.max(ISOLATED_AFTER_MS, 2 * awareness.stretch(profile.probeInterval));
    if (now - this.#heardAt < limit) return;
    // Without anyone to probe, silence means nothing.
    if (this.#hasCompany) this.#turn(true);
    else this.excuse();
  }

  get #hasCompany(): boolean {
    const { roster, self } = this.#parts;
    for (const node of roster.nodes.values()) if (node.name !== self.name && isLive(node)) return true;
    return false;
  }

  #turn(isIsolated: boolean): void {
    const { desk, self } = this.#parts;
    this.#isIsolated = isIsolated;
    if (isIsolated) desk.count('isolations');
    desk.observe(self.node, 'isolated', self.name, { state: isIsolated ? 'begins' : 'ends' });
    desk.do({ type: 'isolated', isolated: isIsolated });
  }

  /** When everyone seems dead nobody is probed any more; one sign of life from anybody is enough. */
  #callOut(): void {
    const { desk, pings, roster, self } = this.#parts;
    const others = [...roster.nodes.values()].filter((node) => node.name !== self.name && node.state !== 'left');
    const node = others[desk.pick(others.length)];
    if (node) pings.ask(node, node.name, () => {});
  }

  #askHeld(): void {
    for (const name of this.#held) {
      if (this.#asked.size >= MAX_ASKED) return;
      if (this.#asked.has(name)) continue;
      const node = this.#parts.roster.get(name);
      if (!node || node.state === 'left' || node.state === 'alive') this.#held.delete(name);
      else if (this.#parts.pings.ask(node, name, (isThere) => this.#answered(name, isThere))) this.#asked.add(name);
    }
  }

  #answered(name: string, isThere: boolean): void {
    this.#asked.delete(name);
    if (!this.#held.has(name)) return;
    // What arrived may have been the only thing; then this silence is no proof either.
    if (!isThere && this.isDeaf) return;
    this.#held.delete(name);
    if (isThere) this.#parts.acquit(name);
    else this.#parts.accuse(name);
    if (this.#held.size > 0) this.#askHeld();
  }
}
