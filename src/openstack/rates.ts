type Count = number | bigint;

/** Remembers numbers between the runs of a collector, for what they grow by in a second. A single run has nothing to compare with. */
export class Rates {
  readonly #last = new Map<string, { readonly at: number; readonly count: Count }>();

  /**
   * By how much a number has grown per second since it was last told; `nowMs` is of the monotonic clock. `undefined` at first, and when a
   * total is less than before, as whoever counts was started anew.
   */
  perSecond(name: string, count: Count, nowMs: number, kind: 'total' | 'level' = 'total'): number | undefined {
    const before = this.#last.get(name);
    this.#last.set(name, { at: nowMs, count });
    if (before === undefined || nowMs <= before.at) return undefined;
    const grown = Number(BigInt(count) - BigInt(before.count));
    if (grown < 0 && kind === 'total') return undefined;
    return (grown * 1_000) / (nowMs - before.at);
  }
}
