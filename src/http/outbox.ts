import type { ServerResponse } from 'node:http';
import { atTurnEnd } from '../base/turn.ts';
import type { PlainResponse } from './plain-response.ts';

interface Waiting {
  readonly response: PlainResponse;
  readonly outgoing: ServerResponse;
}

/**
 * Sends answers at the end of the turn that made them, one right after the other: who waits for one is woken by it, and to wake somebody costs
 * as much as many an answer. Whoever waits for several is woken once.
 */
export class Outbox {
  readonly #onFault: (outgoing: ServerResponse, fault: unknown) => void;
  #waiting: Waiting[] = [];

  /** `onFault` is told of an answer whose heads cannot be sent, before anything of it was. */
  constructor(onFault: (outgoing: ServerResponse, fault: unknown) => void) {
    this.#onFault = onFault;
  }

  /** Sends an answer soon. */
  put(response: PlainResponse, outgoing: ServerResponse): void {
    if (this.#waiting.push({ response, outgoing }) === 1) atTurnEnd(() => this.#send());
  }

  #send(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const { response, outgoing } of waiting) {
      try {
        send(response, outgoing);
      } catch (fault) {
        this.#onFault(outgoing, fault);
      }
    }
  }
}

function send({ bytes, status, headers }: PlainResponse, outgoing: ServerResponse): void {
  if (bytes !== null) headers.set('content-length', String(bytes.length));
  outgoing.writeHead(status, headers.list);
  outgoing.end(bytes);
}
