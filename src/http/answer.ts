import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { Heads } from './heads.ts';
import { PlainResponse } from './plain-response.ts';
import { Reply } from './route.ts';

const compress = promisify(gzip);
const WORTH_COMPRESSING = 1_024;
const MOST_TAGGED = 1_048_576;

/** What the asking side can take and already has. */
export interface Wanted {
  readonly isPretty: boolean;
  readonly acceptsGzip: boolean;
  /** Tags of what a reader has already, as `If-None-Match` names them; `undefined` for requests that do not read. */
  readonly known: ReadonlySet<string> | undefined;
  /** Whether answers of known bytes go to a door that sends them as they are. */
  readonly isPlain?: boolean;
}

/** The type of answers in JSON. */
export const JSON_TYPE = 'application/json; charset=utf-8';

/** Heads of every answer: it is never guessed what it is, never kept, never framed. */
export const COMMON_HEADERS = {
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
} as const;
const COMMON_LIST = Object.entries(COMMON_HEADERS).flat();

/** The answer as it goes out: JSON unless the route says otherwise, `304` when the asking side has it already, compressed when asked. */
export function respond(answered: unknown, produces: string | undefined, wanted: Wanted): Response | Promise<Response> {
  const reply = answered instanceof Reply ? (answered as Reply<unknown>) : new Reply(answered);
  const headers = headersOf(reply, produces);
  if (reply.body instanceof ReadableStream) {
    return new Response(reply.body as ReadableStream<Uint8Array>, { status: reply.status, headers: headers.pairs() });
  }
  const body = bytesOf(reply.body, headers, wanted);
  if (wanted.known && reply.status === 200) {
    const tag = headers.get('etag') ?? tagOf(body);
    if (tag !== '' && wanted.known.has(tag)) return made(null, 304, { headers, wanted });
    if (tag !== '') headers.set('etag', tag);
  }
  const shape = { headers, wanted };
  if (!isWorthPacking(body, shape)) return made(body, reply.status, shape);
  return packed(body, headers).then((bytes) => made(bytes, reply.status, shape));
}

function headersOf(reply: Reply<unknown>, produces: string | undefined): Heads {
  const headers = new Heads(COMMON_LIST);
  headers.set('content-type', produces ?? JSON_TYPE);
  return headers.setAll(reply.headers);
}

interface Shape {
  readonly headers: Heads;
  readonly wanted: Wanted;
}

function made(body: Bytes | null, status: number, { headers, wanted }: Shape): Response {
  return wanted.isPlain
    ? PlainResponse.of(body, status, headers)
    : new Response(body, { status, headers: headers.pairs() });
}

/** A name for the very bytes; none for long ones. */
const tagOf = (body: Uint8Array): string =>
  body.length < MOST_TAGGED ? `"${createHash('sha1').update(body).digest('base64url')}"` : '';

type Bytes = Uint8Array<ArrayBuffer>;

function bytesOf(body: unknown, headers: Heads, { isPretty }: Wanted): Bytes {
  if (body instanceof Uint8Array) return body as Bytes;
  if (typeof body === 'string' && headers.get('content-type') !== JSON_TYPE) return Buffer.from(body);
  return Buffer.from(JSON.stringify(body, null, isPretty ? 2 : 0));
}

const isWorthPacking = ({ length }: Bytes, { headers, wanted }: Shape): boolean =>
  wanted.acceptsGzip && length >= WORTH_COMPRESSING && !headers.has('content-encoding');

async function packed(body: Bytes, headers: Heads): Promise<Bytes> {
  headers.set('content-encoding', 'gzip');
  headers.set('vary', 'accept-encoding');
  return new Uint8Array(await compress(body));
}
