import { GOSSIP_PORT } from '../base/default-ports.ts';
import { messageOf } from '../base/errors.ts';
import type { Joined } from '../model/pool.ts';
import { type Endpoint, endpointText, resolveEndpoints } from '../net/address.ts';
import type { ExchangeFailure } from './core/exchange.ts';
import { samePlace } from './core/node.ts';
import type { Crossing } from './zones/crossings.ts';

const OURSELVES = 'that is this node itself';

interface Parts {
  /** Exchanges everything with whoever is there; the end is told to `ended` with the ticket. */
  readonly begin: (to: Endpoint, ticket: number) => void;
  /** Where others reach this node. */
  readonly self: () => Endpoint;
  readonly isRunning: () => boolean;
  /** Finds out whether those there are of another zone. */
  readonly crossing: (to: Endpoint, failure: ExchangeFailure) => Promise<Crossing | undefined>;
  /** Waits for a link to that zone; why there is none. */
  readonly cross: (crossing: Crossing) => Promise<string | undefined>;
}

/** What became of one address: joined, unless there is an error or a crossing into another zone. */
interface Outcome {
  readonly error?: string;
  readonly crossing?: Crossing;
}

/** Attempts to join the pool through written addresses. */
export class Joins {
  readonly #parts: Parts;
  readonly #waiting = new Map<number, (failure: ExchangeFailure | undefined) => void>();
  #tickets = 0;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Exchanges everything with whoever is at these addresses (`HOST`, `HOST:PORT`), all at once; other zones are linked instead. */
  async all(addresses: readonly string[]): Promise<Joined> {
    const errors = new Map<string, string>();
    const linked = new Map<string, string>();
    await Promise.all(
      addresses.map(async (address) => {
        const { crossing, error } = await this.#one(address);
        const failed = crossing ? await this.#parts.cross(crossing) : error;
        if (failed !== undefined) errors.set(address, failed);
        else if (crossing) linked.set(address, crossing.zone);
      }),
    );
    const joined = addresses.length - errors.size - linked.size;
    return { joined, errors, ...(linked.size > 0 && { linked }) };
  }

  /**
   * Why one address could not be joined, without what is no failure to whoever looks for the pool: that it is this node, that it is one of
   * the zone above, whose links come by themselves, or that this node has left.
   */
  async again(written: string): Promise<string | undefined> {
    const { crossing, error } = await this.#one(written);
    if (!this.#parts.isRunning() || error?.endsWith(OURSELVES) || crossing?.relation === 'above') return undefined;
    return error;
  }

  /** An attempt ended; an error says why it came to nothing. */
  ended({ ticket, error, zone }: Partial<ExchangeFailure> & { readonly ticket: number }): void {
    const failure = error === undefined ? undefined : { error, ...(zone !== undefined && { zone }) };
    this.#waiting.get(ticket)?.(failure);
    this.#waiting.delete(ticket);
  }

  async #one(written: string): Promise<Outcome> {
    const { crossing: crossingAt, isRunning, self } = this.#parts;
    let outcome: Outcome = { error: 'this node has left' };
    try {
      for (const to of await resolveEndpoints(written, GOSSIP_PORT)) {
        if (!isRunning()) break;
        if (samePlace(to, self())) return { error: `${endpointText(to)}: ${OURSELVES}` };
        const failure = await this.#attempt(to);
        if (failure === undefined) return {};
        const crossing = await crossingAt(to, failure);
        outcome = { error: failure.error, ...(crossing && { crossing }) };
        if (crossing) break;
      }
    } catch (failure) {
      return { error: messageOf(failure) };
    }
    return outcome;
  }

  #attempt(to: Endpoint): Promise<ExchangeFailure | undefined> {
    return new Promise((resolve) => {
      this.#tickets += 1;
      this.#waiting.set(this.#tickets, resolve);
      this.#parts.begin(to, this.#tickets);
    });
  }
}
