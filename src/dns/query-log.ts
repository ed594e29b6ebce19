import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import type { Prepared } from './prepared.ts';
import { receive } from './query.ts';
import { RCODE } from './reply.ts';
import type { Message } from './responder.ts';

const NAMES: ReadonlyMap<number, string> = new Map(Object.entries(RCODE).map(([name, code]) => [code, name]));

/** Writes a line about one of every so many queries. */
export class QueryLog {
  readonly #every: number;
  readonly #clock: Clock;
  readonly #log: Logger;
  #count = 0;
  #since = 0;

  /** Nothing is written when `every` is 0. */
  constructor(every: number, { clock, log }: { readonly clock: Clock; readonly log: Logger }) {
    this.#every = every;
    this.#clock = clock;
    this.#log = log;
  }

  /** Whether nothing is ever written. */
  get isOff(): boolean {
    return this.#every === 0;
  }

  /** Whether the next query is one to write about; it is answered without what is finished, so that the time means something. */
  isDue(): boolean {
    if (this.#every === 0) return false;
    this.#count = (this.#count + 1) % this.#every;
    if (this.#count !== 0) return false;
    this.#since = this.#clock.now();
    return true;
  }

  /** Writes about a query that was answered just now. */
  note({ packet, start, end, transport, from }: Message, answer: Prepared | undefined): void {
    const query = packet.subarray(start, end);
    const received = receive(query);
    const question = received.question;
    const micros = Math.round((this.#clock.now() - this.#since) * 1_000);
    const rcode = answer ? rcodeOf(answer, query) : 'dropped';
    const { labels, type } = question ?? { labels: ['?'], type: 0 };
    this.#log.info({ name: labels.join('.'), type, from, transport, rcode, micros }, 'query');
  }
}

function rcodeOf(answer: Prepared, query: Buffer): string {
  const out = Buffer.alloc(answer.size);
  answer.write(query, 0, out, 0);
  const code = (out[3] ?? 0) & 15;
  return NAMES.get(code) ?? String(code);
}
