import { type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http';
import type { LocalAgent } from '../agent/local.ts';
import { failedWith, messageOf, OpsbroError, systemCode } from '../base/errors.ts';
import type { Api } from '../http/api.ts';
import { AgentRefusal, UsageError } from './failure.ts';
import { type Address, addressText } from './find-agent.ts';
import type { StandIn } from './local.ts';

const TIMEOUT_MS = 30_000;
const MAX_ANSWER = 268_435_456;

type RouteName = keyof Api & string;
/** What a route takes may be left out when nothing of it is needed. */
type Part<Name extends string, Value> = undefined extends Value
  ? { readonly [Key in Name]?: Value }
  : Record<never, never> extends Value
    ? { readonly [Key in Name]?: Value }
    : { readonly [Key in Name]: Value };
type Asked<Name extends RouteName> = Part<'params', Api[Name]['params']> &
  Part<'query', Api[Name]['query']> &
  Part<'body', Api[Name]['body']>;

/** An answer with what its head says. */
export interface Answer<Body> {
  readonly body: Body;
  readonly headers: IncomingHttpHeaders;
}

/** How one request is made. */
export interface Manner {
  /** Milliseconds it may take; as the client was told when left out. */
  readonly timeoutMs?: number;
  /** Ends it when it aborts. */
  readonly signal?: AbortSignal;
}

/** How an agent is found, and how it is proven to it who asks. */
export interface Finding {
  find(): Address;
  /** Where to ask instead when the socket is missing or may not be opened. */
  elsewhere(reason: 'absent' | 'denied'): Address | undefined;
  /** What is shown over HTTP. */
  token(): string | undefined;
  /** Certificates (PEM) that are trusted over HTTPS instead of the usual ones. */
  authority(): string | undefined;
}

interface Settings {
  readonly timeoutMs?: number | undefined;
  /** Answers when there is no agent; without one that is an error. */
  readonly standIn?: StandIn | undefined;
  /** Is told of each request and answer. */
  trace?(text: string): void;
}

interface Received {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

interface Sent {
  readonly method: string;
  readonly target: string;
  readonly body: Uint8Array | undefined;
  readonly type: string;
}

/**
 * Asks a running agent, over its unix socket or over TCP, or who stands in for it while there is none. What may be asked, and what comes
 * back, is the type of its API.
 */
export class AgentClient implements AsyncDisposable {
  readonly #finding: Finding;
  readonly #settings: Settings;
  #address: Address | undefined;
  /** The socket that may not be opened, if that is why another place is asked. */
  #deniedSocket: string | undefined;
  #standingIn: Promise<LocalAgent> | undefined;

  constructor(finding: Finding, settings: Settings) {
    this.#finding = finding;
    this.#settings = settings;
  }

  /** Where it asks. */
  get address(): Address {
    this.#address ??= this.#finding.find();
    return this.#address;
  }

  /** The heads that prove who asks there. */
  get heads(): Readonly<Record<string, string>> {
    const token = this.address.kind === 'http' ? this.#finding.token() : undefined;
    return token === undefined ? {} : { authorization: `Bearer ${token}` };
  }

  /** Whom it trusts over HTTPS. */
  get trust(): { readonly ca?: string } {
    const { address } = this;
    const isAsked = address.kind === 'http' && address.url.protocol === 'https:';
    const ca = isAsked ? this.#finding.authority() : undefined;
    return ca === undefined ? {} : { ca };
  }

  /** The answer of a route. Throws `unreachable` when no agent is there, an `AgentRefusal` when it answers with an error. */
  async ask<Name extends RouteName>(
    route: Name,
    asked: Asked<Name>,
    manner: Manner = {},
  ): Promise<Api[Name]['answer']> {
    return (await this.askWhole(route, asked, manner)).body;
  }

  /** As `ask`, with the head of the answer. */
  async askWhole<Name extends RouteName>(
    route: Name,
    asked: Asked<Name>,
    manner: Manner = {},
  ): Promise<Answer<Api[Name]['answer']>> {
    const sent = sentOf(route, asked);
    const trace = this.#settings.trace;
    trace?.(`> ${sent.method} ${sent.target} (${sent.body?.length ?? 0} bytes)`);
    const { status, headers, body } = await this.#send(sent, manner);
    trace?.(`< ${status} ${body.toString('utf8', 0, 2_000)}`);
    const answer = parsed(body);
    if (status < 200 || status > 299) throw this.#refusal(status, answer);
    return { body: answer as Api[Name]['answer'], headers };
  }

  /** Hands on the answer of a route as it comes. What broke off is `unreachable`. */
  async download<Name extends RouteName>(
    route: Name,
    asked: Asked<Name>,
    take: (chunk: Uint8Array) => Promise<void> | void,
    manner: Manner = {},
  ): Promise<void> {
    const sent = sentOf(route, asked);
    this.#settings.trace?.(`> ${sent.method} ${sent.target}`);
    const response = await this.#reach(sent, manner);
    const { address } = this;
    const status = response.statusCode ?? 0;
    if (status !== 200) throw this.#refusal(status, parsed(await bodyOf(response)));
    const chunks = response as AsyncIterable<Buffer>;
    const broken = (error: unknown) =>
      error instanceof Error && systemCode(error) === 'ECONNRESET' ? unreachable(error, address) : error;
    try {
      for await (const chunk of chunks) await take(chunk);
    } catch (error) {
      throw broken(error);
    }
  }

  /** Ends who stood in for the agent. */
  async [Symbol.asyncDispose](): Promise<void> {
    const standingIn = await this.#standingIn?.catch(() => undefined);
    await standingIn?.[Symbol.asyncDispose]();
  }

  async #send(sent: Sent, manner: Manner): Promise<Received> {
    const { standIn } = this.#settings;
    if (standIn?.isWanted || this.#standingIn !== undefined) return await this.#sendLocally(sent);
    try {
      return await this.#sendToAgent(sent, manner);
    } catch (error) {
      const isNobodyThere = this.address.kind === 'socket' && failedWith(error, 'unreachable') && isAbsent(error.cause);
      if (standIn === undefined || !isNobodyThere) throw error;
      return await this.#sendLocally(sent);
    }
  }

  async #sendLocally(sent: Sent): Promise<Received> {
    this.#standingIn ??= this.#settings.standIn?.open();
    const response = await (await this.#standingIn)?.request(sent);
    if (!response) throw unreachable(undefined, this.address);
    const { status, headers } = response;
    return { status, headers: Object.fromEntries(headers), body: Buffer.from(await response.arrayBuffer()) };
  }

  async #sendToAgent(sent: Sent, manner: Manner): Promise<Received> {
    const response = await this.#reach(sent, manner);
    try {
      return { status: response.statusCode ?? 0, headers: response.headers, body: await bodyOf(response) };
    } catch (error) {
      throw unreachable(error, this.address);
    }
  }

  /** Asks at the address, or elsewhere where that is a socket that cannot be opened. */
  async #reach(sent: Sent, manner: Manner): Promise<IncomingMessage> {
    const { address } = this;
    try {
      return await this.#open(sent, address, manner);
    } catch (error) {
      // The token could not be read.
      if (error instanceof OpsbroError) throw error;
      const response = await this.#reachElsewhere(sent, manner, error);
      if (response) return response;
      throw unreachable(error, address);
    }
  }

  async #reachElsewhere(sent: Sent, manner: Manner, error: unknown): Promise<IncomingMessage | undefined> {
    const { address } = this;
    const reason = isDenied(error) ? 'denied' : isAbsent(error) ? 'absent' : undefined;
    if (address.kind !== 'socket' || reason === undefined) return undefined;
    const other = this.#finding.elsewhere(reason);
    if (!other) return undefined;
    this.#address = other;
    try {
      const response = await this.#open(sent, other, manner);
      if (reason === 'denied') this.#deniedSocket = address.path;
      return response;
    } catch (failure) {
      // The socket is where an agent is expected: what is said is about that.
      this.#address = address;
      if (failure instanceof OpsbroError) throw failure;
      return undefined;
    }
  }

  /** Who was led elsewhere because of the rights on the socket is told so when that does not help. */
  #refusal(status: number, answer: unknown): AgentRefusal {
    const refusal = new AgentRefusal(status, answer);
    if (this.#deniedSocket === undefined || (status !== 401 && status !== 403)) return refusal;
    return new AgentRefusal(status, {
      error: { ...refusal, message: `${noRight(this.#deniedSocket)}; over HTTP: ${refusal.message}` },
    });
  }

  async #open({ method, target, body, type }: Sent, address: Address, manner: Manner): Promise<IncomingMessage> {
    const { timeoutMs: timeout = this.#settings.timeoutMs ?? TIMEOUT_MS, signal } = manner;
    const request = await requestFor(address);
    const to = { ...placeOf(address, this.heads), ...this.trust };
    const length = body === undefined ? {} : { 'content-type': type, 'content-length': body.length };
    return new Promise((resolve, reject) => {
      const asking = request(
        { ...to, method, path: target, agent: false, signal, headers: { ...to.headers, ...length } },
        resolve,
      );
      asking.setTimeout(timeout, () => asking.destroy(new Error(`no answer within ${timeout / 1_000} s`)));
      asking.on('error', reject);
      asking.end(body);
    });
  }
}

