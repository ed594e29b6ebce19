/** Asks other agents, at their doors for peers. */
import type { Clock } from '../base/clock.ts';
import { failedWith, messageOf, OpsbroError } from '../base/errors.ts';
import { type Endpoint, endpointText } from '../net/address.ts';
import { dialPlain, type HttpAnswer, HttpPool, type Upgraded } from '../net/http-client.ts';
import { connectPsk } from '../net/peer-tls.ts';
import { Counters } from './counters.ts';
import { failureIn } from './failures.ts';
import type { PeerKey, PeerKeyTable } from './keys.ts';
import { PEER_HEADER, peerHeader } from './signature.ts';
import { PeerStream } from './stream.ts';
import { FRAMES, streamPath } from './target.ts';

export interface PeerClientOptions {
  readonly keys: PeerKeyTable;
  /** Who asks; `boot` differs at each start. */
  readonly self: { readonly id: string; readonly boot: string };
  readonly clock: Clock;
}

/** What to ask of a peer. */
export interface PeerAsk {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** From `/peer/v1/` on, with its query, escaped as it is to be sent. */
  readonly path: string;
  /** Bytes are sent as they are, anything else as JSON. */
  readonly body?: unknown;
  /** Milliseconds for everything; 5 s when left out. */
  readonly timeoutMs?: number;
  /** Bytes the answer may have; 8 MiB when left out. */
  readonly maxBody?: number;
  /** The zone whose keys are used; our own when left out. */
  readonly zone?: string;
}

/** What a peer answered. */
export interface PeerAnswer {
  readonly status: number;
  readonly body: Buffer;
  /** The body as JSON; throws `peer_failed` when it is none. */
  json(): unknown;
}

const TIMEOUT_MS = 5_000;
const MAX_BODY = 8 * 1024 * 1024;
/** For so long a key that a peer has is used before the ones that it does not. */
const PREFERENCE_MS = 60_000;
const MOST_PREFERENCES = 10_000;
const NOTHING = new Uint8Array();

/** A way to a peer: kept connections of one key, or in the clear. */
interface Way {
  readonly pool: HttpPool;
  readonly key: PeerKey | undefined;
  readonly signal: AbortSignal;
}

interface Preference {
  readonly identity: string;
  readonly until: number;
}

/** Requests and streams to other agents, over kept connections, each with the first of our keys that the other one has. */
export class PeerClient implements Disposable {
  readonly #options: PeerClientOptions;
  readonly #counters = new Counters();
  readonly #plain = new HttpPool(dialPlain);
  readonly #pools = new Map<string, HttpPool>();
  readonly #streams = new Map<PeerStream, PeerKey | undefined>();
  readonly #preferred = new Map<string, Preference>();
  readonly #watching: Disposable;
  #isOver = false;

  constructor(options: PeerClientOptions) {
    this.#options = options;
    this.#watching = options.keys.onRemoved((removed) => this.#closeThoseOf(removed));
  }

