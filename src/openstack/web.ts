import { failedWith, messageOf } from '../base/errors.ts';
import type { FetchAnswer, Host, TlsTrust } from '../net/host.ts';
import { ApiDown, ProbeError, type RequestTrace } from './metric.ts';

/** Milliseconds that one call may take at most. */
const CALL_MS = 10_000;
/** Of the time of a run, what is kept for telling what was found. */
const RESERVE_MS = 100;
const MOST_REDIRECTS = 10;
const MAX_BYTES = 16 * 1_048_576;

/** Something to be asked over HTTP. */
export interface Call {
  readonly url: string;
  /** GET when left out. */
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly tls?: TlsTrust;
  /** Milliseconds it may take, when that is less than the rest of the run. */
  readonly limitMs?: number;
  /** Redirections are followed unless they are wanted themselves. */
  readonly redirects?: 'wanted';
}

/** What was answered, whatever the status. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  /** Where it came from in the end. */
  readonly url: string;
  /** Milliseconds until the end of its head. */
  readonly ttfbMs: number;
}

/** The text of an answer. */
export const textOf = ({ body }: Answer): string => new TextDecoder().decode(body);

interface WebOptions {
  readonly host: Host;
  readonly signal: AbortSignal;
  /** Milliseconds of the clock at which the run has to be over. */
  readonly deadline: number;
  readonly agent: string;
  /** Told of each request; nothing secret is in it. */
  onRequest?(trace: RequestTrace): void;
}

/** Asks over HTTP within the time of a run, and remembers what it asked. Connections are not kept: a full queue is to be noticed. */
export class Web {
  readonly #options: WebOptions;
  readonly #secrets = new Set<string>();
  readonly requests: RequestTrace[] = [];

  constructor(options: WebOptions) {
    this.#options = options;
  }

  get host(): Host {
    return this.#options.host;
  }

  get signal(): AbortSignal {
    return this.#options.signal;
  }

  /** Milliseconds that are left. */
  get leftMs(): number {
    return this.#options.deadline - RESERVE_MS - this.host.clock.now();
  }

  /** Texts that never appear in a message. */
  hide(...secrets: readonly string[]): void {
    for (const secret of secrets) if (secret.length >= LEAST_SECRET) this.#secrets.add(secret);
  }

  /** The text with stars for what is secret. */
  redacted(text: string): string {
    return [...this.#secrets].reduce((shown, secret) => shown.replaceAll(secret, '******'), text);
  }

  /** Asks, and follows redirections. Throws `ApiDown` when there is no answer in time, `ProbeError` when it is too long. */
  async call(call: Call): Promise<Answer> {
    const origin = new URL(call.url).origin;
    let { url } = call;
    for (let redirects = 0; ; redirects++) {
      const answer = await this.#once({ ...call, url, headers: headersFor(call, url, origin) });
      const next = call.redirects === 'wanted' ? undefined : targetOf(answer);
      if (next === undefined) return answer;
      if (redirects >= MOST_REDIRECTS)
        throw new ApiDown(`${placeOf(call.url)} redirects more than ${MOST_REDIRECTS} times`);
      url = next;
    }
  }

  async #once(call: Call): Promise<Answer> {
    const { clock } = this.host;
    const { url, method = 'GET' } = call;
    const start = clock.now();
    let answeredAt: number | undefined;
    const limitMs = Math.min(CALL_MS, call.limitMs ?? CALL_MS, this.leftMs);
    const trace = (status: number) => this.#trace({ method, url: placeOf(url), status, ms: clock.now() - start });
    if (limitMs <= 0) throw new ApiDown(`no time is left to ask ${placeOf(url)}`);
    try {
      const answer = await this.host.fetch(
        {
          ...{ url, method, timeoutMs: limitMs, maxBytes: MAX_BYTES },
          headers: { accept: 'application/json', 'user-agent': this.#options.agent, ...call.headers },
          ...(call.body !== undefined && { body: call.body }),
          ...(call.tls && { tls: call.tls }),
          onPhase(phase) {
            if (phase === 'answered') answeredAt = clock.now();
          },
        },
        this.signal,
      );
      trace(answer.status);
      return { ...pickedOf(answer), url, ttfbMs: (answeredAt ?? clock.now()) - start };
    } catch (error) {
      this.signal.throwIfAborted();
      trace(0);
      if (failedWith(error, 'too_large'))
        throw new ProbeError(`unexpected answer from ${placeOf(url)}: ${error.message}`);
      throw new ApiDown(this.redacted(`${placeOf(url)} does not answer: ${messageOf(error)}`), 0, { cause: error });
    }
  }

  #trace(trace: RequestTrace): void {
    this.requests.push(trace);
    this.#options.onRequest?.(trace);
  }
}

/** Shorter ones would star out everything. */
const LEAST_SECRET = 3;

/** What an answer holds as JSON. Throws a `ProbeError` when it is none. */
export function jsonOf(web: Web, answer: Answer): unknown {
  try {
    return JSON.parse(textOf(answer));
  } catch {
    throw unexpected(web, answer);
  }
}

/** The error of an answer that is not what was asked for. */
export function unexpected(web: Web, answer: Answer): ProbeError {
  const beginning = web.redacted(textOf(answer).slice(0, LOOKED_AT)).slice(0, SHOWN);
  return new ProbeError(`unexpected answer from ${placeOf(answer.url)}: ${beginning}`);
}

const LOOKED_AT = 1_024;
const SHOWN = 80;

/** The address without user and password. */
function placeOf(url: string): string {
  const { origin, pathname, search } = new URL(url);
  return origin + pathname + search;
}

const pickedOf = ({ status, headers, body }: FetchAnswer) => ({ status, headers, body });

const REDIRECTIONS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

function targetOf({ status, headers, url }: Answer): string | undefined {
  const { location } = headers;
  if (!REDIRECTIONS.has(status) || location === undefined || !URL.canParse(location, url)) return undefined;
  const target = new URL(location, url);
  return target.protocol === 'http:' || target.protocol === 'https:' ? target.href : undefined;
}

/** What is for one server is not told to another. */
function headersFor({ headers = {} }: Call, url: string, origin: string): Readonly<Record<string, string>> {
  if (new URL(url).origin === origin) return headers;
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !SECRET_HEADERS.has(name.toLowerCase())));
}

const SECRET_HEADERS: ReadonlySet<string> = new Set(['x-auth-token', 'authorization', 'cookie']);
