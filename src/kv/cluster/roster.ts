import type { Clock } from '../../base/clock.ts';
import type { Candidate } from '../../plugins/kinds.ts';
import type { Members } from './ring-node.ts';

/**
 * Who is on the ring and who lives. A node that dies stays on the ring for a while, so that a restart moves nothing; who comes, or goes on
 * purpose, counts at once.
 */
export class Roster {
  readonly #clock: Clock;
  readonly #delayMs: number;
  /** When each dead node of the ring was first seen dead; monotonic. */
  readonly #deadSince = new Map<string, number>();

  constructor(clock: Clock, delayMs: number) {
    this.#clock = clock;
    this.#delayMs = delayMs;
  }

  /** Those who have a store, and in how many ms it has to be looked again if nothing else happens. */
  look(candidates: readonly Candidate[]): { readonly members: Members; readonly againMs: number | undefined } {
    const now = this.#clock.now();
    const dead = candidates.filter(({ state, ring }) => state === 'dead' && ring);
    this.#note(dead, now);
    const waits = dead.map(({ id }) => (this.#deadSince.get(id) ?? now) + this.#delayMs - now).filter((ms) => ms > 0);
    return {
      members: {
        ring: candidates
          .filter((each) => this.#isOnRing(each, now))
          .map(({ id }) => id)
          .sort(),
        alive: candidates
          .filter(isAlive)
          .map(({ id }) => id)
          .sort(),
      },
      againMs: waits.length === 0 ? undefined : Math.min(...waits),
    };
  }

  #note(dead: readonly Candidate[], now: number): void {
    const ids = new Set(dead.map(({ id }) => id));
    for (const id of this.#deadSince.keys()) if (!ids.has(id)) this.#deadSince.delete(id);
    for (const id of ids) if (!this.#deadSince.has(id)) this.#deadSince.set(id, now);
  }

  #isOnRing(candidate: Candidate, now: number): boolean {
    const { id, state, ring, leaving } = candidate;
    if (!ring || leaving || state === 'left') return false;
    return state !== 'dead' || now - (this.#deadSince.get(id) ?? now) < this.#delayMs;
  }
}

/** A suspect may be well, and is asked. */
const isAlive = ({ state }: Candidate): boolean => state === 'alive' || state === 'suspect';
