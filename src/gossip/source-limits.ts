import { isLoopback } from '../base/loopback.ts';
import type { Networks } from '../base/networks.ts';
import { Bucket } from './bucket.ts';
import { Recent } from './recent.ts';

interface LimitsOptions {
  readonly networks: Networks;
  readonly packetsPerSecond: number;
}

/** Why nothing of a source is looked at. */
export type Refusal = 'network' | 'rate' | 'undecryptable';

/** What is known of a source: one address, whatever its ports. */
interface Source {
  readonly isAllowed: boolean;
  readonly packets: Bucket;
  readonly failures: Bucket;
  readonly joins: Bucket;
}

const SOURCES = 4_096;
const FAILURES_PER_SECOND = 20;
const JOINS_PER_SECOND = 2;

/**
 * How much one address may ask of this node: datagrams, tries with a wrong key, joins; each so much a second, twice that in a burst. Times are
 * monotonic milliseconds.
 */
export class SourceLimits {
  readonly #options: LimitsOptions;
  readonly #sources = new Recent<Source>(SOURCES);

  constructor(options: LimitsOptions) {
    this.#options = options;
  }

  /** Counts a datagram; why it is not even looked at, if so. */
  packet(address: string, now: number): Refusal | undefined {
    const source = this.#source(address, now);
    if (!source.isAllowed) return 'network';
    if (!source.packets.take(now)) return 'rate';
    return source.failures.has(now) ? undefined : 'undecryptable';
  }

  /** Why a stream from there is not even read, if so. */
  stream(address: string, now: number): Refusal | undefined {
    const source = this.#source(address, now);
    if (!source.isAllowed) return 'network';
    return source.failures.has(now) ? undefined : 'undecryptable';
  }

  /** Counts something that none of our keys opened: trying costs time. */
  failed(address: string, now: number): void {
    this.#source(address, now).failures.take(now);
  }

  /** Counts a push/pull of someone who joins; false when there were too many. All agents of this machine share its loopback, so it is exempt. */
  join(address: string, now: number): boolean {
    return isLoopback(address) || this.#source(address, now).joins.take(now);
  }

  #source(address: string, now: number): Source {
    const known = this.#sources.get(address);
    if (known) return known;
    const source = {
      isAllowed: this.#options.networks.has(address),
      packets: new Bucket(this.#options.packetsPerSecond, now),
      failures: new Bucket(FAILURES_PER_SECOND, now),
      joins: new Bucket(JOINS_PER_SECOND, now),
    };
    this.#sources.set(address, source);
    return source;
  }
}
