/** The way from a door to routes that are hot, around the app. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Caller } from './access.ts';
import { type AnsweringSettings, answer, type Place } from './answering.ts';
import { readIncoming } from './input.ts';
import { headOf, type Inquiry } from './inquiry.ts';
import type { RouteTable } from './route.ts';
import { pathOf } from './wall.ts';

/** A request at a door that has passed its wall. */
export interface Asked {
  readonly incoming: IncomingMessage;
  readonly outgoing: ServerResponse;
  readonly caller: Caller;
}

/** Answers what is for a hot route; `undefined`: it is for none. */
export type Direct = (asked: Asked) => Promise<Response> | undefined;

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
    const [, method = '', start, parameter] = /^(\w+) (\/[\w/-]*\/):(\w+)\*$/.exec(key) ?? [];
    if (start === undefined || parameter === undefined) throw new Error(`${key} is hot, but has no path of one rest`);
    const place = { path: `${start}:${parameter}*`, route, settings, start, parameter, queries: new Map() };
    hot.set(method, [...(hot.get(method) ?? []), place]);
  }
  return (asked) => {
    const { method = '', url = '' } = asked.incoming;
    const path = pathOf(url);
    const place = hot.get(method)?.find(({ start }) => path.length > start.length && path.startsWith(start));
    return (
      place && answer(new DirectInquiry(asked, { [place.parameter]: decoded(path.slice(place.start.length)) }), place)
    );
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
  readonly #asked: Asked;

  constructor(asked: Asked, params: Readonly<Record<string, string>>) {
    const { method = '', url = '' } = asked.incoming;
    this.method = method;
    this.target = url;
    this.caller = asked.caller;
    this.params = params;
    this.#asked = asked;
  }

  get signal(): AbortSignal {
    const { outgoing } = this.#asked;
    const gone = new AbortController();
    outgoing.once('close', () => !outgoing.writableFinished && gone.abort());
    return gone.signal;
  }

  head(name: string): string | undefined {
    return headOf(this.#asked.incoming, name);
  }

  body(limit: number): Promise<Uint8Array> {
    return readIncoming(this.#asked.incoming, limit);
  }
}
