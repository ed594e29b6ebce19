import { isDeepStrictEqual } from 'node:util';
import type { Meetings } from './meetings.ts';
import type { Records, Standing } from './ports.ts';
import type { Standpoint } from './standpoint.ts';

interface Parts {
  readonly records: Records;
  readonly standpoint: Standpoint;
  readonly meetings: Meetings;
}

/** Keeps on disk what this node has to know of itself after a restart. */
export class Keeper {
  readonly #parts: Parts;
  #kept: Omit<Standing, 'limit'> | undefined;
  #last: Promise<void> = Promise.resolve();
  #waiting = 0;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Whether something is on its way to the disk. */
  get isBusy(): boolean {
    return this.#waiting > 0;
  }

  /** Resolves when what is true at this moment is on stable storage. */
  async keep(): Promise<void> {
    const kept = this.#last.then(() => this.#keep());
    this.#last = kept.catch(() => {});
    this.#waiting += 1;
    try {
      await kept;
    } finally {
      this.#waiting -= 1;
    }
  }

  async #keep(): Promise<void> {
    const { records, standpoint, meetings } = this.#parts;
    const standing = { ...standpoint.standing(), met: new Map(meetings.kept) };
    if (isDeepStrictEqual(standing, this.#kept)) return;
    await records.remember(standing);
    this.#kept = standing;
  }
}
