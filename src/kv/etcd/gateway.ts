import { sharedAbort } from '../../base/abort.ts';
import type { Clock } from '../../base/clock.ts';
import { failedWith, messageOf, OpsbroError } from '../../base/errors.ts';
import type { Logger } from '../../base/log.ts';
import { timeLimit } from '../../net/either-signal.ts';
import type { TlsTrust } from '../../net/host.ts';
import { dialPlain, type HttpAsk, HttpPool } from '../../net/http-client.ts';
import { dialTls } from '../../net/tls-dial.ts';
import { Endpoints } from './endpoints.ts';
import { quorum, type Refused, refusalOf } from './refusal.ts';
import { fieldsOf } from './wire.ts';

/** A page of the largest values, in base64. */
const MAX_ANSWER = 67_108_864;
const MAX_LINE = 16_777_216;

/** How the cluster is reached. */
export interface GatewaySettings {
  readonly endpoints: readonly URL[];
  readonly trust: TlsTrust;
  readonly login: { readonly name: string; readonly password: string } | undefined;
  /** Milliseconds an answer may take. */
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly log: Logger;
}

/** How often a request may be sent: `again` as often as no answer comes; `once`: again only as long as it surely never arrived. */
export type Sending = 'again' | 'once';

/** Asks an etcd cluster over its JSON gateway, at whichever of its places answers. Rejects with `quorum` when none does. */
export class Gateway implements Disposable {
  readonly #settings: GatewaySettings;
  readonly #endpoints: Endpoints;
  readonly #pools: { readonly plain: HttpPool; readonly tls: HttpPool };
  readonly #closing = sharedAbort();
  #token: string | undefined;

  constructor(settings: GatewaySettings) {
    this.#settings = settings;
    this.#endpoints = new Endpoints(settings.clock, settings.endpoints);
    this.#pools = { plain: new HttpPool(dialPlain), tls: new HttpPool(dialTls(settings.trust)) };
  }

  /** The answer to a request such as `kv/range`. */
  async call(path: string, body: object, sending: Sending): Promise<unknown> {
    let last: unknown;
    for (const endpoint of this.#endpoints.inOrder()) {
      try {
        const answer = await this.#at(endpoint, { path, body, sending });
        this.#endpoints.answered(endpoint);
        return answer;
      } catch (error) {
        if (!(error instanceof NotHere)) throw error;
        this.#endpoints.failed(endpoint);
        last = error.cause;
        if (sending === 'once' && error.isSent) throw indeterminate(last);
      }
    }
    if (this.#closing.signal.aborted) throw new OpsbroError('stopping', 'the agent is stopping');
    throw quorum(`no endpoint of etcd answers: ${messageOf(last)}`, last);
  }

  /** The lines of an answer that does not end by itself. */
  async *lines(path: string, body: object, signal: AbortSignal): AsyncGenerator<unknown> {
    for (const endpoint of this.#endpoints.inOrder()) {
      const { status, body: pieces } = await this.#open(endpoint, path, body, signal);
      if (status !== 200) throw quorum(`etcd answers ${path} with status ${status}`);
      this.#endpoints.answered(endpoint);
      yield* parsedLines(pieces);
      return;
    }
  }

  [Symbol.dispose](): void {
    this.#closing.abort();
    this.#pools.plain[Symbol.dispose]();
    this.#pools.tls[Symbol.dispose]();
  }

  async #open(endpoint: URL, path: string, body: object, signal: AbortSignal) {
    try {
      return await this.#pool(endpoint).stream({ ...(await this.#request(endpoint, path, body)), signal });
    } catch (error) {
      this.#endpoints.failed(endpoint);
      throw error instanceof NotHere ? error.cause : error;
    }
  }

