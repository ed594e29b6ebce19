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

/** What stands behind a pass. */
interface Proof {
  readonly token: Token;
  /** The secret of the login, when it was proven by one. */
  readonly login?: string;
}

/** What a login may that somebody began who came over the unix socket. */
const SOCKET: Token = {
  ...{ name: 'socket (uid unknown)', scope: 'admin', origin: 'login' },
  ...{ hash: '', created: null, expires: null, from: [], paths: [] },
};

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
  readonly #proofs = new WeakMap<Pass, Proof>();
  readonly #passes = new WeakMap<Token, Pass>();

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
    if (token !== undefined) return this.#passOfToken(this.#proven(token, address));
    const found = login === undefined ? undefined : this.#logins.find(login);
    if (login === undefined || !found || !this.#isStillValid(found)) return undefined;
    checkPlace(found, address);
    this.#noteUse(found);
    return this.#passFor({ token: found, login });
  }

  /** Whether what was proven still counts: its token was not taken back and has not expired, its login has not ended. */
  holds(pass: Pass): boolean {
    const proof = this.#proofs.get(pass);
    if (!proof || !this.#isStillValid(proof.token)) return false;
    return proof.login === undefined || this.#logins.find(proof.login) !== undefined;
  }

  /** Begins a login with a token or a ticket. Throws as `passOf`. */
  login(secret: string, address: string): Login {
    this.#refuseBlocked(address);
    const token = this.#redeemed(secret, address) ?? this.#proven(secret, address);
    const login = this.#logins.begin(token);
    const left = token.expires === null ? LOGIN_MS : Math.min(LOGIN_MS, token.expires - this.#clock.wall());
    return { secret: login, pass: this.#passFor({ token, login }), lastsMs: left };
  }

  logout(secret: string): void {
    this.#logins.end(secret);
  }

  /**
   * A secret with which one login can begin within a minute. It may what the token behind the pass may, and ends with it; without a pass it is
   * for who came over the unix socket. Throws `forbidden` at a login, which could go on for ever by tickets.
   */
  ticketFor(pass?: Pass): string {
    if (pass === undefined) return this.#logins.ticket(SOCKET);
    const proof = this.#proofs.get(pass);
    if (!proof || proof.login !== undefined)
      throw new OpsbroError('forbidden', 'a login cannot begin another one; show the token itself');
    return this.#logins.ticket(proof.token);
  }

  /** The same one for the same token, as most requests show one that was shown before. */
  #passOfToken(token: Token): Pass {
    const known = this.#passes.get(token);
    if (known !== undefined) return known;
    const pass = this.#passFor({ token });
    this.#passes.set(token, pass);
    return pass;
  }

  #passFor(proof: Proof): Pass {
    const { name, scope, paths } = proof.token;
    const pass: Pass = { name, scope, paths, by: proof.login === undefined ? 'token' : 'login' };
    this.#proofs.set(pass, proof);
    return pass;
  }

  /** The token behind a ticket; what became of it since the ticket was made counts. */
  #redeemed(secret: string, address: string): Token | undefined {
    const token = this.#logins.redeem(secret);
    if (!token || !this.#isStillValid(token)) return undefined;
    checkPlace(token, address);
    return token;
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

function checkPlace({ name, from }: Token, address: string): void {
  if (from.length === 0) return;
  const networks = new Networks(from);
  if (!networks.areEverywhere && networks.has(address.replace(/^::ffff:(?=\d+\.)/i, ''))) return;
  throw new OpsbroError('forbidden', `the token "${name}" is not for requests from ${address}`);
}
