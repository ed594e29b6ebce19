/** How often somebody may ask for repairs. */
import { OpsbroError } from '../base/errors.ts';

const SPAN_MS = 60_000;
const MOST = 10;

/** Counts requests by who makes them. */
export class RequestRate {
  readonly #requests = new Map<string, readonly number[]>();
  readonly #now: () => number;

  /** `now` gives monotonic milliseconds. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Takes a request. Throws `too_many_requests` when there were 10 in the last minute. */
  take(who: string): void {
    const now = this.#now();
    const recent = (this.#requests.get(who) ?? []).filter((at) => now - at < SPAN_MS);
    const [oldest = now] = recent;
    if (recent.length >= MOST) {
      const retry_after = Math.ceil((oldest + SPAN_MS - now) / 1_000);
      throw new OpsbroError(
        'too_many_requests',
        `${MOST} repairs were asked for within a minute; again in ${retry_after} s`,
        {
          details: { retry_after },
        },
      );
    }
    this.#requests.set(who, [...recent, now]);
  }
}
