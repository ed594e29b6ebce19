/** How often it is looked at. */
export const SWEEP_MS = 10_000;

/** When a check is overdue; `undefined`: never. Monotonic. */
interface Watched {
  readonly overdueAt: number | undefined;
}

/**
 * Notices checks that have not run for so long that something is wrong with the running itself. A process that was stopped or suspended
 * as a whole is given time to catch up first.
 */
export class Freshness {
  readonly #stale = new Set<string>();
  #swept: number;

  constructor(now: number) {
    this.#swept = now;
  }

  isStale(id: string): boolean {
    return this.#stale.has(id);
  }

  /** The check ran, or does not apply any more; whether it was stale. */
  renew(id: string): boolean {
    return this.#stale.delete(id);
  }

  /** Looks at all that run; gives the ids of those that became stale. */
  sweep(now: number, activities: Iterable<readonly [string, Watched]>): string[] {
    const wasAway = now - this.#swept > 2 * SWEEP_MS;
    this.#swept = now;
    if (wasAway) return [];
    const found: string[] = [];
    for (const [id, { overdueAt }] of activities) {
      if (overdueAt === undefined || now <= overdueAt || this.#stale.has(id)) continue;
      this.#stale.add(id);
      found.push(id);
    }
    return found;
  }
}
