import { GOSSIP_PORT } from '../base/default-ports.ts';
import { messageOf } from '../base/errors.ts';
import type { Joined } from '../model/pool.ts';
import { type Endpoint, endpointText, resolveEndpoints } from '../net/address.ts';
import { samePlace } from './core/node.ts';

const OURSELVES = 'that is this node itself';

interface Parts {
  /** Exchanges everything with whoever is there; the end is told to `ended` with the ticket. */
  readonly begin: (to: Endpoint, ticket: number) => void;
  /** Where others reach this node. */
  readonly self: () => Endpoint;
  readonly isRunning: () => boolean;
}

/** Attempts to join the pool through written addresses. */
export class Joins {
  readonly #parts: Parts;
  readonly #waiting = new Map<number, (error: string | undefined) => void>();
  #tickets = 0;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Exchanges everything with whoever is at these addresses (`HOST`, `HOST:PORT`), all at once. */
  async all(addresses: readonly string[]): Promise<Joined> {
    const errors = new Map<string, string>();
    await Promise.all(
      addresses.map(async (address) => {
        const error = await this.#one(address);
        if (error !== undefined) errors.set(address, error);
      }),
    );
    return { joined: addresses.length - errors.size, errors };
  }

  /** Why one address could not be joined, without what is no failure to whoever looks for the pool: that it is this node, or has left. */
  async again(written: string): Promise<string | undefined> {
    const error = await this.#one(written);
    return !this.#parts.isRunning() || error?.endsWith(OURSELVES) ? undefined : error;
  }

  /** An attempt ended; the error says why it failed. */
  ended(ticket: number, error: string | undefined): void {
    this.#waiting.get(ticket)?.(error);
    this.#waiting.delete(ticket);
  }

  async #one(written: string): Promise<string | undefined> {
    let error: string | undefined = 'this node has left';
    try {
      for (const to of await resolveEndpoints(written, GOSSIP_PORT)) {
        if (!this.#parts.isRunning()) break;
        if (samePlace(to, this.#parts.self())) return `${endpointText(to)}: ${OURSELVES}`;
        error = await this.#attempt(to);
        if (error === undefined) return undefined;
      }
    } catch (failure) {
      return messageOf(failure);
    }
    return error;
  }

  #attempt(to: Endpoint): Promise<string | undefined> {
    return new Promise((resolve) => {
      this.#tickets += 1;
      this.#waiting.set(this.#tickets, resolve);
      this.#parts.begin(to, this.#tickets);
    });
  }
}