  async #at(endpoint: URL, asked: Asked): Promise<unknown> {
    const outcome = await this.#once(endpoint, asked);
    if (outcome.type === 'answer') return outcome.value;
    if (outcome.type === 'final') throw outcome.error;
    if (outcome.type === 'elsewhere') throw new NotHere(outcome.error, 'sent');
    // The login has run out, or the cluster has forgotten it.
    this.#token = undefined;
    const again = await this.#once(endpoint, asked);
    if (again.type === 'answer') return again.value;
    throw again.type === 'login' ? new OpsbroError('store_failed', 'etcd refuses the login') : again.error;
  }

  async #once(endpoint: URL, { path, body, sending }: Asked): Promise<Refused | { type: 'answer'; value: unknown }> {
    const { clock, timeoutMs } = this.#settings;
    const request = await this.#request(endpoint, path, body);
    using limit = timeLimit(clock, timeoutMs, this.#closing.signal);
    const { signal } = limit;
    try {
      const ask = { ...request, signal, maxBody: MAX_ANSWER, repeatable: sending === 'again' };
      const answer = await this.#pool(endpoint).ask(ask);
      const value = parsed(answer.body);
      return answer.status === 200 ? { type: 'answer', value } : refusalOf(answer.status, value);
    } catch (error) {
      if (failedWith(error, 'too_large')) throw error;
      throw new NotHere(error, failedWith(error, 'unreachable') ? 'unsent' : 'sent');
    }
  }

  async #request(endpoint: URL, path: string, body: object) {
    const token = path === LOGIN ? undefined : await this.#login(endpoint);
    const port = Number(endpoint.port) || (endpoint.protocol === 'https:' ? 443 : 80);
    return {
      to: { address: endpoint.hostname.replace(/^\[|\]$/g, ''), port },
      method: 'POST',
      path: `/v3/${path}`,
      headers: { 'content-type': 'application/json', ...(token !== undefined && { authorization: token }) },
      body: Buffer.from(JSON.stringify(body)),
    } satisfies Partial<HttpAsk>;
  }

  async #login(endpoint: URL): Promise<string | undefined> {
    const { login } = this.#settings;
    if (login === undefined || this.#token !== undefined) return this.#token;
    const answer = await this.#once(endpoint, { path: LOGIN, body: login, sending: 'again' });
    const token = answer.type === 'answer' ? fieldsOf(answer.value)['token'] : undefined;
    if (typeof token !== 'string') {
      const why = answer.type === 'final' || answer.type === 'elsewhere' ? answer.error.message : 'it gives no token';
      this.#settings.log.error({ user: login.name, why }, 'kv: etcd refuses the login');
      throw new OpsbroError('store_failed', `etcd refuses the login of ${login.name}: ${why}`);
    }
    this.#token = token;
    return token;
  }

  #pool({ protocol }: URL): HttpPool {
    return protocol === 'https:' ? this.#pools.tls : this.#pools.plain;
  }
}

const LOGIN = 'auth/authenticate';

interface Asked {
  readonly path: string;
  readonly body: object;
  readonly sending: Sending;
}

/** This place does not answer; another one may. */
class NotHere extends Error {
  readonly isSent: boolean;

  constructor(cause: unknown, how: 'sent' | 'unsent') {
    super(messageOf(cause), { cause });
    this.isSent = how === 'sent';
  }
}

const indeterminate = (cause: unknown): OpsbroError =>
  new OpsbroError('quorum', `etcd did not say whether it was written: ${messageOf(cause)}`, {
    cause,
    details: { indeterminate: true },
  });

function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    return undefined;
  }
}

async function* parsedLines(pieces: AsyncIterable<Buffer>): AsyncGenerator<unknown> {
  let rest = '';
  const decoder = new TextDecoder();
  for await (const piece of pieces) {
    const lines = (rest + decoder.decode(piece, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > MAX_LINE) throw new OpsbroError('too_large', `a line of etcd is longer than ${MAX_LINE} bytes`);
    for (const line of lines) if (line !== '') yield parsed(Buffer.from(line));
  }
}
