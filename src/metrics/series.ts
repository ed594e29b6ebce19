import { retentionOf } from '../config/retentions.ts';
import type { Archive, Layout } from '../model/series.ts';
import { type PointRoom, type Tail, WaitingPoints } from './point-room.ts';

/** One series: how it is kept, and the points that are in no block yet. */
export class Series {
  readonly id: number;
  readonly name: string;
  readonly layout: Layout;
  /** Archives from before its rule changed, which are only read. */
  readonly former: readonly Archive[];
  /** For how many seconds its last point is seen. */
  readonly longest: number;
  /** The seconds of its finest slot. */
  readonly step: number;
  readonly #tail: WaitingPoints;
  #storing: Tail | undefined;
  #hasBlocks: boolean;
  /** The latest time of a point since the start, epoch seconds. */
  newest = 0;
  /** The value of that point. */
  newestValue: number = Number.NaN;

  constructor(kept: Pick<Series, 'id' | 'name' | 'layout' | 'former' | 'hasBlocks'>, room: PointRoom) {
    this.longest = Math.max(...kept.layout.archives.map(retentionOf));
    this.id = kept.id;
    this.name = kept.name;
    this.layout = kept.layout;
    this.former = kept.former;
    this.step = kept.layout.archives[0]?.step ?? 1;
    this.#hasBlocks = kept.hasBlocks;
    this.#tail = new WaitingPoints(room);
  }

  /** Whether there may be blocks of it; false as long as it is known that there are none. */
  get hasBlocks(): boolean {
    return this.#hasBlocks;
  }

  /** Points that wait to be stored. */
  get waiting(): number {
    return this.#tail.count;
  }

  /** Takes a point; of several in one slot the last one counts. Answers how many more are waiting than before. */
  add(time: number, value: number): number {
    const slot = time - (time % this.step);
    if (slot >= this.newest) {
      this.newest = slot;
      this.newestValue = value;
    }
    return this.#tail.add(slot, value);
  }

  /** What is in no block for sure, as it is now, older points first. */
  tails(): readonly Tail[] {
    // Copied, as points may come while blocks are being read.
    const now = this.#tail.copy();
    return this.#storing ? [this.#storing, now] : [now];
  }

  /** Hands out what is waiting, to be stored; it is still seen until `stored` says how that ended. */
  beginStoring(): Tail {
    this.#storing = this.#tail.take();
    return this.#storing;
  }

  /** Forgets what was handed out, or takes it back. */
  stored(outcome: 'done' | 'failed'): void {
    const storing = this.#storing;
    this.#hasBlocks = true;
    this.#storing = undefined;
    if (outcome === 'done' || !storing) return;
    const since = this.#tail.take();
    this.#tail.put(storing);
    this.#tail.put(since);
  }

  /** Takes out what is waiting while its room is emptied; the answer puts it in again. */
  moveOut(): () => void {
    const tail = this.#tail.take();
    return () => this.#tail.put(tail);
  }
}
