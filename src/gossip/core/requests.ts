import type { Endpoint } from '../../net/address.ts';
import type { StreamMessage } from '../wire/messages.ts';
import type { Desk } from './desk.ts';

/** What came back: an answer, or a sentence on why there is none. Refused is what the machine answers when nobody listens there. */
export type Reply =
  | { readonly message: StreamMessage }
  | { readonly error: string; readonly isRefused?: boolean | undefined };

/** Requests over streams that are under way. */
export class Requests {
  readonly #open = new Map<number, (reply: Reply) => void>();
  readonly #desk: Desk;

  constructor(desk: Desk) {
    this.#desk = desk;
  }

  /** Sends one message over a stream of its own; `done` is told the answer or the failure, `timeoutMs` later at most. */
  send(to: Endpoint, message: StreamMessage, timeoutMs: number, done: (reply: Reply) => void): void {
    const id = this.#desk.nextId();
    this.#open.set(id, done);
    this.#desk.do({ type: 'request', id, to: { address: to.address, port: to.port }, message, timeoutMs });
  }

  /** Hands an answer or a failure to whoever waits for it. */
  done(id: number, reply: Reply): void {
    const handle = this.#open.get(id);
    this.#open.delete(id);
    handle?.(reply);
  }
}
