import type { Clock } from '../base/clock.ts';
import type { Result } from './values.ts';

const KEPT_MS = 1_000;
const MAX_KEPT = 1_000;

interface Answer {
  readonly at: number;
  readonly result: Promise<Result>;
}

/** Remembers for a second what host and net functions answered, so that many checks that ask the same ask once. */
export class RecentCalls {
  readonly #clock: Clock;
  readonly #answers = new Map<string, Answer>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The answer to an identical call of the last second, or else that of `ask`. Failures are not kept. */
  answer(call: string, ask: () => Promise<Result>): Promise<Result> {
    const now = this.#clock.now();
    const known = this.#answers.get(call);
    if (known && now - known.at < KEPT_MS) return known.result;
    this.#makeRoom(now);
    const result = ask();
    this.#answers.set(call, { at: now, result });
    result.catch(() => this.#answers.delete(call));
    return result;
  }

  #makeRoom(now: number): void {
    for (const [call, { at }] of this.#answers) {
      if (now - at < KEPT_MS && this.#answers.size < MAX_KEPT) return;
      this.#answers.delete(call);
    }
  }
}
