import type { Effect } from './core/effect.ts';

interface Parts {
  readonly carryOut: (effect: Effect) => void;
  /** What cannot be done (a full disk, an address that cannot be sent to) is told here; the rest is done. */
  readonly failed: (effect: Effect, error: unknown) => void;
  /** All that was wanted so far is done. */
  readonly done: () => void;
}

/** Does what the core wants, in order, also when doing it makes the core want more. */
export class Acting {
  readonly #parts: Parts;
  readonly #waiting: Effect[] = [];
  #isBusy = false;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  act(effects: readonly Effect[]): void {
    for (const effect of effects) this.#waiting.push(effect);
    if (this.#isBusy) return;
    this.#isBusy = true;
    // This also reaches what is added while it goes on.
    for (const effect of this.#waiting) this.#guarded(effect);
    this.#waiting.length = 0;
    this.#isBusy = false;
    this.#parts.done();
  }

  #guarded(effect: Effect): void {
    try {
      this.#parts.carryOut(effect);
    } catch (error) {
      this.#parts.failed(effect, error);
    }
  }
}
