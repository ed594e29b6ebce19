import type { Clock } from './clock.ts';
import { isLoopback } from './loopback.ts';

interface Share {
  left: number;
  at: number;
}

const SOURCES = 4_096;

/** How much each source may do a second, and in one go after it was quiet (a token bucket for each). This machine itself has no bound. */
export class SourceShare {
  readonly #clock: Clock;
  readonly #perSecond: number;
  readonly #burst: number;
  readonly #shares = new Map<string, Share>();

  constructor(clock: Clock, { perSecond, burst }: { readonly perSecond: number; readonly burst: number }) {
    this.#clock = clock;
    this.#perSecond = perSecond;
    this.#burst = burst;
  }

  /** Takes one for an address; false when it has had its share. */
  take(address: string): boolean {
    if (isLoopback(address)) return true;
    const now = this.#clock.now();
    const share = this.#shares.get(address) ?? this.#begin(address, now);
    share.left = Math.min(this.#burst, share.left + ((now - share.at) / 1_000) * this.#perSecond);
    share.at = now;
    if (share.left < 1) return false;
    share.left -= 1;
    return true;
  }

  /** When there are too many, the one that came first begins anew. */
  #begin(address: string, now: number): Share {
    if (this.#shares.size >= SOURCES) {
      const [oldest = ''] = this.#shares.keys();
      this.#shares.delete(oldest);
    }
    const share = { left: this.#burst, at: now };
    this.#shares.set(address, share);
    return share;
  }
}
