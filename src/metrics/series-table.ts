import { retentionOf } from '../config/retentions.ts';
import type { Archive, Layout, SeriesOrigin } from '../model/series.ts';
import { NO_CHAIN, NO_POINTS, PointRoom, type Tail } from './point-room.ts';

/** Series of a page. */
const PAGE = 512;
// What is true of a series, as bits.
const WAITS = 1;
const HAS_BLOCKS = 2;
const IS_OWN = 4;

/** What a series is made of that does not change. */
export interface SeriesFacts {
  readonly id: number;
  readonly name: string;
  readonly layout: Layout;
  /** Archives from before its rule changed, which are only read. */
  readonly former: readonly Archive[];
  readonly origin: SeriesOrigin;
  readonly hasBlocks: boolean;
}

/** A layout, and what follows from it for each point: the seconds of its finest slot, and for how many its last point is seen. */
interface Keeping {
  readonly layout: Layout;
  readonly step: number;
  readonly longest: number;
}

/** The series of some places, as columns. */
class Page {
  readonly names: string[] = new Array<string>(PAGE).fill('');
  readonly ids: Uint32Array = new Uint32Array(PAGE);
  /** Which keeping each has. */
  readonly keepings: Uint32Array = new Uint32Array(PAGE);
  readonly flags: Uint8Array = new Uint8Array(PAGE);
  /** The slot of the latest point since the start, in epoch seconds, and its value. It waits when the bit is set. */
  readonly newest: Float64Array = new Float64Array(PAGE);
  readonly values: Float64Array = new Float64Array(PAGE);
  /** Points that wait besides: their chain in the room, and how many. */
  readonly chains: Int32Array = new Int32Array(PAGE);
  readonly counts: Uint32Array = new Uint32Array(PAGE);
}

/**
 * What is known of each series, in columns: there may be very many, and an object of each would take several times as much. A series is named
 * by its place, which is given to another one when it is forgotten. The latest point of a series waits in its columns and only those before
 * it in chunks, so that a burst of new series with one point each needs no more than its columns.
 */
export class SeriesTable {
  #pages: Page[] = [];
  #made = 0;
  readonly #free: number[] = [];
  readonly #keepings: Keeping[] = [];
  readonly #numbers = new Map<Layout, number>();
  readonly #former = new Map<number, readonly Archive[]>();
  /** What is on its way to blocks; it is still seen. */
  #storing = new Map<number, Tail>();
  readonly #room = new PointRoom();

