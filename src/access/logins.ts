import type { Clock } from '../base/clock.ts';
import { newSecret, secretHash } from '../base/secret.ts';
import type { Token } from '../model/token.ts';

/** How long a login lasts. */
export const LOGIN_MS = 12 * 3_600_000;
const TICKET_MS = 60_000;
const MOST_LOGINS = 1_000;
const MOST_TICKETS = 100;

interface Held {
  readonly token: Token;
  /** Monotonic. */
  readonly until: number;
}

/** Who is logged in, by a secret that only the browser knows. A restart logs everybody out. */
export class Logins {
  readonly #clock: Clock;
  readonly #logins = new Map<string, Held>();
  readonly #tickets = new Map<string, Held>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Begins a login with what a token may; answers with the secret for the browser. */
  begin(token: Token): string {
    return this.#hold(this.#logins, { token, until: this.#clock.now() + LOGIN_MS }, MOST_LOGINS);
  }

  /** The token of a login; `undefined` when it is none or over. */
  find(secret: string): Token | undefined {
    return this.#valid(this.#logins, secret);
  }

  /** Ends a login. */
  end(secret: string): void {
    this.#logins.delete(secretHash(secret));
  }

  /** A secret for one login within a minute, so that a program can open the page for somebody without telling it a token. */
  ticket(token: Token): string {
    return this.#hold(this.#tickets, { token, until: this.#clock.now() + TICKET_MS }, MOST_TICKETS);
  }

  /** The token behind a ticket, which is used up by this. */
  redeem(secret: string): Token | undefined {
    const token = this.#valid(this.#tickets, secret);
    this.#tickets.delete(secretHash(secret));
    return token;
  }

  #valid(held: Map<string, Held>, secret: string): Token | undefined {
    const found = held.get(secretHash(secret));
    if (found && found.until > this.#clock.now()) return found.token;
    held.delete(secretHash(secret));
    return undefined;
  }

  /** When there are too many, the oldest is over. */
  #hold(held: Map<string, Held>, entry: Held, most: number): string {
    const [oldest] = held.keys();
    if (held.size >= most && oldest !== undefined) held.delete(oldest);
    const secret = newSecret();
    held.set(secretHash(secret), entry);
    return secret;
  }
}
