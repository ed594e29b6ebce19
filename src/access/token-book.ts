import { timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import type { Clock } from '../base/clock.ts';
import { OpsbroError } from '../base/errors.ts';
import { newSecret, secretHash } from '../base/secret.ts';
import type { Shelf } from '../base/shelf.ts';
import { type ListedToken, SCOPES, type Token, type TokenWish } from '../model/token.ts';

/** Marks our tokens, so that people and programs that look for secrets know one when they see it. */
const MARK = 'opsbro_';
const MOST_TOKENS = 1_000;
const LONGEST_SECRET = 512;
/** When a token was last used is written so often at most. */
const USED_EVERY_MS = 60_000;
/** So long an expired token still stands in the list. */
const KEEP_EXPIRED_MS = 7 * 86_400_000;

const Kept = z.object({
  name: z.string(),
  hash: z.string().length(64),
  scope: z.enum(SCOPES),
  created: z.number().nullable(),
  expires: z.number().nullable(),
  from: z.array(z.string()),
  paths: z.array(z.string()),
});

interface Options {
  readonly clock: Clock;
  /** For this book alone. */
  readonly shelf: Shelf;
}

/** A token as it was just made. */
export interface MadeToken {
  readonly token: Token;
  /** What is to be shown once: it is kept nowhere. */
  readonly secret: string;
}

/** The tokens of this agent: those that requests made, which are kept, and those that a file names. */
export class TokenBook {
  readonly #clock: Clock;
  readonly #shelf: Shelf;
  readonly #made = new Map<string, Token>();
  readonly #used = new Map<string, number>();
  #written: ReadonlyMap<string, Token> = new Map();

  private constructor({ clock, shelf }: Options) {
    this.#clock = clock;
    this.#shelf = shelf;
  }

  /** Goes on with what the shelf holds. */
  static async open(options: Options): Promise<TokenBook> {
    return TokenBook.of(options, await options.shelf.load());
  }

  /** Goes on with what was kept. */
  static of(options: Options, kept: ReadonlyMap<string, unknown> = new Map()): TokenBook {
    const book = new TokenBook(options);
    for (const [key, value] of kept) book.#restore(key, value);
    book.#dropExpired();
    return book;
  }

  /** The token with that secret, whether or not it is still valid. All are compared, each in constant time. */
  find(secret: string): Token | undefined {
    if (secret.length > LONGEST_SECRET) return undefined;
    const hash = Buffer.from(secretHash(secret), 'latin1');
    let found: Token | undefined;
    for (const token of this.#all()) if (timingSafeEqual(Buffer.from(token.hash, 'latin1'), hash)) found = token;
    return found;
  }

  /** Whether it was not taken back since it was found. */
  has(token: Token): boolean {
    return this.#byName(token.name)?.hash === token.hash;
  }

  /** Notes that it was used now. */
  noteUse({ name }: Token): void {
    const now = this.#clock.wall();
    if (now - (this.#used.get(name) ?? Number.NEGATIVE_INFINITY) < USED_EVERY_MS) return;
    this.#used.set(name, now);
    this.#shelf.put(usedKey(name), now);
  }

  /** All of them, by name. */
  list(): readonly ListedToken[] {
    return [...this.#all()]
      .map((token) => ({ ...token, lastUsed: this.#used.get(token.name) ?? null }))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** Makes a token that survives a restart. Throws `already_exists` for a name that is taken, `quota` when there are too many. */
  async create({ name, scope, ttlMs, from = [], paths = [] }: TokenWish): Promise<MadeToken> {
    this.#dropExpired();
    if (this.#byName(name))
      throw new OpsbroError('already_exists', `there is a token "${name}" already; revoke it first`);
    if (this.#made.size >= MOST_TOKENS)
      throw new OpsbroError('quota', `there are ${MOST_TOKENS} tokens already; revoke some first`);
    const secret = MARK + newSecret();
    const created = this.#clock.wall();
    const expires = ttlMs === undefined ? null : created + ttlMs;
    const token: Token = { name, hash: secretHash(secret), scope, created, expires, from, paths, origin: 'request' };
    this.#made.set(name, token);
    this.#shelf.put(tokenKey(name), token);
    await this.#shelf.flushed();
    return { token, secret };
  }

  /** Takes a token back, for good. Throws `not_found`, or `not_allowed` for one that a file names. */
  async revoke(name: string): Promise<void> {
    if (this.#written.has(name))
      throw new OpsbroError('not_allowed', `"${name}" stands in tokens.yml; take it out there and reload the agent`);
    if (!this.#made.has(name)) throw new OpsbroError('not_found', `no token is named "${name}"`);
    this.#forget(name);
    await this.#shelf.flushed();
  }

  /** From now on these are the tokens of the file. Gives the names that others had already: those of the file are left out. */
  setWritten(tokens: readonly Token[]): readonly string[] {
    const taken = tokens.filter(({ name }) => this.#made.has(name)).map(({ name }) => name);
    const usable = tokens.filter(({ name }) => !this.#made.has(name)).slice(0, MOST_TOKENS);
    this.#written = new Map(usable.map((token) => [token.name, token]));
    return taken;
  }

  *#all(): Generator<Token> {
    yield* this.#made.values();
    yield* this.#written.values();
  }

  #byName(name: string): Token | undefined {
    return this.#made.get(name) ?? this.#written.get(name);
  }

  #restore(key: string, value: unknown): void {
    if (key.startsWith(USED) && typeof value === 'number') this.#used.set(key.slice(USED.length), value);
    const kept = key.startsWith(TOKEN) ? Kept.safeParse(value) : undefined;
    if (kept?.success) this.#made.set(kept.data.name, { ...kept.data, origin: 'request' });
  }

  #dropExpired(): void {
    const oldest = this.#clock.wall() - KEEP_EXPIRED_MS;
    for (const { name, expires } of [...this.#made.values()])
      if (expires !== null && expires < oldest) this.#forget(name);
  }

  #forget(name: string): void {
    this.#made.delete(name);
    this.#used.delete(name);
    this.#shelf.delete(tokenKey(name));
    this.#shelf.delete(usedKey(name));
  }
}

const TOKEN = 'token:';
const USED = 'used:';
const tokenKey = (name: string): string => TOKEN + name;
const usedKey = (name: string): string => USED + name;
