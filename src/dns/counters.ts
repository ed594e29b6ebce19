import { BRIEF, Histogram } from '../base/histogram.ts';
import type { Transport } from './answer.ts';
import { TYPE } from './records.ts';
import type { Rcode } from './reply.ts';

/** A sum that only grows. */
export interface Tally {
  count: number;
}

/** What an answer is counted as. */
interface Counted {
  readonly type: number;
  readonly rcode: Rcode;
}

const TIMED_EACH = 64;

/** What the door has seen since it opened; sums only ever grow. */
export class DnsCounters {
  readonly #answers = new Map<string, Tally>();
  /** Packets that were no sound query, by what was wrong, and closed connections, by why. */
  readonly bad = new Map<string, number>();
  /** Answers that were finished before. */
  cacheHits = 0;
  /** Answers that were cut to fit. */
  truncated = 0;
  /** Askers over the limit: those told to come by TCP, and those not answered. */
  readonly limited = new Map<'empty' | 'nothing', number>();
  /** Questions that others were asked, by what became of them. */
  readonly forwarded = new Map<string, number>();
  /** What it took to find or make an answer, in seconds, of one message in 64: to look at the time for each would cost more. */
  readonly times = new Histogram(BRIEF);
  readonly #drops: () => number;
  #untimed = 0;

  /** `drops` tells how many datagrams the system threw away. */
  constructor(drops: () => number = () => 0) {
    this.#drops = drops;
  }

  /** Answers, by `udp A NOERROR`. */
  get answers(): ReadonlyMap<string, number> {
    return new Map([...this.#answers].filter(([, { count }]) => count > 0).map(([key, { count }]) => [key, count]));
  }

  get drops(): number {
    return this.#drops();
  }

  /** The sum that an answer belongs to, for one who will count often. */
  tally({ type, rcode }: Counted, transport: Transport): Tally {
    const key = `${transport} ${NAMES.get(type) ?? 'other'} ${rcode}`;
    const known = this.#answers.get(key);
    if (known) return known;
    const fresh = { count: 0 };
    this.#answers.set(key, fresh);
    return fresh;
  }

  /** Whether what it takes to answer this message is to be measured. */
  isTimed(): boolean {
    this.#untimed = (this.#untimed + 1) % TIMED_EACH;
    return this.#untimed === 1;
  }

  countBad(reason: string): void {
    add(this.bad, reason);
  }

  countLimited(how: 'empty' | 'nothing'): void {
    add(this.limited, how);
  }

  countForwarded(how: string): void {
    add(this.forwarded, how);
  }
}

/** Only types by name, so that strangers cannot make new counters. */
const NAMES: ReadonlyMap<number, string> = new Map(Object.entries(TYPE).map(([name, type]) => [type, name]));

const add = <Key>(counts: Map<Key, number>, key: Key): void => void counts.set(key, (counts.get(key) ?? 0) + 1);
