import type { IncomingMessage } from 'node:http';
import { type Context, Hono } from 'hono';
import { z } from 'zod';
import type { Pass } from '../access/gate.ts';
import { OpsbroError } from '../base/errors.ts';
import { type AccessRules, type Asking, type Caller, checkRight, identify } from './access.ts';
import { COMMON_HEADERS, JSON_TYPE, respond, type Wanted } from './answer.ts';
import { type AuditEntry, entryOf } from './audit-entry.ts';
import { errorBody, errorHeaders, failureOf, statusOf } from './errors.ts';
import type { HandlingLimit } from './handling-limit.ts';
import { bodyInput, checked, queryInput, readBody, readIncoming } from './input.ts';
import { offerOf } from './offer.ts';
import type { Requests } from './requests.ts';
import { type Call, Reply, type Route, type RouteTable } from './route.ts';
import { pathOf, queryOf } from './wall.ts';
import { targetForAll, type ZoneReads, zoneAnswer } from './zone-wide.ts';

/** What is known of a request beside the request: where it came in, and its target as it was sent. */
export interface Arrival {
  readonly caller: Caller;
  readonly target: string;
  /** Where the body is read from; the request as such when left out. */
  readonly incoming?: IncomingMessage;
  /** Whether answers of known bytes are sent by `send`. */
  readonly takesPlain?: boolean;
}

/** What the app works by. */
export interface AppSettings {
  readonly access: AccessRules;
  /** Bytes a body may have. */
  readonly maxBody: number;
  /** Is told of everything unforeseen; answers the name under which the log has it. */
  report(error: unknown): string;
  readonly requests: Requests;
  /** Gives up on what takes too long; without it everything may take its time. */
  readonly limit?: HandlingLimit;
  /** Without it no route can be asked of the whole zone. */
  readonly zone?: ZoneReads | undefined;
  /** Is told of everything that was to change something, whatever came of it. */
  audit?(entry: AuditEntry): void;
}

type Env = { Bindings: Partial<Arrival> };

/** What a route that takes nothing takes. */
const NOTHING = z.strictObject({});

/** Who asks without saying from where gets what a stranger gets. */
const NOBODY: Caller = { door: 'tcp', address: 'unknown' };

/** The app that answers by a table of routes. Everything it answers, failures included, is JSON unless a route says otherwise. */
export function createApp(table: RouteTable, settings: AppSettings): Hono<Env> {
  const app = new Hono<Env>({ getPath: (request, options) => pathOf(targetOf(request, options?.env)) });
  const methodsOf = new Map<string, string[]>();
  for (const [key, route] of Object.entries(table)) {
    const [method = '', written = ''] = key.split(' ');
    const path = honoPath(written);
    methodsOf.set(path, [...(methodsOf.get(path) ?? []), ...(method === 'GET' ? ['GET', 'HEAD'] : [method])]);
    app.on(method, path, (context) => answer(context, written, route, settings));
  }
  for (const [path, methods] of methodsOf) app.all(path, (context) => refuseMethod(context.req.method, methods));
  app.notFound((context) => fail(unknownRoute(context), settings));
  app.onError((error) => fail(error, settings));
  return app;
}

/** Gives an app's error answer for anything that was thrown. */
export function fail(thrown: unknown, { report, requests }: Pick<AppSettings, 'report' | 'requests'>): Response {
  const failure = failureOf(thrown, report);
  const status = statusOf(failure);
  if (failure.code === 'unknown_route' || failure.code === 'method_not_allowed') requests.count('none', status);
  const headers = { ...COMMON_HEADERS, 'content-type': JSON_TYPE, ...errorHeaders(failure) };
  return new Response(JSON.stringify(errorBody(failure)), { status, headers });
}

const honoPath = (written: string): string => written.replace(/:(\w+)\*/g, ':$1{.+}');

function targetOf(request: Request, env: Partial<Arrival> | undefined): string {
  return env?.target ?? request.url.slice(new URL(request.url).origin.length);
}

async function answer(context: Context<Env>, path: string, route: Route, settings: AppSettings): Promise<Response> {
  const target = targetOf(context.req.raw, context.env);
  const began = settings.requests.now();
  let caller = context.env?.caller ?? NOBODY;
  let response: Response;
  try {
    const asking = askingOf(context, { caller, target }, route);
    caller = identify(asking, settings.access);
    checkRight({ ...asking, caller }, settings.access);
    const prove = (pass: Pass) => {
      caller = provenBy(caller, pass);
    };
    response = await served(context, { caller, target, prove }, { route, settings });
  } catch (error) {
    response = fail(error, settings);
  }
  for (const [name, value] of Object.entries(route.headers?.() ?? {})) response.headers.set(name, value);
  const { status } = response;
  const { method } = context.req;
  settings.requests.count(`${method} ${path}`, status, began);
  const entry = entryOf({ caller, target, method, route: path, access: route.access, status });
  if (entry) settings.audit?.(entry);
  return response;
}

