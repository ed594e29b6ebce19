import { failedWith, OpsbroError } from '../../base/errors.ts';
import { msOf, nextStamp, type Stamp, stampAt } from '../hlc.ts';
import type { ClockTrust } from './clock-trust.ts';
import type { Ports } from './ports.ts';

const AHEAD_MS = 2_000;
const OF_THE_DISK = ['disk_full', 'store_failed'] as const;

interface Parts {
  readonly ports: Pick<Ports, 'clock' | 'records'>;
  readonly trust: Pick<ClockTrust, 'wall'>;
  readonly maxSkewMs: number;
  readonly limit: Stamp;
}

/** No stamp can be given out, as the disk takes nothing: nothing was begun, and another node may do it. */
export class Unstamped extends OpsbroError {
  readonly reason: (typeof OF_THE_DISK)[number];

  constructor(reason: Unstamped['reason'], cause: Error) {
    super(reason, cause.message, { cause });
    this.reason = reason;
  }
}

/** Gives out stamps. None is given out twice, not even after a crash: what may be given out is on disk before. */
export class HybridClock {
  readonly #ports: Pick<Ports, 'clock' | 'records'>;
  readonly #trust: Pick<ClockTrust, 'wall'>;
  readonly #maxSkewMs: number;
  #last: Stamp;
  #limit: Stamp;
  #reserving: Promise<void> | undefined;

  /** Goes on behind `limit`, what may have been given out before the start. */
  constructor({ ports, trust, maxSkewMs, limit }: Parts) {
    this.#ports = ports;
    this.#trust = trust;
    this.#maxSkewMs = maxSkewMs;
    this.#last = limit;
    this.#limit = limit;
  }

  /** The last reading that was given out or heard of. */
  get last(): Stamp {
    return this.#last;
  }

  /** A new stamp, later than all before and than `over`. Rejects with `Unstamped` when the disk takes nothing. */
  async issue(over: Stamp = 0n): Promise<Stamp> {
    const stamp = this.#next(over);
    this.#last = stamp;
    while (stamp > this.#limit) await this.#reserve(stamp);
    return stamp;
  }

  /** As `issue`, if the disk knows already that it may be given out; `undefined` when it does not. */
  issueAtOnce(over: Stamp): Stamp | undefined {
    const stamp = this.#next(over);
    if (stamp > this.#limit) return undefined;
    this.#last = stamp;
    return stamp;
  }

  /** As `issue`, for a record that is written at once: what is on disk keeps the clock from going back. */
  issueWithRecord(over: Stamp = 0n): Stamp {
    this.#last = this.#next(over);
    return this.#last;
  }

  /** The last reading that may count at this moment. */
  get horizon(): Stamp {
    return stampAt(this.#trust.wall + this.#maxSkewMs + 1) - 1n;
  }

  /** Whether a reading of another node is so far ahead that it must not count. */
  isTooFarAhead(stamp: Stamp): boolean {
    return msOf(stamp) > this.#trust.wall + this.#maxSkewMs;
  }

  /** Goes back to a reading, as all beyond it was wrong and is not used any more. */
  async rewind(stamp: Stamp): Promise<void> {
    await this.#raise(stamp);
    if (this.#last > stamp) this.#last = stamp;
  }

  /** Takes note of a reading of another node, so that whatever is written from now on is later. */
  hear(stamp: Stamp): void {
    if (stamp > this.#last) this.accepts(stamp);
  }

  /** As `hear`; says whether the reading may count. */
  accepts(stamp: Stamp): boolean {
    if (this.isTooFarAhead(stamp)) return false;
    if (stamp > this.#last) this.#last = stamp;
    return true;
  }

  #next(over: Stamp): Stamp {
    return nextStamp(over > this.#last ? over : this.#last, this.#ports.clock.wall());
  }

  async #reserve(stamp: Stamp): Promise<void> {
    this.#reserving ??= this.#raise(stamp + stampAt(AHEAD_MS)).finally(() => {
      this.#reserving = undefined;
    });
    try {
      await this.#reserving;
    } catch (error) {
      const reason = OF_THE_DISK.find((code) => failedWith(error, code));
      throw reason && error instanceof Error ? new Unstamped(reason, error) : error;
    }
  }

  async #raise(limit: Stamp): Promise<void> {
    await this.#ports.records.reserve(limit);
    this.#limit = limit;
  }
}
