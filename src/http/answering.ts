/** How a request comes to its answer: who asks is judged, what was sent is checked, what came of it is counted and told to the audit. */
import { z } from 'zod';
import type { Pass } from '../access/gate.ts';
import { type AccessRules, type Asking, type Caller, checkRight, identify, withPass } from './access.ts';
import { COMMON_HEADERS, JSON_TYPE, respond, type Wanted } from './answer.ts';
import { type AuditEntry, entryOf } from './audit-entry.ts';
import { errorBody, errorHeaders, failureOf, statusOf } from './errors.ts';
import type { HandlingLimit } from './handling-limit.ts';
import { Heads } from './heads.ts';
import { bodyInput, checked, queryInput } from './input.ts';
import { type Inquiry, isReading } from './inquiry.ts';
import { offerBy } from './offer.ts';
import { PlainResponse } from './plain-response.ts';
import type { Requests } from './requests.ts';
import { type Call, Reply, type Route } from './route.ts';
import { pathOf, queryOf } from './wall.ts';
import { targetForAll, type ZoneReads, zoneAnswer } from './zone-wide.ts';

/** What routes are answered by. */
export interface AnsweringSettings {
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

/** A route at its path in the table, and what it is answered by. */
export interface Place {
  readonly path: string;
  readonly route: Route;
  readonly settings: AnsweringSettings;
  /** Queries that were found right, by their texts; without it none is remembered. */
  readonly queries?: Map<string, Query>;
}

/** What stands behind the `?` of a target. */
interface Query {
  readonly text: string;
  /** As the schema of the route has it. */
  readonly value: unknown;
  readonly isPretty: boolean;
  /** What the other nodes are asked; `undefined` when they are not. */
  readonly forAll: string | undefined;
}

/** Many are asked for in the same few ways. */
const MOST_QUERIES = 64;
const LONGEST_QUERY = 100;

/** What a route that takes nothing takes. */
const NOTHING = z.strictObject({});

/** Answers a request for a route, also when its handler fails. */
export async function answer(inquiry: Inquiry, place: Place): Promise<Response> {
  const { path, route, settings } = place;
  const { method, target } = inquiry;
  const began = settings.requests.now();
  let { caller } = inquiry;
  let response: Response;
  try {
    const asking = askingOf(inquiry, route);
    caller = identify(asking, settings.access);
    const { access, path: asked, isFromPage } = asking;
    checkRight({ access, caller, path: asked, isFromPage }, settings.access);
    const prove = (pass: Pass) => {
      caller = withPass(caller, pass);
    };
    response = await served(inquiry, { caller, prove }, place);
  } catch (error) {
    response = fail(error, settings, inquiry);
  }
  const heads = route.headers?.();
  for (const name in heads) response.headers.set(name, heads[name] ?? '');
  const { status } = response;
  settings.requests.count(`${method} ${path}`, status, began);
  const entry = entryOf({ caller, target, method, route: path, access: route.access, status });
  if (entry) settings.audit?.(entry);
  return response;
}

/** Gives the answer for anything that was thrown. */
export function fail(
  thrown: unknown,
  { report, requests }: Pick<AnsweringSettings, 'report' | 'requests'>,
  { takesPlain }: Pick<Inquiry, 'takesPlain'>,
): Response {
  const failure = failureOf(thrown, report);
  const status = statusOf(failure);
  if (failure.code === 'unknown_route' || failure.code === 'method_not_allowed') requests.count('none', status);
  const headers = { ...COMMON_HEADERS, 'content-type': JSON_TYPE, ...errorHeaders(failure) };
  const body = JSON.stringify(errorBody(failure));
  if (takesPlain) return PlainResponse.of(Buffer.from(body), status, new Heads().setAll(headers));
  return new Response(body, { status, headers });
}

/** Who asks, and who hears what the request proves. */
type Proven = { readonly caller: Caller } & Pick<Call<unknown, unknown, unknown>, 'prove'>;

function askingOf(inquiry: Inquiry, { access }: Route): Asking {
  const { caller, target } = inquiry;
  const offer = offerBy((name) => inquiry.head(name));
  return { access, caller, path: pathOf(target), offer, isFromPage: inquiry.head('x-requested-with') === 'opsbro' };
}

async function served(inquiry: Inquiry, proven: Proven, place: Place): Promise<Response> {
  const { route, settings } = place;
  const params = checked(route.params ?? NOTHING, inquiry.params, 'path');
  const query = queryIn(inquiry.target, place);
  const body = isReading(inquiry) ? undefined : await bodyOf(inquiry, place);
  const call = new RouteCall(inquiry, proven, { params, query: query.value, body });
  const wanted = wantedBy(inquiry, proven.caller, query);
  const handled = () => inTime(route, settings, { answered: route.handle(call), query: query.text });
  const { zone } = settings;
  const { forAll } = query;
  if (zone === undefined || forAll === undefined) return respond(await handled(), route.produces, wanted);
  const own = async () => contentOf(await handled());
  return respond(await zoneAnswer(zone, forAll, own), undefined, wanted);
}

function queryIn(target: string, place: Place): Query {
  const text = queryOf(target);
  const known = place.queries?.get(text);
  if (known !== undefined) return known;
  const { route, settings } = place;
  const forAll = settings.zone && route.isZoneWide ? targetForAll(pathOf(target), text) : undefined;
  const written = new URLSearchParams(text);
  const fields = forAll === undefined ? written : new URLSearchParams(queryOf(forAll));
  const value = checked(route.query ?? NOTHING, route.fromQuery?.(fields) ?? queryInput(fields), 'query');
  const query = { text, value, isPretty: written.has('pretty'), forAll };
  if (place.queries && text.length <= LONGEST_QUERY) remember(query, place.queries);
  return query;
}

function remember(query: Query, queries: Map<string, Query>): void {
  if (queries.size >= MOST_QUERIES) queries.clear();
  queries.set(query.text, query);
}

/** What a request sent, as the schemas of its route have it. */
type Checked = Pick<Call<unknown, unknown, unknown>, 'params' | 'query' | 'body'>;

/** Who waits for news says how long itself. */
const LONG_POLL = /(?:^|&)(?:index|wait)=/;

function inTime(
  { mayLast }: Route,
  { limit }: AnsweringSettings,
  { answered, query }: { readonly answered: unknown; readonly query: string },
): unknown {
  const isLimited = answered instanceof Promise && !mayLast && !LONG_POLL.test(query);
  return isLimited && limit ? limit.within(answered) : answered;
}

const contentOf = (answered: unknown): unknown => (answered instanceof Reply ? answered.body : answered);

class RouteCall implements Call<unknown, unknown, unknown> {
  readonly params: unknown;
  readonly query: unknown;
  readonly body: unknown;
  readonly caller: Caller;
  readonly method: string;
  readonly prove: (pass: Pass) => void;
  readonly head: (name: string) => string | undefined;
  readonly #inquiry: Inquiry;

