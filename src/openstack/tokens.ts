import type { Host } from '../net/host.ts';
import type { Credentials } from './credentials.ts';
import type { Token } from './keystone.ts';

/** Where tokens outlive a process. What cannot be read or written is as if it were not there. */
export interface TokenStore {
  load(key: TokenKey): Promise<Token | undefined>;
  save(key: TokenKey, token: Token): Promise<void>;
}

/** What a token is for. */
export interface TokenKey {
  readonly authUrl: string;
  readonly user: string;
  readonly project: string;
}

/** A token is used while its end is further away than this. */
const SPARE_MS = 60_000;

/** Whether a token is still to be used. */
export const isFresh = ({ expiresAt }: Token, wall: number): boolean => expiresAt - wall > SPARE_MS;

/** What a token of these credentials is for. */
export function keyOf({ authUrl, user, project, application, isForSystem }: Credentials): TokenKey {
  const owner = application === undefined ? named(user) : `application ${application.id ?? application.name ?? ''}`;
  return { authUrl, user: owner, project: isForSystem ? 'system' : named(project) };
}

const named = ({ name, domain }: Credentials['user']): string => JSON.stringify([name, domain]);

/** The tokens that all probes of one machine share: one of each kind, asked for once however many want it at once. */
export class Tokens {
  readonly #held = new Map<string, Token>();
  readonly #going = new Map<string, Promise<Token>>();

  /** Gives a token that is fresh and is not `refused`; asks for one when there is none. Throws what asking throws. */
  async get(host: Host, { key, store, refused, ask }: Wanted): Promise<Token> {
    const id = JSON.stringify([key.authUrl, key.user, key.project]);
    const isGood = (token: Token | undefined): token is Token =>
      token !== undefined && token.id !== refused?.id && isFresh(token, host.clock.wall());
    const held = this.#held.get(id) ?? (await store?.load(key));
    if (isGood(held)) {
      this.#held.set(id, held);
      return held;
    }
    const going = this.#going.get(id);
    if (going !== undefined) {
      const joined = await going.catch(() => undefined);
      if (isGood(joined)) return joined;
    }
    return await this.#ask(id, { key, store, ask });
  }

  async #ask(id: string, { key, store, ask }: Omit<Wanted, 'refused'>): Promise<Token> {
    const asking = ask();
    this.#going.set(id, asking);
    try {
      const token = await asking;
      this.#held.set(id, token);
      await store?.save(key, token);
      return token;
    } finally {
      if (this.#going.get(id) === asking) this.#going.delete(id);
    }
  }
}

interface Wanted {
  readonly key: TokenKey;
  readonly store: TokenStore | undefined;
  /** A token that a service did not take. */
  readonly refused?: Token | undefined;
  ask(): Promise<Token>;
}

const BY_HOST = new WeakMap<Host, Tokens>();

/** The tokens of an agent: whoever sees the same machine shares them. */
export function tokensOf(host: Host): Tokens {
  const tokens = BY_HOST.get(host) ?? new Tokens();
  BY_HOST.set(host, tokens);
  return tokens;
}
