import type { Clock } from '../base/clock.ts';
import { ipBytes } from '../base/ip.ts';

/** What somebody gets: an answer, an empty one that makes real askers come back by TCP, or nothing. */
export type Allowance = 'whole' | 'empty' | 'nothing';

interface Bucket {
  tokens: number;
  at: number;
  refused: number;
}

const MAX_BUCKETS = 10_000;
const BURST_S = 2;
/** Bytes of an address that make a network: a /24, or a /56. */
const NETWORK_BYTES = { 4: 3, 16: 7 } as const;

/** Limits the answers a second to each network, so that nobody can make us flood an address that is not his. */
export class RateLimit {
  readonly #clock: Clock;
  readonly #perSecond: number;
  readonly #buckets = new Map<string, Bucket>();

  /** No limit when `perSecond` is 0. */
  constructor(clock: Clock, perSecond: number) {
    this.#clock = clock;
    this.#perSecond = perSecond;
  }

  /** Takes an answer to this address from its network's share. */
  take(address: string): Allowance {
    if (this.#perSecond === 0) return 'whole';
    const bucket = this.#bucketOf(networkOf(address));
    const now = this.#clock.now();
    const most = this.#perSecond * BURST_S;
    bucket.tokens = Math.min(most, bucket.tokens + ((now - bucket.at) * this.#perSecond) / 1_000);
    bucket.at = now;
    if (bucket.tokens >= 1) {
      bucket.tokens -= 1;
      return 'whole';
    }
    bucket.refused += 1;
    return bucket.refused % 2 === 0 ? 'empty' : 'nothing';
  }

  /** The share of a network; when there are too many, the one that was made first starts anew. */
  #bucketOf(network: string): Bucket {
    const known = this.#buckets.get(network);
    if (known) return known;
    if (this.#buckets.size >= MAX_BUCKETS) {
      for (const oldest of this.#buckets.keys()) {
        this.#buckets.delete(oldest);
        break;
      }
    }
    const fresh = { tokens: this.#perSecond * BURST_S, at: this.#clock.now(), refused: 0 };
    this.#buckets.set(network, fresh);
    return fresh;
  }
}

/** IPv6 addresses may end in the name of an interface. */
function networkOf(address: string): string {
  const bytes = ipBytes(address.replace(/%.*$/, ''));
  if (!bytes) return address;
  return bytes.subarray(0, NETWORK_BYTES[bytes.length === 4 ? 4 : 16]).join('.');
}
