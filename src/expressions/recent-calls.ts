import type { Clock } from '../base/clock.ts';
import { MAX_WAIT_MS } from './limits.ts';
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

  /**
   * The answer to an identical call of the last second, or else that of `ask`. Failures are not kept. What asks gets a signal of its own:
   * the evaluation that asked first may be given up while others wait for the same answer.
   */
  answer(call: string, ask: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
    const now = this.#clock.now();
    const known = this.#answers.get(call);
    if (known && now - known.at < KEPT_MS) return known.result;
    this.#makeRoom(now);
    const result = this.#asked(ask);
    const answer = { at: now, result };
    this.#answers.set(call, answer);
    result.catch(() => {
      if (this.#answers.get(call) === answer) this.#answers.delete(call);
    });
    return result;
  }

  async #asked(ask: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
    const late = new AbortController();
    const timer = this.#clock.after(MAX_WAIT_MS, () => late.abort(new Error('no answer in time')));
    try {
      return await ask(late.signal);
    } finally {
      timer[Symbol.dispose]();
    }
  }

  #makeRoom(now: number): void {
    for (const [call, { at }] of this.#answers) {
      if (now - at < KEPT_MS && this.#answers.size < MAX_KEPT) return;
      this.#answers.delete(call);
    }
  }
}
