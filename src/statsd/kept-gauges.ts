import type { Shelf } from '../base/shelf.ts';
import type { Window } from './window.ts';

interface Kept {
  readonly value: number;
  /** Epoch seconds. */
  readonly at: number;
}

/** Keeps gauges over restarts. Times are epoch seconds. */
export class KeptGauges {
  readonly #shelf: Shelf;
  readonly #window: Window;

  constructor(shelf: Shelf, window: Window) {
    this.#shelf = shelf;
    this.#window = window;
  }

  /** Sets the gauges that were set within so many seconds; forgets the others. */
  async restore(now: number, seconds: number): Promise<void> {
    for (const [key, kept] of await this.#shelf.load()) {
      if (isKept(kept) && Math.abs(now - kept.at) <= seconds) this.#window.restoreGauge(key, kept.value);
      else this.#shelf.delete(key);
    }
  }

  /** Writes down those that were set since the last time. */
  save(now: number): void {
    for (const { key, gauge } of this.#window.all) {
      if (gauge?.takeFresh()) this.#shelf.put(key, { value: gauge.value, at: now } satisfies Kept);
    }
  }

  forget(key: string): void {
    this.#shelf.delete(key);
  }
}

function isKept(kept: unknown): kept is Kept {
  if (typeof kept !== 'object' || kept === null) return false;
  const { value, at } = kept as Partial<Record<keyof Kept, unknown>>;
  return Number.isFinite(value) && Number.isFinite(at);
}
