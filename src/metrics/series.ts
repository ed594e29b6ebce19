import type { Archive, Layout } from '../model/series.ts';
import type { Tail } from './point-room.ts';
import type { SeriesTable } from './series-table.ts';

/** One series of the table, for those who read or store it: made for that, and not kept. */
export class Series {
  readonly id: number;
  readonly name: string;
  readonly layout: Layout;
  /** Archives from before its rule changed, which are only read. */
  readonly former: readonly Archive[];
  readonly #table: SeriesTable;
  readonly #place: number;

  constructor(table: SeriesTable, place: number) {
    this.id = table.idOf(place);
    this.name = table.nameOf(place);
    this.layout = table.layoutOf(place);
    this.former = table.formerOf(place);
    this.#table = table;
    this.#place = place;
  }

  /** Whether it was not forgotten since: its place may be that of another one by now. */
  get isKnown(): boolean {
    return this.#table.idOf(this.#place) === this.id && this.#table.nameOf(this.#place) === this.name;
  }

  /** The seconds of its finest slot. */
  get step(): number {
    return this.layout.archives[0]?.step ?? 1;
  }

  /** Whether there may be blocks of it; false as long as it is known that there are none. */
  get hasBlocks(): boolean {
    return this.#table.hasBlocks(this.#place);
  }

  /** The slot of its latest point since the start, in epoch seconds. */
  get newest(): number {
    return this.isKnown ? this.#table.newestOf(this.#place) : 0;
  }

  /** What is in no block for sure, as it is now, older points first. */
  tails(): readonly Tail[] {
    return this.isKnown ? this.#table.tailsOf(this.#place) : [];
  }

  /** Hands out what is waiting, to be stored; it is still seen until `stored` says how that ended. */
  beginStoring(): Tail {
    return this.#table.beginStoring(this.#place);
  }

  /** Forgets what was handed out, or takes it back. */
  stored(outcome: 'done' | 'failed'): void {
    this.#table.stored(this.#place, outcome);
  }
}
