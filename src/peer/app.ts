import { type Context, Hono } from 'hono';
import type { Clock } from '../base/clock.ts';
import { OpsbroError } from '../base/errors.ts';
import { flowing, readBody } from './body.ts';
import type { Arrival, Entry } from './entry.ts';
import { failed, failureOf } from './failures.ts';
import { type PeerCall, PeerReply, type PeerRoute } from './route.ts';
import { Slots } from './slots.ts';
import { PREFIX, VERSIONS } from './target.ts';

/** What the app works with. */
export interface PeerAppSettings {
  readonly entry: Entry;
  readonly clock: Clock;
  /** Requests under way, of all peers and of one. */
  readonly slots: Slots;
  count(name: string): void;
  /** Is told of everything unforeseen; answers the name under which the log has it. */
  report(error: unknown): string;
}

type Env = { Bindings: Arrival };
type Asked = Context<Env>;

const MAX_BODY = 64 * 1024;
const CONCURRENCY = 64;
const TIMEOUT_MS = 10_000;
const PATIENCE_MS = 30_000;

/** The app that answers peers by these routes. No route runs before the sender of a request has been proved. */
export function createPeerApp(routes: readonly PeerRoute[], settings: PeerAppSettings): Hono<Env> {
  // The path is taken as it was sent and signed; the request object's has been tidied.
  const app = new Hono<Env>({ getPath: (_, options) => pathOf((options?.env as Arrival | undefined)?.incoming.url) });
  for (const route of routes) app.on(route.method, `${PREFIX}/${route.part}${route.path}`, handlerOf(route, settings));
  app.notFound((context) => refuse(unknownRoute(context, routes), settings));
  app.onError((error) => refuse(error, settings));
  return app;
}

const pathOf = (target = '/'): string => target.split('?', 1)[0] ?? '/';

function handlerOf(route: PeerRoute, settings: PeerAppSettings): (context: Asked) => Promise<Response> {
  const { concurrency = CONCURRENCY } = route;
  const places = new Slots({ all: concurrency, perPeer: concurrency });
  return async (context) => {
    const claim = settings.entry.claimOf(context.env);
    const giveBack: (() => void)[] = [];
    const end = () => {
      for (const give of giveBack) give();
    };
    try {
      const peer = `${context.env.address} ${claim.id}`;
      giveBack.push(settings.slots.take(peer), places.take(peer));
      const answered = await answerOf(context, route, settings);
      settings.count('answered');
      return respond(answered, settings, end);
    } catch (error) {
      end();
      throw error;
    }
  };
}

/** Reads the request, proves it and runs the route, all within the route's time. */
async function answerOf(context: Asked, route: PeerRoute, { entry, clock }: PeerAppSettings): Promise<unknown> {
  const { incoming } = context.env;
  const { timeoutMs = TIMEOUT_MS, maxBody = MAX_BODY } = route;
  const controller = new AbortController();
  const { signal } = controller;
  const over = () => controller.abort(new OpsbroError('peer_timeout', `this took longer than ${timeoutMs} ms`));
  const timer = clock.after(timeoutMs, over);
  const gone = () => controller.abort(new OpsbroError('bad_request', 'the peer has gone'));
  incoming.socket.once('close', gone);
  try {
    const body = await readBody(incoming, maxBody, signal);
    const peer = entry.prove(entry.claimOf(context.env), context.env, body);
    const params = new Map(Object.entries(context.req.param()));
    const query = new URLSearchParams(incoming.url?.split('?', 2)[1] ?? '');
    const call: PeerCall = { peer, params, query, body, json: () => jsonOf(body), signal };
    return await Promise.race([route.handle(call), aborted(signal)]);
  } finally {
    timer[Symbol.dispose]();
    incoming.socket.off('close', gone);
  }
}

const aborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });

function jsonOf(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(body));
  } catch (error) {
    throw new OpsbroError('bad_request', 'the body is not JSON', { cause: error });
  }
}

function respond(answered: unknown, { clock }: PeerAppSettings, ended: () => void): Response {
  const reply = answered instanceof PeerReply ? answered : new PeerReply(answered);
  const { body, status, headers } = reply;
  if (isFlow(body)) {
    const type = { 'content-type': 'application/octet-stream', ...headers };
    return new Response(flowing(body, { clock, patienceMs: PATIENCE_MS, ended }), { status, headers: type });
  }
  ended();
  if (body instanceof Uint8Array) {
    const type = { 'content-type': 'application/octet-stream', ...headers };
    return new Response(body as Uint8Array<ArrayBuffer>, { status, headers: type });
  }
  const type = { 'content-type': 'application/json; charset=utf-8', ...headers };
  return new Response(JSON.stringify(body ?? null), { status, headers: type });
}

const isFlow = (body: unknown): body is AsyncIterable<Uint8Array> =>
  typeof body === 'object' && body !== null && Symbol.asyncIterator in body;

function refuse(thrown: unknown, { count, report }: PeerAppSettings): Response {
  const failure = failureOf(thrown, report);
  count(`failed_${failure.code}`);
  const response = failed(failure);
  // The rest of the body may be unread, so the connection cannot serve another request.
  response.headers.set('connection', 'close');
  return response;
}

function unknownRoute({ req, env }: Asked, routes: readonly PeerRoute[]): OpsbroError {
  const parts = [...new Set(routes.map(({ part }) => part))].sort();
  return new OpsbroError('unknown_route', `nothing is at ${req.method} ${pathOf(env.incoming.url)}`, {
    details: { versions: VERSIONS, parts },
  });
}
