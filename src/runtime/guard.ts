import { TimeIsOver } from '../base/abort.ts';
import type { Clock } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import { NotEligible } from '../plugins/outcomes.ts';

type Ended<T> =
  | { readonly status: 'ok'; readonly value: T }
  | { readonly status: 'error'; readonly message: string; readonly error: unknown }
  | { readonly status: 'not-eligible'; readonly message: string }
  /** `isAbandoned`: it did not heed its abort, and whatever it is at goes on. */
  | { readonly status: 'timeout'; readonly message: string; readonly isAbandoned?: true };

/** How a run of a plugin ended. `ms` is how long it took. */
export type Outcome<T> = Ended<T> & { readonly ms: number };

type Failed = Exclude<Ended<unknown>, { status: 'ok' }>;

/** What became of all runs since the start. */
export interface RunCounts {
  readonly runs: number;
  readonly errors: number;
  readonly timeouts: number;
}

interface Limits {
  readonly timeoutMs: number;
  /** Ends the run before its time, as at the stop of the agent. */
  readonly signal?: AbortSignal;
}

/** What a run that does not heed its abort is still given. What ends properly within it counts for what it says. */
const GRACE_MS = 1_000;

/** The wall between plugins and the agent: the one place that times, limits, logs and counts a run. Nothing that a plugin does passes it. */
export class Guard {
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #said = new Map<string, string>();
  #counts = { runs: 0, errors: 0, timeouts: 0 };

  constructor(clock: Clock, log: Logger) {
    this.#clock = clock;
    this.#log = log;
  }

  get counts(): RunCounts {
    return { ...this.#counts };
  }

  /** Runs `work` under a name, such as `collector memory`. Never throws; a failure is logged when it differs from the last of that name. */
  async run<T>(name: string, limits: Limits, work: (signal: AbortSignal) => Promise<T>): Promise<Outcome<T>> {
    const start = this.#clock.now();
    this.#counts.runs += 1;
    const ended = await this.#limited(limits, work);
    if (ended.status === 'ok') this.#said.delete(name);
    else this.#note(name, ended);
    return { ...ended, ms: Math.round(this.#clock.now() - start) };
  }

  /** Forgets a name that will not run again. */
  forget(name: string): void {
    this.#said.delete(name);
  }

  #limited<T>({ timeoutMs, signal }: Limits, work: (signal: AbortSignal) => Promise<T>): Promise<Ended<T>> {
    return new Promise((resolve) => {
      const clock = this.#clock;
      const abort = new AbortController();
      let timer = clock.after(timeoutMs, () => {
        const over = new TimeIsOver(timeoutMs);
        abort.abort(over);
        timer = clock.after(GRACE_MS, () => end({ status: 'timeout', message: over.message, isAbandoned: true }));
      });
      const stop = () => abort.abort(signal?.reason);
      if (signal?.aborted) stop();
      signal?.addEventListener('abort', stop);
      void settle(work, abort.signal).then(end);

      function end(ended: Ended<T>) {
        timer[Symbol.dispose]();
        signal?.removeEventListener('abort', stop);
        resolve(ended);
      }
    });
  }

  #note(name: string, outcome: Failed): void {
    if (outcome.status === 'error') this.#counts.errors += 1;
    if (outcome.status === 'timeout') this.#counts.timeouts += 1;
    if (this.#said.get(name) === outcome.message) return;
    this.#said.set(name, outcome.message);
    const level = outcome.status === 'not-eligible' ? 'debug' : 'warn';
    this.#log[level]({ run: name, status: outcome.status }, outcome.message);
    if (outcome.status === 'error') this.#log.debug({ run: name, err: outcome.error }, 'failed');
  }
}

async function settle<T>(work: (signal: AbortSignal) => Promise<T>, signal: AbortSignal): Promise<Ended<T>> {
  try {
    return { status: 'ok', value: await work(signal) };
  } catch (error) {
    // A run that was told to end answers with whatever its last call threw; what counts is why it was told.
    if (signal.aborted && signal.reason instanceof TimeIsOver) {
      return { status: 'timeout', message: signal.reason.message };
    }
    if (error instanceof NotEligible) return { status: 'not-eligible', message: error.message };
    return { status: 'error', message: firstLine(messageOf(error)), error };
  }
}

const firstLine = (text: string): string => text.split('\n', 1)[0] ?? '';
