import { messageOf } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';

interface Options {
  readonly log: Logger;
  /** What is said, once for each reason, when a writing fails. */
  readonly complaint: string;
  /** Writes what waits; what it throws ends this writing, and the next begins where it stopped. */
  write(): Promise<void>;
}

/** Writes to the key-value store on behalf of the agent: one writing at a time, and a failure is said once. */
export class StoreWriter {
  readonly #options: Options;
  #isWriting: boolean = false;
  #reason = '';

  constructor(options: Options) {
    this.#options = options;
  }

  /** Begins to write, unless that is going on. */
  wake(): void {
    if (!this.#isWriting) void this.#run();
  }

  async #run(): Promise<void> {
    const { log, complaint, write } = this.#options;
    this.#isWriting = true;
    try {
      await write();
      this.#reason = '';
    } catch (error) {
      const reason = messageOf(error);
      if (reason !== this.#reason) log.warn({ reason }, complaint);
      this.#reason = reason;
    }
    this.#isWriting = false;
  }
}