/** Without it Node works out a TLS name from the Host header, which takes 5 ms of the start. */
const NO_TLS = { servername: '' };

/** TLS is loaded only when somebody asks over it. */
async function requestFor(address: Address): Promise<typeof request> {
  return address.kind === 'http' && address.url.protocol === 'https:' ? (await import('node:https')).request : request;
}

function placeOf(address: Address, heads: Readonly<Record<string, string>>) {
  if (address.kind === 'socket') return { socketPath: address.path, headers: { host: 'localhost' }, ...NO_TLS };
  const { hostname, port, protocol } = address.url;
  const host = hostname.replace(/^\[|\]$/g, '');
  if (protocol === 'https:') return { host, port: port || 443, headers: heads };
  return { host, port: port || 80, headers: heads, ...NO_TLS };
}

function sentOf(route: string, asked: { params?: unknown; query?: unknown; body?: unknown }): Sent {
  const [method = '', path = ''] = route.split(' ');
  const params = new Map(Object.entries(asked.params ?? {}));
  const filled = path.replace(/:(\w+)\*?/g, (_, name: string) => encodedPath(notEmpty(name, String(params.get(name)))));
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(asked.query ?? {}))
    if (value !== undefined) query.set(name, String(value));
  const target = query.size === 0 ? filled : `${filled}?${query}`;
  if (asked.body instanceof Uint8Array) return { method, target, body: asked.body, type: 'application/octet-stream' };
  if (asked.body === undefined) return { method, target, body: undefined, type: '' };
  return { method, target, body: Buffer.from(JSON.stringify(asked.body)), type: 'application/json' };
}

