import { retentionOf } from '../config/retentions.ts';
import type { Archive, Layout } from '../model/series.ts';

/** Points of one series in the order they came: times in epoch seconds, at the beginning of a slot, and values. */
export interface Tail {
  readonly times: number[];
  readonly values: number[];
}

/** One series: how it is kept, and the points that are in no block yet. */
export class Series {
  readonly id: number;
  readonly name: string;
  readonly layout: Layout;
  /** Archives from before its rule changed, which are only read. */
  readonly former: readonly Archive[];
  /** For how many seconds its last point is seen. */
  readonly longest: number;
  #tail: Tail | undefined;
  #storing: Tail | undefined;
  /** The latest time of a point since the start, epoch seconds. */
  newest = 0;
  /** The value of that point. */
  newestValue: number = Number.NaN;

  constructor(kept: Pick<Series, 'id' | 'name' | 'layout' | 'former'>) {
    this.longest = Math.max(...kept.layout.archives.map(retentionOf));
    this.id = kept.id;
    this.name = kept.name;
    this.layout = kept.layout;
    this.former = kept.former;
  }

  /** The seconds of its finest slot. */
  get step(): number {
    return this.layout.archives[0]?.step ?? 1;
  }

  /** Points that wait to be stored. */
  get waiting(): number {
    return this.#tail?.times.length ?? 0;
  }

  /** Takes a point; of several in one slot the last one counts. Answers how many more are waiting than before. */
  add(time: number, value: number): number {
    const slot = time - (time % this.step);
    if (slot >= this.newest) {
      this.newest = slot;
      this.newestValue = value;
    }
    this.#tail ??= { times: [], values: [] };
    const { times, values } = this.#tail;
    if (times.at(-1) === slot) {
      values[values.length - 1] = value;
      return 0;
    }
    times.push(slot);
    values.push(value);
    return 1;
  }

  /** What is in no block for sure, as it is now, older points first. */
  tails(): readonly Tail[] {
    const { times = [], values = [] } = this.#tail ?? {};
    // Copied, as points may come while blocks are being read.
    const now = { times: times.slice(), values: values.slice() };
    return this.#storing ? [this.#storing, now] : [now];
  }

  /** Hands out what is waiting, to be stored; it is still seen until `stored` says how that ended. */
  beginStoring(): Tail {
    const tail = this.#tail ?? { times: [], values: [] };
    this.#tail = undefined;
    this.#storing = tail;
    return tail;
  }

  /** Forgets what was handed out, or takes it back. */
  stored(outcome: 'done' | 'failed'): void {
    const storing = this.#storing;
    this.#storing = undefined;
    if (outcome === 'done' || !storing) return;
    const { times = [], values = [] } = this.#tail ?? {};
    this.#tail = { times: [...storing.times, ...times], values: [...storing.values, ...values] };
  }
}