  constructor(inquiry: Inquiry, { caller, prove }: Proven, { params, query, body }: Checked) {
    this.params = params;
    this.query = query;
    this.body = body;
    this.caller = caller;
    this.method = inquiry.method;
    this.prove = prove;
    this.head = (name) => inquiry.head(name);
    this.#inquiry = inquiry;
  }

  /** Made only when somebody asks for it. */
  get signal(): AbortSignal {
    return this.#inquiry.signal;
  }
}

function wantedBy(inquiry: Inquiry, caller: Caller, { isPretty }: Query): Wanted {
  return {
    isPretty,
    acceptsGzip: caller.door === 'tcp' && /\bgzip\b/.test(inquiry.head('accept-encoding') ?? ''),
    known: isReading(inquiry) ? tagsOf(inquiry.head('if-none-match')) : undefined,
    isPlain: inquiry.takesPlain,
  };
}

const NO_TAGS: ReadonlySet<string> = new Set();

const tagsOf = (header: string | undefined): ReadonlySet<string> =>
  header === undefined ? NO_TAGS : new Set(header.split(',').map((tag) => tag.trim().replace(/^W\//, '')));

async function bodyOf(inquiry: Inquiry, { route, settings }: Place): Promise<unknown> {
  const bytes = await inquiry.body(route.maxBody ?? settings.maxBody);
  return checked(route.body ?? NOTHING, bodyInput(bytes, inquiry.head('content-type') ?? '', route), 'body');
}