  /**
   * Asks a peer. Throws `unreachable` when it cannot be reached or breaks off, `peer_timeout` when it takes too long, `unauthorized` when it
   * does not know our keys, and what the peer itself refused with.
   */
  async ask(to: Endpoint, ask: PeerAsk): Promise<PeerAnswer> {
    const { method, path, maxBody = MAX_BODY } = ask;
    const bytes = bytesOf(ask.body);
    const answer = await this.#within(to, ask, ({ pool, key, signal }) => {
      const headers = { ...this.#head(to, { method, path, body: bytes }, key), 'content-length': String(bytes.length) };
      const type = ask.body === undefined ? {} : { 'content-type': typeOf(ask.body) };
      // A signed request counts once, however often it arrives.
      const repeatable = key !== undefined || method === 'GET';
      return pool.ask({ to, method, path, headers: { ...headers, ...type }, body: bytes, maxBody, repeatable, signal });
    });
    return answerOf(answer, to);
  }

  /** Opens a stream to a part of a peer. Throws as `ask` does. */
  async open(
    to: Endpoint,
    part: string,
    { timeoutMs, zone }: Pick<PeerAsk, 'timeoutMs' | 'zone'> = {},
  ): Promise<PeerStream> {
    const path = streamPath(part);
    const choice = { ...(timeoutMs !== undefined && { timeoutMs }), ...(zone !== undefined && { zone }) };
    const [opened, used] = await this.#within(to, choice, async ({ pool, key, signal }) => {
      const signed = this.#head(to, { method: 'GET', path, body: NOTHING }, key);
      const headers = { ...signed, connection: 'Upgrade', upgrade: FRAMES };
      return [await pool.upgrade({ to, method: 'GET', path, headers, maxBody: MAX_BODY, signal }), key] as const;
    });
    if ('socket' in opened) return this.#streamOn(opened, used);
    throw failureIn(opened.status, opened.body, endpointText(to));
  }

  /** Breaks off everything; from then on nobody is reached. */
  [Symbol.dispose](): void {
    this.#isOver = true;
    this.#watching[Symbol.dispose]();
    for (const stream of this.#streams.keys()) stream.close('stopping');
    for (const pool of [this.#plain, ...this.#pools.values()]) pool[Symbol.dispose]();
  }

  #head(to: Endpoint, signed: { method: string; path: string; body: Uint8Array }, key: PeerKey | undefined) {
    const sender = { ...this.#options.self, counter: this.#counters.next(endpointText(to)) };
    return { [PEER_HEADER]: peerHeader(sender, signed, key?.signing) };
  }

  #streamOn({ socket, head }: Upgraded, key: PeerKey | undefined): PeerStream {
    const stream = new PeerStream(socket, head, this.#options.clock);
    if (this.#isOver) {
      stream.close('stopping');
      throw stopping();
    }
    this.#streams.set(stream, key);
    socket.once('close', () => this.#streams.delete(stream));
    return stream;
  }

  /** Runs within the time of a request, and makes one kind of error of all that can go wrong on the way. */
  async #within<T>(
    to: Endpoint,
    { timeoutMs = TIMEOUT_MS, zone = this.#options.keys.own }: Pick<PeerAsk, 'timeoutMs' | 'zone'>,
    run: (way: Way) => Promise<T>,
  ): Promise<T> {
    if (this.#isOver) throw stopping();
    const controller = new AbortController();
    const text = `peer ${endpointText(to)} did not answer within ${timeoutMs} ms`;
    const over = () => controller.abort(new OpsbroError('peer_timeout', text));
    const timer = this.#options.clock.after(timeoutMs, over);
    try {
      return await this.#byKey(to, zone, ({ pool, key }) => run({ pool, key, signal: controller.signal }));
    } catch (error) {
      if (error instanceof OpsbroError) throw error;
      const broken = `peer ${endpointText(to)} broke off: ${messageOf(error)}`;
      throw new OpsbroError('unreachable', broken, { cause: error });
    } finally {
      timer[Symbol.dispose]();
    }
  }

  /** Tries the keys of a zone until the peer has one. */
  async #byKey<T>(to: Endpoint, zone: string, run: (way: Omit<Way, 'signal'>) => Promise<T>): Promise<T> {
    const keys = this.#keysFor(to, zone);
    if (keys === undefined) return await run({ pool: this.#plain, key: undefined });
    let refusal: unknown;
    for (const key of keys) {
      const pool = this.#poolOf(key);
      try {
        const answer = await run({ pool, key });
        this.#prefer(to, key);
        return answer;
      } catch (error) {
        if (!failedWith(error, 'unauthorized')) throw error;
        refusal = error;
      }
    }
    throw refusal;
  }

  /** The keys to try, in order; `undefined`: none is needed. */
  #keysFor(to: Endpoint, zone: string): readonly PeerKey[] | undefined {
    const { keys, clock } = this.#options;
    const known = keys.of(zone);
    if (known === undefined && zone === keys.own) return undefined;
    if (known === undefined) throw new OpsbroError('not_found', `this node has no key of the zone "${zone}"`);
    if (known.length === 0) throw new OpsbroError('invalid_config', `the keys of the zone "${zone}" cannot be read`);
    const preferred = this.#preferred.get(endpointText(to));
    if (preferred === undefined || clock.now() > preferred.until) return known;
    const isPreferred = ({ identity }: PeerKey) => identity === preferred.identity;
    return [...known.filter(isPreferred), ...known.filter((key) => !isPreferred(key))];
  }

  /** Remembers for a while which key a peer has, so that not every request begins with one that it lacks. */
  #prefer(to: Endpoint, { identity }: PeerKey): void {
    const now = this.#options.clock.now();
    const address = endpointText(to);
    const known = this.#preferred.get(address);
    if (known?.identity === identity && now <= known.until) return;
    if (this.#preferred.size >= MOST_PREFERENCES) this.#preferred.clear();
    this.#preferred.set(address, { identity, until: now + PREFERENCE_MS });
  }

  #poolOf(key: PeerKey): HttpPool {
    const known = this.#pools.get(key.identity);
    if (known) return known;
    const pool = new HttpPool((to, signal) => connectPsk(to, key, signal));
    this.#pools.set(key.identity, pool);
    return pool;
  }

  #closeThoseOf(removed: readonly PeerKey[]): void {
    for (const { identity } of removed) {
      this.#pools.get(identity)?.[Symbol.dispose]();
      this.#pools.delete(identity);
    }
    const gone = new Set<PeerKey | undefined>(removed);
    for (const [stream, key] of this.#streams) if (gone.has(key)) stream.close('done');
  }
}

const stopping = (): OpsbroError => new OpsbroError('unreachable', 'this node stops');

function bytesOf(body: unknown): Uint8Array {
  if (body === undefined) return NOTHING;
  return body instanceof Uint8Array ? body : Buffer.from(JSON.stringify(body));
}

const typeOf = (body: unknown): string =>
  body instanceof Uint8Array ? 'application/octet-stream' : 'application/json; charset=utf-8';

function answerOf({ status, body }: HttpAnswer, to: Endpoint): PeerAnswer {
  if (status < 200 || status > 299) throw failureIn(status, body, endpointText(to));
  return {
    status,
    body,
    json() {
      try {
        return JSON.parse(body.toString());
      } catch (cause) {
        throw new OpsbroError('peer_failed', `peer ${endpointText(to)} answered with what is no JSON`, { cause });
      }
    },
  };
}
