import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import { Recent } from './recent.ts';
import type { Refusal } from './source-limits.ts';
import type { DropReason } from './wire/messages.ts';

/** Why something that came in was thrown away: what is wrong with it, or with who sent it. */
export type DropCause = DropReason | Refusal | 'joins' | 'announced';

/** Something that was thrown away, `count` times in a row. */
export interface Drop {
  /** Epoch milliseconds of the last time. */
  readonly at: number;
  readonly cause: DropCause;
  /** The address it came from. */
  readonly source: string;
  readonly count: number;
}

interface DropsOptions {
  readonly clock: Clock;
  readonly log: Logger;
  readonly count: (name: string, by?: number) => void;
}

/** The drops of one source since they were last told of. */
interface Tally {
  cause: DropCause;
  carrier: Carrier;
  count: number;
  toldAt: number;
}

type Carrier = 'datagrams' | 'streams';

const KEPT = 20;
const SOURCES = 1_024;
const MINUTE = 60_000;

/** Everything that was thrown away: counted by cause, told in the log once a minute and source, the last ones kept for whoever asks. */
export class Drops {
  readonly #options: DropsOptions;
  readonly #recent: { at: number; cause: DropCause; source: string; count: number }[] = [];
  readonly #tallies = new Recent<Tally>(SOURCES);

  constructor(options: DropsOptions) {
    this.#options = options;
  }

  /** The last 20 kinds of drops, the newest last. */
  get recent(): readonly Drop[] {
    return this.#recent.map((drop) => ({ ...drop }));
  }

  /** A sentence on each source of whom something was dropped in the last minute. */
  get complaints(): readonly string[] {
    const now = this.#options.clock.now();
    const sentences: string[] = [];
    for (const [source, tally] of this.#tallies.entries()) {
      if (now - tally.toldAt < MINUTE) sentences.push(sentenceOf(source, tally, Math.max(1, tally.count)));
    }
    return sentences;
  }

  /** Takes note of one drop. */
  note(cause: DropCause, source: string, carrier: Carrier): void {
    this.#options.count(`dropped_${cause}`);
    this.#keep(cause, source);
    const now = this.#options.clock.now();
    const tally = this.#tallies.get(source);
    if (!tally) {
      this.#tell(source, { cause, carrier, count: 1, toldAt: now });
      return;
    }
    const age = now - tally.toldAt;
    const count = age < 2 * MINUTE ? tally.count + 1 : 1;
    if (age < MINUTE) Object.assign(tally, { cause, carrier, count });
    else this.#tell(source, { cause, carrier, count, toldAt: now });
  }

  #keep(cause: DropCause, source: string): void {
    const at = this.#options.clock.wall();
    const last = this.#recent.at(-1);
    if (last?.cause === cause && last.source === source) {
      last.at = at;
      last.count += 1;
      return;
    }
    this.#recent.push({ at, cause, source, count: 1 });
    if (this.#recent.length > KEPT) this.#recent.shift();
  }

  #tell(source: string, tally: Tally): void {
    this.#options.log.warn({ source, cause: tally.cause }, sentenceOf(source, tally, tally.count));
    this.#tallies.set(source, { ...tally, count: 0 });
  }
}

function sentenceOf(source: string, { cause, carrier }: Tally, count: number): string {
  return `${carrier} from ${source} ${REASONS.get(cause) ?? `cannot be read: ${cause}`} (${count} in the last minute)`;
}

const REASONS: ReadonlyMap<DropCause, string> = new Map<DropCause, string>([
  ['decrypt', 'use an unknown key'],
  ['undecryptable', 'use an unknown key'],
  ['clearText', 'are not encrypted, which this zone is'],
  ['encrypted', 'are encrypted, and this zone has no key'],
  ['label', 'are of a pool with another label'],
  ['network', 'are refused: it is outside gossip.allowed_networks'],
  ['announced', 'name addresses outside gossip.allowed_networks'],
  ['rate', 'are more than gossip.max_packets_per_source allows'],
  ['joins', 'ask to join too often'],
]);
