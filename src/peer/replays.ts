const WINDOW = 1_024;
const MOST_SENDERS = 4_096;

/** What is known of the counters of one sender: the highest, and which of the 1,024 up to it were used. */
interface Seen {
  top: number;
  readonly used: Uint8Array;
}

/** Whether a counter was never used, was used before, or is so old that nobody knows. */
export type Freshness = 'fresh' | 'seen' | 'old';

/** Remembers the counters of requests, so that none counts twice. Of many senders those are forgotten that were silent longest. */
export class Replays {
  readonly #mostSenders: number;
  readonly #senders = new Map<string, Seen>();

  constructor(mostSenders = MOST_SENDERS) {
    this.#mostSenders = mostSenders;
  }

  /** Uses a counter of a sender. Only for requests whose signature is right: anybody else could use up the counters of others. */
  take(sender: string, counter: number): Freshness {
    const seen = this.#senders.get(sender) ?? { top: 0, used: new Uint8Array(WINDOW) };
    if (counter <= seen.top - WINDOW) return 'old';
    this.#touch(sender, seen);
    if (counter > seen.top) advance(seen, counter);
    else if (seen.used[counter % WINDOW] === 1) return 'seen';
    seen.used[counter % WINDOW] = 1;
    return 'fresh';
  }

  /** The order of a map is that of insertion, so its first entry is the one that was silent longest. */
  #touch(sender: string, seen: Seen): void {
    this.#senders.delete(sender);
    this.#senders.set(sender, seen);
    if (this.#senders.size <= this.#mostSenders) return;
    const [silent] = this.#senders.keys();
    if (silent !== undefined) this.#senders.delete(silent);
  }
}

function advance(seen: Seen, counter: number): void {
  if (counter - seen.top >= WINDOW) seen.used.fill(0);
  else for (let each = seen.top + 1; each <= counter; each += 1) seen.used[each % WINDOW] = 0;
  seen.top = counter;
}
