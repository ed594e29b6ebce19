import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import type { PipeWritten } from '../net/command-pipe.ts';

/** What comes within this time goes out together. */
const GATHER_MS = 100;
const RETRY_MS = 1_000;
const SAY_MS = 60_000;

interface QueueSetting {
  readonly clock: Clock;
  readonly log: Logger;
  /** Hands lines in; never waits for a reader. */
  write(lines: readonly string[]): Promise<PipeWritten>;
}

/** Results on their way to a pipe: while nobody reads it, only the newest of each service is kept. */
export class ResultQueue implements Disposable {
  readonly #setting: QueueSetting;
  readonly #waiting = new Map<string, string>();
  #timer: Disposable | undefined;
  #isWriting = false;
  #isClosed = false;
  #quietUntil = 0;

  constructor(setting: QueueSetting) {
    this.#setting = setting;
  }

  /** Takes a line in the place of an older one of the same key. */
  put(key: string, line: string): void {
    // A newer one goes to the end, so that the order of a flush is that of the results.
    this.#waiting.delete(key);
    this.#waiting.set(key, line);
    if (!this.#isWriting) this.#plan(GATHER_MS);
  }

  /** Drops what waits whose key begins so. */
  forget(prefix: string): void {
    for (const key of this.#waiting.keys()) if (key.startsWith(prefix)) this.#waiting.delete(key);
  }

  /** How many results wait. */
  get size(): number {
    return this.#waiting.size;
  }

  [Symbol.dispose](): void {
    this.#isClosed = true;
    this.#timer?.[Symbol.dispose]();
  }

  #plan(ms: number): void {
    if (this.#isClosed) return;
    this.#timer ??= this.#setting.clock.after(ms, () => {
      this.#timer = undefined;
      void this.#flush();
    });
  }

  async #flush(): Promise<void> {
    this.#isWriting = true;
    const sent = [...this.#waiting];
    const { count, reason } = await this.#setting.write(sent.map(([, line]) => line));
    this.#isWriting = false;
    // One that was replaced meanwhile is still to be sent.
    for (const [key, line] of sent.slice(0, count)) if (this.#waiting.get(key) === line) this.#waiting.delete(key);
    if (reason !== '') this.#complain(reason);
    if (this.#waiting.size > 0) this.#plan(reason === '' ? GATHER_MS : RETRY_MS);
  }

  #complain(reason: string): void {
    const { clock, log } = this.#setting;
    if (clock.now() < this.#quietUntil) return;
    this.#quietUntil = clock.now() + SAY_MS;
    log.warn(
      { reason, waiting: this.#waiting.size },
      'results cannot be handed in; the newest of each service are kept',
    );
  }
}
