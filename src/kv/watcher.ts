import type { Clock } from '../base/clock.ts';
import { OpsbroError } from '../base/errors.ts';
import type { KvChange } from '../model/kv.ts';

/** Hears of every change for one reader, and wakes it at those it wants. */
export class Watcher {
  readonly #clock: Clock;
  readonly #wants: (change: KvChange) => boolean;
  #from = 0;
  #passed = 0;
  #state: 'quiet' | 'news' = 'quiet';
  #end: OpsbroError | undefined;
  #wake: (() => void) | undefined;

  constructor(clock: Clock, wants: (change: KvChange) => boolean) {
    this.#clock = clock;
    this.#wants = wants;
  }

  /** The last change of those that are of no interest, up to the first that is. */
  get passed(): number {
    return this.#passed;
  }

  /** Forgets what it has heard: the reader looks for itself what is behind `index`. */
  rewind(index: number): void {
    this.#from = index;
    this.#passed = index;
    this.#state = 'quiet';
  }

  hear(change: KvChange): void {
    if (this.#state !== 'quiet' || change.index <= this.#from) return;
    if (!this.#wants(change)) {
      this.#passed = change.index;
      return;
    }
    this.#state = 'news';
    this.#wake?.();
  }

  /** No more will be heard, for this reason. */
  end(reason: OpsbroError): void {
    this.#end ??= reason;
    this.#wake?.();
  }

  /** Resolves once there is something of interest, with `false` when the time is over; rejects when that was ended or the reader went away. */
  async news(ms: number, signal?: AbortSignal): Promise<boolean> {
    if (this.#state === 'quiet' && this.#end === undefined && !signal?.aborted) await this.#sleep(ms, signal);
    if (this.#end !== undefined) throw this.#end;
    if (signal?.aborted) throw new OpsbroError('bad_request', 'the reader went away');
    return this.#state === 'news';
  }

  async #sleep(ms: number, signal: AbortSignal | undefined): Promise<void> {
    await new Promise<void>((resolve) => {
      const wake = () => {
        timer[Symbol.dispose]();
        signal?.removeEventListener('abort', wake);
        resolve();
      };
      const timer = this.#clock.after(ms, wake);
      signal?.addEventListener('abort', wake, { once: true });
      this.#wake = wake;
    });
    this.#wake = undefined;
  }
}
