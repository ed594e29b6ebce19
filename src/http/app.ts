import type { IncomingMessage } from 'node:http';
import { type Context, Hono } from 'hono';
import { OpsbroError } from '../base/errors.ts';
import type { Caller } from './access.ts';
import { type AnsweringSettings, answer, fail } from './answering.ts';
import { type Direct, directRoutes } from './direct.ts';
import { readBody, readIncoming } from './input.ts';
import { headOf, type Inquiry } from './inquiry.ts';
import type { RouteTable } from './route.ts';
import { pathOf } from './wall.ts';

/** What is known of a request beside the request: where it came in, and its target as it was sent. */
export interface Arrival {
  readonly caller: Caller;
  readonly target: string;
  /** Where the heads and the body are read from; the request as such when left out. */
  readonly incoming?: IncomingMessage;
  /** Whether answers of known bytes are sent as they are, by the door. */
  readonly takesPlain?: boolean;
}

type Env = { Bindings: Partial<Arrival> };

/** An app, and the way around it for routes that are hot. */
export type App = Hono<Env> & { readonly direct: Direct };

/** Who asks without saying from where gets what a stranger gets. */
const NOBODY: Caller = { door: 'tcp', address: 'unknown' };

/** The app that answers by a table of routes. Everything it answers, failures included, is JSON unless a route says otherwise. */
export function createApp(table: RouteTable, settings: AnsweringSettings): App {
  const app = new Hono<Env>({ getPath: (request, options) => pathOf(targetOf(request, options?.env)) });
  const methodsOf = new Map<string, string[]>();
  for (const [key, route] of Object.entries(table)) {
    const [method = '', written = ''] = key.split(' ');
    const path = honoPath(written);
    methodsOf.set(path, [...(methodsOf.get(path) ?? []), ...(method === 'GET' ? ['GET', 'HEAD'] : [method])]);
    const place = { path: written, route, settings };
    app.on(method, path, (context) => answer(inquiryOf(context), place));
  }
  const failed = (context: Context<Env>, thrown: unknown) => fail(thrown, settings, inquiryOf(context));
  for (const [path, methods] of methodsOf) app.all(path, ({ req }) => refuseMethod(req.method, methods));
  app.notFound((context) => failed(context, unknownRoute(context)));
  app.onError((error, context) => failed(context, error));
  return Object.assign(app, { direct: directRoutes(table, settings) });
}

const honoPath = (written: string): string => written.replace(/:(\w+)\*/g, ':$1{.+}');

function targetOf(request: Request, env: Partial<Arrival> | undefined): string {
  return env?.target ?? request.url.slice(new URL(request.url).origin.length);
}

/** Heads are read from the connection where that is known: as apps see them they cost more to make than many an answer. */
function inquiryOf({ req, env = {} }: Context<Env>): Inquiry {
  const { incoming } = env;
  const { method } = req;
  return {
    method,
    target: targetOf(req.raw, env),
    caller: env.caller ?? NOBODY,
    params: req.param(),
    takesPlain: env.takesPlain === true && method !== 'HEAD',
    get signal() {
      return req.raw.signal;
    },
    head: (name) => (incoming ? headOf(incoming, name) : (req.raw.headers.get(name) ?? undefined)),
    body: (limit) => (incoming ? readIncoming(incoming, limit) : readBody(req.raw, limit)),
  };
}

function refuseMethod(method: string, methods: readonly string[]): never {
  const allow = methods.join(', ');
  throw new OpsbroError('method_not_allowed', `${method} is not possible here; possible: ${allow}`, {
    details: { allow },
  });
}

const unknownRoute = ({ req }: Context<Env>): OpsbroError =>
  new OpsbroError('unknown_route', `nothing is at ${req.method} ${req.path}; GET /api lists what there is`);
