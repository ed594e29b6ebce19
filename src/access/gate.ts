import type { Clock } from '../base/clock.ts';
import { OpsbroError } from '../base/errors.ts';
import { Networks } from '../base/networks.ts';
import type { Scope, Token } from '../model/token.ts';
import { Failures } from './failures.ts';
import { LOGIN_MS, Logins } from './logins.ts';
import type { TokenBook } from './token-book.ts';

/** What a request shows to prove who asks. */
export interface Offer {
  readonly token?: string | undefined;
  /** The secret of a login. */
  readonly login?: string | undefined;
}

/** What was proven. */
export interface Pass {
  /** Of the token. */
  readonly name: string;
  readonly scope: Scope;
  /** Paths it is for, with all below each; none at all stand for everything. */
  readonly paths: readonly string[];
  /** By a token in the request, or by a login of the page, which a browser sends along whoever asks. */
  readonly by: 'token' | 'login';
}

/** A login that just began. */
export interface Login {
  /** For the browser. */
  readonly secret: string;
  readonly pass: Pass;
  /** Milliseconds it lasts. */
  readonly lastsMs: number;
}

interface Options {
  readonly tokens: TokenBook;
  readonly clock: Clock;
}

/** Judges what requests from outside show: tokens and logins. */
export class Gate {
  readonly #tokens: TokenBook;
  readonly #clock: Clock;
  readonly #logins: Logins;
  readonly #failures: Failures;

  constructor({ tokens, clock }: Options) {
    this.#tokens = tokens;
    this.#clock = clock;
    this.#logins = new Logins(clock);
    this.#failures = new Failures(clock);
  }

  /**
   * What the offer is worth; `undefined` for no offer, and for a login that is over. Throws `unauthorized` at a token that is none or has
   * expired, `forbidden` at one that is not for that address, `too_many_requests` after too many wrong ones.
   */
  passOf({ token, login }: Offer, address: string): Pass | undefined {
    if (token !== undefined) return passFor(this.#proven(token, address), 'token');
    const found = login === undefined ? undefined : this.#logins.find(login);
    if (!found || !this.#isStillValid(found)) return undefined;
    checkPlace(found, address);
    this.#noteUse(found);
    return passFor(found, 'login');
  }

  /** Begins a login with a token or a ticket. Throws as `passOf`. */
  login(secret: string, address: string): Login {
    this.#refuseBlocked(address);
    const token = this.#logins.redeem(secret) ?? this.#proven(secret, address);
    const begun = this.#logins.begin(token);
    const left = token.expires === null ? LOGIN_MS : Math.min(LOGIN_MS, token.expires - this.#clock.wall());
    return { secret: begun, pass: passFor(token, 'login'), lastsMs: left };
  }

  logout(secret: string): void {
    this.#logins.end(secret);
  }

  /** A secret with which one login can begin within a minute, by somebody who is allowed what `pass` is. */
  ticketFor({ name, scope, paths }: Omit<Pass, 'by'>): string {
    const nothing = { hash: '', created: null, expires: null, from: [] };
    return this.#logins.ticket({ ...nothing, name, scope, paths, origin: 'login' });
  }

  #proven(secret: string, address: string): Token {
    this.#refuseBlocked(address);
    const token = this.#tokens.find(secret);
    if (!token || this.#isExpired(token)) {
      this.#failures.note(address);
      throw new OpsbroError(
        'unauthorized',
        token ? `the token "${token.name}" has expired` : 'the token is none of this agent; see opsbro token list',
      );
    }
    checkPlace(token, address);
    this.#noteUse(token);
    return token;
  }

  #refuseBlocked(address: string): void {
    const seconds = Math.ceil(this.#failures.blockedFor(address) / 1_000);
    if (seconds === 0) return;
    throw new OpsbroError('too_many_requests', `too many wrong tokens came from ${address}; wait ${seconds} s`, {
      details: { retry_after: seconds },
    });
  }

  #isStillValid(token: Token): boolean {
    return !this.#isExpired(token) && (token.origin === 'login' || this.#tokens.has(token));
  }

  #isExpired({ expires }: Token): boolean {
    return expires !== null && expires <= this.#clock.wall();
  }

  #noteUse(token: Token): void {
    if (token.origin !== 'login') this.#tokens.noteUse(token);
  }
}

const passFor = ({ name, scope, paths }: Token, by: Pass['by']): Pass => ({ name, scope, paths, by });

function checkPlace({ name, from }: Token, address: string): void {
  const networks = new Networks(from);
  const isWithin = !networks.areEverywhere && networks.has(address.replace(/^::ffff:(?=\d+\.)/i, ''));
  if (from.length === 0 || isWithin) return;
  throw new OpsbroError('forbidden', `the token "${name}" is not for requests from ${address}`);
}
