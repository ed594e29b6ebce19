import type { z } from 'zod';
import type { Pass } from '../access/gate.ts';
import type { Caller } from './access.ts';

/** Who may ask: anybody, readers, writers, those who may repair what is broken, or those who may also stop and change the agent. */
export type Access = 'open' | 'read' | 'write' | 'repair' | 'admin';

/** A request whose parts have been checked against the schemas of its route. */
export interface Call<Params, Query, Body> {
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
  readonly caller: Caller;
  /** `HEAD` asks as `GET` does; the body of the answer is dropped on the way out. */
  readonly method: string;
  /** Aborts when who asked went away. */
  readonly signal: AbortSignal;
  /** A head of the request by its name in lower case. */
  head(name: string): string | undefined;
  /** Is told what the request proved by what stands in its body, so that the audit can name who it was. */
  prove(pass: Pass): void;
}

/**
 * An answer with a status or headers of its own. A `Uint8Array` is sent as it is, a text as text, a stream as it comes,
 * anything else as JSON.
 */
export class Reply<Body> {
  readonly body: Body;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;

  constructor(body: Body, { status = 200, headers = {} }: Partial<Pick<Reply<Body>, 'status' | 'headers'>> = {}) {
    this.body = body;
    this.status = status;
    this.headers = headers;
  }
}

type Answer<Body> = Body | Reply<Body | string | Uint8Array | ReadableStream<Uint8Array>>;

/** One thing the API answers: its method and path are its key in the table of routes. */
export interface Route<
  Params extends z.ZodType = z.ZodType,
  Query extends z.ZodType = z.ZodType,
  Body extends z.ZodType = z.ZodType,
  Answered extends z.ZodType = z.ZodType,
> {
  readonly access: Access;
  /** One sentence. */
  readonly summary: string;
  readonly params?: Params;
  readonly query?: Query;
  readonly body?: Body;
  /** `json` unless it says otherwise. Raw bytes are never interpreted, whatever their content type. */
  readonly bodyType?: 'json' | 'bytes';
  readonly answer: Answered;
  /** With `?scope=zone` all nodes of the zone are asked. */
  readonly isZoneWide?: boolean;
  /** Content type of answers that are not JSON. */
  readonly produces?: string;
  /** Its answer may take longer than a minute, as it comes from a program. */
  readonly mayLast?: boolean;
  /**
   * Whether it is asked for so often that finding it by a router, and making what an app sees of a request, would cost more than the answer
   * itself: doors answer it without. Its path ends in its one parameter, `:name*`, and it answers no streams.
   */
  readonly isHot?: boolean;
  /** Bytes its body may have, where that is not what the API takes in general. */
  readonly maxBody?: number;
  /** Heads of all its answers, failures included. */
  headers?(): Readonly<Record<string, string>>;
  /** Turns what stands behind the `?` into the query, for fields that may come several times. */
  fromQuery?(fields: URLSearchParams): unknown;
  /** Turns a posted web form into the body, for old clients that send forms. */
  fromForm?(fields: URLSearchParams): unknown;
  handle(
    call: Call<z.output<Params>, z.output<Query>, z.output<Body>>,
  ): Answer<z.input<Answered>> | Promise<Answer<z.input<Answered>>>;
}

/** Declares a route; this function only ties the types of schemas and handler together. */
export function route<
  Answered extends z.ZodType,
  Params extends z.ZodType = z.ZodUndefined,
  Query extends z.ZodType = z.ZodUndefined,
  Body extends z.ZodType = z.ZodUndefined,
>(spec: Route<Params, Query, Body, Answered>): Route<Params, Query, Body, Answered> {
  return spec;
}

/** Routes by `METHOD /path/:parameter`; a parameter written `:name*` takes slashes as well. */
export type RouteTable = Readonly<Record<string, Route>>;

/** What need not be sent when all that is in it may be left out. */
type OrNothing<Part> = Record<never, never> extends Part ? Part | undefined : Part;

/** What a client sends to and gets from each route of a table, before the schemas have turned texts into values. */
export type ApiOf<Table extends RouteTable> = {
  readonly [Key in keyof Table]: Table[Key] extends Route<infer Params, infer Query, infer Body, infer Answered>
    ? {
        readonly params: z.input<Params>;
        readonly query: OrNothing<z.input<Query>>;
        readonly body: OrNothing<z.input<Body>>;
        readonly answer: z.output<Answered>;
      }
    : never;
};
