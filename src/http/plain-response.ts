import type { ServerResponse } from 'node:http';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';

/**
 * An answer of known bytes, for a door that sends it as it is. Between the app and the door it stands for a `Response`, which costs several
 * times as much to make and to read again; it has of one what an app asks for: the status, and heads to look at and to set.
 */
class PlainResponse {
  readonly status: number;
  /** By name in lower case. */
  readonly headers: Map<string, string>;
  readonly bytes: Uint8Array | null;

  constructor(bytes: Uint8Array | null, status: number, headers: Map<string, string>) {
    this.bytes = bytes;
    this.status = status;
    this.headers = headers;
  }
}

/** Makes an answer of known bytes. Only for who hands it to `send` in the end. */
export const plainResponse = (bytes: Uint8Array | null, status: number, headers: Map<string, string>): Response =>
  new PlainResponse(bytes, status, headers) as unknown as Response;

/** Sends an answer, if it is a plain one, and gives what tells hono so; any other is given back. */
export function send(response: Response, outgoing: ServerResponse): Response {
  if (!((response as unknown) instanceof PlainResponse)) return response;
  const { bytes, status, headers } = response as unknown as PlainResponse;
  if (bytes !== null) headers.set('content-length', String(bytes.length));
  outgoing.writeHead(status, Object.fromEntries(headers));
  outgoing.end(bytes);
  return RESPONSE_ALREADY_SENT;
}
