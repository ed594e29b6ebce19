/** What a token may: each scope contains `read`, and `admin` contains all of them. */
export const SCOPES = ['read', 'write', 'repair', 'admin'] as const;
export type Scope = (typeof SCOPES)[number];

/** Where tokens are valid, as people write it. Nothing at all stands for everywhere. */
interface Places {
  /** Networks or addresses that may use it, such as `10.0.0.0/8`. */
  readonly from: readonly string[];
  /** Paths of the API it is for, with all below each. */
  readonly paths: readonly string[];
}

/** A token without its secret. */
export interface Token extends Places {
  /** Unique among all tokens; it stands in the audit. */
  readonly name: string;
  /** SHA-256 of the secret, in lower-case hex. */
  readonly hash: string;
  readonly scope: Scope;
  /** Epoch milliseconds; `null` when that is not known. */
  readonly created: number | null;
  /** Epoch milliseconds from which on it is worth nothing; `null`: never. */
  readonly expires: number | null;
  /** Made by a request, or written in a file, or for one login only. */
  readonly origin: 'request' | 'file' | 'login';
}

/** A token as it is asked for. */
export interface TokenWish extends Partial<Places> {
  readonly name: string;
  readonly scope: Scope;
  /** Milliseconds it is worth something; for ever when left out. */
  readonly ttlMs?: number | undefined;
}

/** A token in a list. */
export interface ListedToken extends Token {
  /** Epoch milliseconds, a minute late at most; `null`: never, as far as is known. */
  readonly lastUsed: number | null;
}

/** What tokens may be called. */
export const TOKEN_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