/** A request, and who hears what it proves. */
type Asked = Pick<Arrival, 'caller' | 'target'> & Pick<Call<unknown, unknown, unknown>, 'prove'>;

const provenBy = (caller: Caller, pass: Pass): Caller => (caller.door === 'tcp' ? { ...caller, pass } : caller);

/** A route of the app, and what the app works by. */
interface Place {
  readonly route: Route;
  readonly settings: AppSettings;
}

function askingOf(context: Context<Env>, { caller, target }: Arrival, { access }: Route): Asking {
  const head = (name: string) => headOf(context, name);
  const [authorization, cookie] = [head('authorization'), head('cookie')];
  const offer = offerOf({ authorization, cookie, 'x-opsbro-token': head('x-opsbro-token') });
  return { access, caller, path: pathOf(target), offer, isFromPage: head('x-requested-with') === 'opsbro' };
}

/** A head of a request, from its connection where that is known: heads as apps see them cost more to make than many an answer. */
function headOf({ req, env }: Context<Env>, name: string): string | undefined {
  const head = env?.incoming ? env.incoming.headers[name] : req.raw.headers.get(name);
  return Array.isArray(head) ? head.join(', ') : (head ?? undefined);
}

const isReading = ({ method }: Request): boolean => method === 'GET' || method === 'HEAD';

async function served(
  context: Context<Env>,
  { caller, target, prove }: Asked,
  { route, settings }: Place,
): Promise<Response> {
  const query = queryOf(target);
  const { zone } = settings;
  const forAll = zone && route.isZoneWide ? targetForAll(pathOf(target), query) : undefined;
  const fields = new URLSearchParams(query);
  const asked = { caller, prove, fields: forAll === undefined ? fields : new URLSearchParams(queryOf(forAll)) };
  const call = await callOf(context, asked, { route, settings });
  const wanted = wantedBy(context, caller, fields);
  const handled = () => inTime(route, settings, { answered: route.handle(call), query });
  if (zone === undefined || forAll === undefined) return respond(await handled(), route.produces, wanted);
  const own = async () => contentOf(await handled());
  return respond(await zoneAnswer(zone, forAll, own), undefined, wanted);
}

/** Who waits for news says how long itself. */
const LONG_POLL = /(?:^|&)(?:index|wait)=/;

function inTime(
  { mayLast }: Route,
  { limit }: AppSettings,
  { answered, query }: { readonly answered: unknown; readonly query: string },
): unknown {
  const isLimited = answered instanceof Promise && !mayLast && !LONG_POLL.test(query);
  return isLimited && limit ? limit.within(answered) : answered;
}

const contentOf = (answered: unknown): unknown => (answered instanceof Reply ? answered.body : answered);

async function callOf(
  context: Context<Env>,
  { caller, prove, fields }: Pick<Asked, 'caller' | 'prove'> & { readonly fields: URLSearchParams },
  { route, settings }: Place,
): Promise<Call<unknown, unknown, unknown>> {
  const request = context.req.raw;
  return {
    params: checked(route.params ?? NOTHING, context.req.param(), 'path'),
    query: checked(route.query ?? NOTHING, route.fromQuery?.(fields) ?? queryInput(fields), 'query'),
    body: isReading(request) ? undefined : await bodyOf(context, route, settings),
    caller,
    method: request.method,
    prove,
    // Both are made only when somebody asks for them.
    get headers() {
      return request.headers;
    },
    get signal() {
      return request.signal;
    },
  };
}

function wantedBy(context: Context<Env>, caller: Caller, fields: URLSearchParams): Wanted {
  const request = context.req.raw;
  return {
    isPretty: fields.has('pretty'),
    acceptsGzip: caller.door === 'tcp' && /\bgzip\b/.test(headOf(context, 'accept-encoding') ?? ''),
    known: isReading(request) ? tagsOf(headOf(context, 'if-none-match')) : undefined,
    isPlain: context.env?.takesPlain === true && request.method !== 'HEAD',
  };
}

const NO_TAGS: ReadonlySet<string> = new Set();

const tagsOf = (header: string | undefined): ReadonlySet<string> =>
  header === undefined ? NO_TAGS : new Set(header.split(',').map((tag) => tag.trim().replace(/^W\//, '')));

async function bodyOf(context: Context<Env>, route: Route, { maxBody }: AppSettings): Promise<unknown> {
  const limit = route.maxBody ?? maxBody;
  const { env, req } = context;
  const bytes = await (env?.incoming ? readIncoming(env.incoming, limit) : readBody(req.raw, limit));
  return checked(route.body ?? NOTHING, bodyInput(bytes, headOf(context, 'content-type') ?? '', route), 'body');
}

function refuseMethod(method: string, methods: readonly string[]): never {
  const allow = methods.join(', ');
  throw new OpsbroError('method_not_allowed', `${method} is not possible here; possible: ${allow}`, {
    details: { allow },
  });
}

const unknownRoute = ({ req }: Context<Env>): OpsbroError =>
  new OpsbroError('unknown_route', `nothing is at ${req.method} ${req.path}; GET /api lists what there is`);
