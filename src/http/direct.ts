/** The way from a door to routes that are hot, around the app. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Caller } from './access.ts';
import { type AnsweringSettings, answer, type Place } from './answering.ts';
import { readIncoming } from './input.ts';
import { headOf, type Inquiry } from './inquiry.ts';
import type { RouteTable } from './route.ts';
import { pathOf } from './wall.ts';

/** A request at a door that has passed its wall. */
export interface AdmittedRequest {
  readonly incoming: IncomingMessage;
  readonly outgoing: ServerResponse;
  readonly caller: Caller;
}

/** Answers what is for a hot route; `undefined`: it is for none. */
export type Direct = (request: AdmittedRequest) => Promise<Response> | undefined;

/** A route, and how paths that are for it begin. */
interface HotPlace extends Place {
  readonly start: string;
  /** What follows is this parameter. */
  readonly parameter: string;
}

/** What is hot in a table of routes. */
export function directRoutes(table: RouteTable, settings: AnsweringSettings): Direct {
  const hot = new Map<string, HotPlace[]>();
  for (const [key, route] of Object.entries(table)) {
    if (!route.isHot) continue;
    if (route.isZoneWide) throw new Error(`${key} is hot, but other nodes may have to be asked`);
    const [, method = '', start, parameter] = /^(\w+) (\/[\w/-]*\/):(\w+)\*$/.exec(key) ?? [];
    if (start === undefined || parameter === undefined) throw new Error(`${key} is hot, but has no path of one rest`);
    const place = { path: `${start}:${parameter}*`, route, settings, start, parameter, queries: new Map() };
    hot.set(method, [...(hot.get(method) ?? []), place]);
  }
  return (request) => {
    const { method = '', url = '' } = request.incoming;
    const path = pathOf(url);
    const place = hot.get(method)?.find(({ start }) => path.length > start.length && path.startsWith(start));
    if (place === undefined) return undefined;
    const params: Record<string, string> = {};
    params[place.parameter] = decoded(path.slice(place.start.length));
    return answer(new DirectInquiry(request, params), place);
  };
}

/** The wall lets no path in that could not be decoded. */
const decoded = (text: string): string => (text.includes('%') ? decodeURIComponent(text) : text);

class DirectInquiry implements Inquiry {
  readonly method: string;
  readonly target: string;
  readonly caller: Caller;
  readonly params: Readonly<Record<string, string>>;
  readonly takesPlain = true;
  readonly #request: AdmittedRequest;
  #gone: AbortController | undefined;

  constructor(request: AdmittedRequest, params: Readonly<Record<string, string>>) {
    const { method = '', url = '' } = request.incoming;
    this.method = method;
    this.target = url;
    this.caller = request.caller;
    this.params = params;
    this.#request = request;
  }

  get signal(): AbortSignal {
    this.#gone ??= goneBy(this.#request.outgoing);
    return this.#gone.signal;
  }

  head(name: string): string | undefined {
    return headOf(this.#request.incoming, name);
  }

  body(limit: number): Promise<Uint8Array> {
    return readIncoming(this.#request.incoming, limit);
  }
}

/** Aborts when the client leaves before its answer is complete, or has left already. */
function goneBy(outgoing: ServerResponse): AbortController {
  const gone = new AbortController();
  const look = () => !outgoing.writableFinished && gone.abort();
  if (outgoing.closed) look();
  else outgoing.once('close', look);
  return gone;
}
