import type { Clock } from '../base/clock.ts';
import { ipBytes } from '../base/ip.ts';

const WINDOW_MS = 60_000;
const MOST_FAILURES = 10;
const MOST_SOURCES = 4_096;

interface Tally {
  count: number;
  since: number;
  blockedUntil: number;
}

/** Counts wrong tokens by the address they came from: after 10 within a minute no token of that address is looked at for a minute. */
export class Failures {
  readonly #clock: Clock;
  readonly #tallies = new Map<string, Tally>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Milliseconds until tokens from there are looked at again; 0 when they are. */
  blockedFor(address: string): number {
    const tally = this.#tallies.get(sourceOf(address));
    return Math.max(0, (tally?.blockedUntil ?? 0) - this.#clock.now());
  }

  /** Notes a wrong token. */
  note(address: string): void {
    const source = sourceOf(address);
    const now = this.#clock.now();
    const tally = this.#tallies.get(source) ?? this.#begin(source, now);
    if (now - tally.since >= WINDOW_MS) Object.assign(tally, { count: 0, since: now });
    tally.count += 1;
    if (tally.count < MOST_FAILURES) return;
    Object.assign(tally, { count: 0, since: now, blockedUntil: now + WINDOW_MS });
  }

  /** When there are too many sources, the one that came first begins anew. */
  #begin(source: string, now: number): Tally {
    if (this.#tallies.size >= MOST_SOURCES) {
      const [oldest = ''] = this.#tallies.keys();
      this.#tallies.delete(oldest);
    }
    const tally = { count: 0, since: now, blockedUntil: Number.NEGATIVE_INFINITY };
    this.#tallies.set(source, tally);
    return tally;
  }
}

/** Who has one address of IPv6 mostly has its whole network of 64 bits. */
function sourceOf(address: string): string {
  if (!address.includes(':') || address.includes('.')) return address;
  const bytes = ipBytes(address);
  return bytes ? Buffer.from(bytes.subarray(0, 8)).toString('hex') : address;
}
