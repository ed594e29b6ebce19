import type { RelayedEvent } from './frames.ts';

const MAX_SEEN = 4_096;

/** Remembers which events came up already: each proxy below may tell of the same ones. */
export class SeenEvents {
  readonly #seen = new Set<string>();

  isNew({ zone, lTime, name, payload }: RelayedEvent): boolean {
    const key = `${zone}\n${lTime}\n${name}\n${Buffer.from(payload).toString('latin1')}`;
    if (this.#seen.has(key)) return false;
    this.#seen.add(key);
    if (this.#seen.size > MAX_SEEN)
      for (const oldest of [...this.#seen].slice(0, MAX_SEEN / 8)) this.#seen.delete(oldest);
    return true;
  }
}
