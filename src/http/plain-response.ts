import type { Heads } from './heads.ts';

/**
 * An answer of known bytes, for a door that sends it as it is. Between what answers and the door it stands for a `Response`, which costs
 * several times as much to make and to read again; it has of one what an app asks for: the status, and heads to look at and to set.
 */
export class PlainResponse {
  readonly status: number;
  readonly headers: Heads;
  readonly bytes: Uint8Array | null;

  constructor(bytes: Uint8Array | null, status: number, headers: Heads) {
    this.bytes = bytes;
    this.status = status;
    this.headers = headers;
  }

  /** Makes an answer of known bytes. Only for who looks in the end whether it is one. */
  static of(bytes: Uint8Array | null, status: number, headers: Heads): Response {
    return new PlainResponse(bytes, status, headers) as unknown as Response;
  }

  /** Whether an answer is one of these. */
  static is(response: unknown): response is PlainResponse {
    return response instanceof PlainResponse;
  }
}