  /** Takes a series in. Answers its place. */
  take({ id, name, layout, former, origin, hasBlocks }: SeriesFacts): number {
    const place = this.#free.pop() ?? this.#made++;
    if (place === this.#pages.length * PAGE) this.#pages.push(new Page());
    const page = this.#pageOf(place);
    const at = place % PAGE;
    page.names[at] = name;
    page.ids[at] = id;
    page.keepings[at] = this.#keepingOf(layout);
    page.flags[at] = (hasBlocks ? HAS_BLOCKS : 0) | (origin === 'own' ? IS_OWN : 0);
    page.newest[at] = 0;
    page.values[at] = Number.NaN;
    page.chains[at] = NO_CHAIN;
    page.counts[at] = 0;
    if (former.length > 0) this.#former.set(place, former);
    return place;
  }

  /** Forgets a series with what waits of it. */
  forget(place: number): void {
    this.#takeWaiting(place);
    this.#pageOf(place).names[place % PAGE] = '';
    this.#former.delete(place);
    this.#free.push(place);
  }

  /** The name of a series; empty where there is none any more. */
  nameOf(place: number): string {
    return this.#pageOf(place).names[place % PAGE] ?? '';
  }

  idOf(place: number): number {
    return this.#pageOf(place).ids[place % PAGE] as number;
  }

  originOf(place: number): SeriesOrigin {
    return this.#has(place, IS_OWN) ? 'own' : 'received';
  }

  layoutOf(place: number): Layout {
    return this.#keepingAt(place).layout;
  }

  formerOf(place: number): readonly Archive[] {
    return this.#former.get(place) ?? [];
  }

  /** For how many seconds its last point is seen. */
  longestOf(place: number): number {
    return this.#keepingAt(place).longest;
  }

  /** Whether there may be blocks of it; false as long as it is known that there are none. */
  hasBlocks(place: number): boolean {
    return this.#has(place, HAS_BLOCKS);
  }

  /** The slot of the latest point since the start, in epoch seconds; 0 when there was none. */
  newestOf(place: number): number {
    return this.#pageOf(place).newest[place % PAGE] as number;
  }

  /** The value of that point. */
  newestValueOf(place: number): number {
    return this.#pageOf(place).values[place % PAGE] as number;
  }

  /** How many points wait to be stored. */
  waitingOf(place: number): number {
    return this.#countOf(place) + Number(this.#has(place, WAITS));
  }

  /** Takes a point; of several in one slot the last one counts. Answers how many more are waiting than before. */
  add(place: number, time: number, value: number): 0 | 1 {
    const page = this.#pageOf(place);
    const at = place % PAGE;
    const slot = time - (time % (this.#keepings[page.keepings[at] as number] as Keeping).step);
    const newest = page.newest[at] as number;
    // What comes late goes before the latest point: of another slot, it does not matter which of them came first.
    if (slot < newest) return this.#pushOnce(page, at, slot, value);
    const flags = page.flags[at] as number;
    let more: 0 | 1 = 1;
    if ((flags & WAITS) !== 0) {
      if (slot === newest) {
        page.values[at] = value;
        return 0;
      }
      // Of its slot there may be one already, which could not be stored.
      more = this.#pushOnce(page, at, newest, page.values[at] as number);
    }
    page.newest[at] = slot;
    page.values[at] = value;
    page.flags[at] = flags | WAITS;
    return more;
  }

  /** What is in no block for sure, as it is now, older points first. */
  tailsOf(place: number): readonly Tail[] {
    const storing = this.#storing.get(place);
    // Copied, as points may come while blocks are being read.
    const now = this.#copy(place, this.waitingOf(place));
    return storing ? [storing, now] : [now];
  }

  /** Hands out what waits of a series, to be stored; it is still seen until `stored` says how that ended. */
  beginStoring(place: number): Tail {
    const tail = this.#takeWaiting(place);
    this.#storing.set(place, tail);
    return tail;
  }

  /** Forgets what was handed out, or takes it back. */
  stored(place: number, outcome: 'done' | 'failed'): void {
    const storing = this.#storing.get(place);
    this.#storing.delete(place);
    // A map that is used for ever keeps alive, from one reorganization to the next, what it once held.
    if (this.#storing.size === 0) this.#storing = new Map();
    const page = this.#pageOf(place);
    const at = place % PAGE;
    page.flags[at] = (page.flags[at] as number) | HAS_BLOCKS;
    if (outcome === 'done' || !storing) return;
    const since = this.#takeWaiting(place);
    for (const tail of [storing, since]) this.#put(place, tail);
  }

  /** Gives memory back that waiting points of these series, which are all, needed once. */
  tidy(places: Iterable<number>): void {
    if (!this.#room.isWasteful) return;
    const moved = Array.from(places)
      .filter((place) => this.#countOf(place) > 0)
      .map((place) => [place, this.#takeChain(place)] as const);
    this.#room.empty();
    for (const [place, chain] of moved) this.#put(place, chain);
  }

  #pageOf(place: number): Page {
    return this.#pages[(place / PAGE) | 0] as Page;
  }

  #keepingAt(place: number): Keeping {
    return this.#keepings[this.#pageOf(place).keepings[place % PAGE] as number] as Keeping;
  }

  #keepingOf(layout: Layout): number {
    const known = this.#numbers.get(layout);
    if (known !== undefined) return known;
    const { archives } = layout;
    const longest = Math.max(...archives.map(retentionOf));
    const number = this.#keepings.push({ layout, step: archives[0]?.step ?? 1, longest }) - 1;
    this.#numbers.set(layout, number);
    return number;
  }

  #has(place: number, bit: number): boolean {
    return ((this.#pageOf(place).flags[place % PAGE] as number) & bit) !== 0;
  }

  /** As `#push`, unless the last point of the chain is of that slot, whose place it takes. Answers how many more there are. */
  #pushOnce(page: Page, at: number, slot: number, value: number): 0 | 1 {
    if (this.#room.replaceLast(page.chains[at] as number, page.counts[at] as number, slot, value)) return 0;
    this.#push(page, at, slot, value);
    return 1;
  }

  /** Puts a point behind those of the chain of a series. */
  #push(page: Page, at: number, slot: number, value: number): void {
    const count = page.counts[at] as number;
    page.chains[at] = this.#room.push(page.chains[at] as number, count, slot, value);
    page.counts[at] = count + 1;
  }

  #countOf(place: number): number {
    return this.#pageOf(place).counts[place % PAGE] as number;
  }

  /** Points of a series as they wait now: so many, which are those of its chain, with the latest one behind them or without. */
  #copy(place: number, count: number): Tail {
    if (count === 0) return NO_POINTS;
    const page = this.#pageOf(place);
    const at = place % PAGE;
    const tail = { times: new Float64Array(count), values: new Float64Array(count) };
    const before = page.counts[at] as number;
    this.#room.copy(page.chains[at] as number, before, tail);
    if (count > before) {
      tail.times[before] = page.newest[at] as number;
      tail.values[before] = page.values[at] as number;
    }
    return tail;
  }

  #takeWaiting(place: number): Tail {
    const tail = this.#copy(place, this.waitingOf(place));
    this.#dropChain(place);
    const page = this.#pageOf(place);
    const at = place % PAGE;
    page.flags[at] = (page.flags[at] as number) & ~WAITS;
    return tail;
  }

  #takeChain(place: number): Tail {
    const tail = this.#copy(place, this.#countOf(place));
    this.#dropChain(place);
    return tail;
  }

  #dropChain(place: number): void {
    const page = this.#pageOf(place);
    const at = place % PAGE;
    this.#room.giveBack(page.chains[at] as number, page.counts[at] as number);
    page.chains[at] = NO_CHAIN;
    page.counts[at] = 0;
  }

  /** Puts points behind those of the chain of a series, one by one as they are, so that their number stays what it was. */
  #put(place: number, { times, values }: Tail): void {
    const page = this.#pageOf(place);
    const at = place % PAGE;
    for (let point = 0; point < times.length; point++)
      this.#push(page, at, times[point] as number, values[point] as number);
  }
}
