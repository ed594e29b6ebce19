import type { Outcome, Transport } from './answer.ts';
import { TYPE } from './records.ts';

/** What the door has seen since it opened; sums only ever grow. */
export class DnsCounters {
  /** Answers, by `udp A NOERROR`. */
  readonly answers = new Map<string, number>();
  /** Packets that were no sound query, by what was wrong, and closed connections, by why. */
  readonly bad = new Map<string, number>();
  #truncated = 0;

  /** Answers that were cut to fit. */
  get truncated(): number {
    return this.#truncated;
  }

  /** Counts what became of one packet. */
  count(outcome: Outcome, transport: Transport): void {
    if (outcome.bad !== undefined) this.countBad(outcome.bad);
    if (outcome.kind === 'dropped') return;
    if (outcome.isTruncated) this.#truncated += 1;
    add(this.answers, `${transport} ${NAMES.get(outcome.type) ?? 'other'} ${outcome.rcode}`);
  }

  countBad(reason: string): void {
    add(this.bad, reason);
  }
}

/** Only types by name, so that strangers cannot make new counters. */
const NAMES: ReadonlyMap<number, string> = new Map(Object.entries(TYPE).map(([name, type]) => [type, name]));

const add = (counts: Map<string, number>, key: string): void => void counts.set(key, (counts.get(key) ?? 0) + 1);
