import type { Clock } from '../../base/clock.ts';
import { GOSSIP_PORT } from '../../base/default-ports.ts';
import { type Endpoint, endpointText, resolveEndpoints } from '../../net/address.ts';
import type { Candidate } from './uplink.ts';

/** Who answers at an address. */
interface Answer {
  readonly id: string;
  readonly zone: string;
  readonly isProxy: boolean;
  readonly peerPort: number;
}

interface Parts {
  readonly clock: Clock;
  /** The zone above. */
  readonly parent: string;
  readonly seeds: () => readonly string[];
  /** Where a seed listens for peers when nobody says it. */
  readonly peerPort: number;
  /** Whether that is a member of our own pool, ourselves included. */
  readonly isOurs: (place: Endpoint) => boolean;
  /** Asks an address who is there; nothing when it is silent or unknown to us. */
  readonly whoIs?: ((to: Endpoint) => Promise<Answer | undefined>) | undefined;
}

const PAUSE_MS = 10_000;
const MAX_MET = 64;

/** Where proxies of the zone above may be, before that zone itself has told: at the seeds, and whom we met by accident. */
export class Contacts {
  readonly #parts: Parts;
  readonly #met = new Map<string, Candidate>();
  #seeds: readonly Candidate[] = [];
  #nextLook = Number.NEGATIVE_INFINITY;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** The zone whose proxies these are. */
  get parent(): string {
    return this.#parts.parent;
  }

  /** All that is known by now; looks at the seeds again if that is some time ago. */
  get candidates(): readonly Candidate[] {
    const { clock } = this.#parts;
    if (clock.now() >= this.#nextLook) {
      this.#nextLook = clock.now() + PAUSE_MS;
      void this.#look();
    }
    return [...this.#met.values(), ...this.#seeds];
  }

  /** The seeds are others now: they are looked at with the next question. */
  refresh(): void {
    this.#nextLook = Number.NEGATIVE_INFINITY;
  }

  /** Somebody said that there are proxies of the zone above. */
  met(candidates: readonly Candidate[]): void {
    for (const candidate of candidates) {
      this.#met.delete(candidate.id);
      this.#met.set(candidate.id, candidate);
      const [oldest] = this.#met.keys();
      if (this.#met.size > MAX_MET && oldest !== undefined) this.#met.delete(oldest);
    }
  }

  async #look(): Promise<void> {
    const found = await Promise.all(this.#parts.seeds().map((seed) => this.#at(seed)));
    this.#seeds = found.flat();
  }

  async #at(seed: string): Promise<Candidate[]> {
    const { isOurs, parent, peerPort } = this.#parts;
    const places = await resolveEndpoints(seed, GOSSIP_PORT).catch(() => []);
    const found = places.map(async (place): Promise<Candidate[]> => {
      if (isOurs(place)) return [];
      const { address } = place;
      const answer = await this.#parts.whoIs?.(place).catch(() => undefined);
      if (answer && (answer.zone !== parent || !answer.isProxy)) return [];
      if (answer && answer.peerPort > 0) return [{ id: answer.id, address, port: answer.peerPort }];
      return [{ id: endpointText({ address, port: peerPort }), address, port: peerPort }];
    });
    return (await Promise.all(found)).flat();
  }
}