/** Without its last part a path would mean another route, mostly the list of everything. */
function notEmpty(name: string, value: string): string {
  if (value === '') throw new UsageError(`the ${name === 'ref' ? 'name of the node' : name} is empty`);
  return value;
}

/** Slashes are part of keys and ids and stay; everything else that could mean something else is escaped. */
const encodedPath = (text: string): string => text.split('/').map(encodeURIComponent).join('/');

async function bodyOf(response: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > MAX_ANSWER) throw new Error(`the answer is longer than ${MAX_ANSWER} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function parsed(body: Buffer): unknown {
  const text = body.toString('utf8');
  try {
    return text === '' ? undefined : JSON.parse(text);
  } catch {
    return text;
  }
}

/** Whether it means that nobody listens, rather than that somebody does not answer or may not be asked. */
function isAbsent(error: unknown): boolean {
  const code = systemCode(error);
  return code === 'ENOENT' || code === 'ECONNREFUSED' || code === 'ENOTSOCK';
}

/** Whether it means that somebody may be there whom this user may not ask. */
const isDenied = (error: unknown): boolean => /^(EACCES|EPERM)$/.test(systemCode(error) ?? '');

const noRight = (socket: string): string =>
  `you may not use the socket ${socket}; become a member of the group opsbro, use sudo, or show a token with --token-file or --token`;

/** What to say when nothing answers at an address. */
export function unreachable(error: unknown, address: Address): OpsbroError {
  const at = addressText(address);
  if (isAbsent(error)) {
    return new OpsbroError('unreachable', `no agent answers at ${at} (start it with: opsbro agent start)`, {
      cause: error,
    });
  }
  const text = isDenied(error) ? noRight(at) : `the agent at ${at} does not answer: ${messageOf(error)}`;
  return new OpsbroError('unreachable', text, { cause: error });
}
