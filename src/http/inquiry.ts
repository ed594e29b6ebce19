import type { IncomingMessage } from 'node:http';
import type { Caller } from './access.ts';

/** A request as routes are answered from it, whichever way it came. */
export interface Inquiry {
  readonly method: string;
  /** As it was sent. */
  readonly target: string;
  readonly caller: Caller;
  /** What its path says, by the names in that of the route. */
  readonly params: Readonly<Record<string, string>>;
  /** Whether an answer of known bytes goes to a door that sends it as it is. */
  readonly takesPlain: boolean;
  /** Aborts when who asked went away. */
  readonly signal: AbortSignal;
  /** A head by its name in lower case; several of one name are joined. */
  head(name: string): string | undefined;
  /** The whole body. Throws `too_large` as soon as it is longer than `limit` bytes, `bad_request` when it breaks off. */
  body(limit: number): Promise<Uint8Array>;
}

/** Whether it asks only to see something. */
export const isReading = ({ method }: Pick<Inquiry, 'method'>): boolean => method === 'GET' || method === 'HEAD';

/** A head of a connection's request. */
export function headOf({ headers }: Pick<IncomingMessage, 'headers'>, name: string): string | undefined {
  const head = headers[name];
  return Array.isArray(head) ? head.join(', ') : head;
}
