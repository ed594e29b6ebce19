import { retentionOf } from '../config/retentions.ts';
import type { Archive, Layout } from '../model/series.ts';
import { aggregate } from './aggregate.ts';
import { blockStart, spanOf } from './places.ts';
import { NO_POINTS, type Tail } from './point-room.ts';
import { type Sheets, SheetWindow } from './sheets.ts';

// What new points change: their slots in the finest archive that goes back so far, and of each coarser archive the slots above them.

/** What is to happen to one archive. Slots are named by the time at which they begin. */
export interface Level {
  readonly archive: Archive;
  /** Points that are of this archive, in the order they came; of several in a slot the last one counts. */
  readonly direct: Tail;
  /** Slots whose value comes from the archive before. */
  readonly derived: readonly number[];
}

/** Numbers, ascending and each once; those that come in order cost next to nothing. */
class Ascending {
  readonly #numbers: number[] = [];
  #last = Number.NEGATIVE_INFINITY;
  #isInOrder: boolean = true;

  add(number: number): void {
    if (number === this.#last) return;
    if (number < this.#last) this.#isInOrder = false;
    this.#numbers.push(number);
    this.#last = number;
  }

  /** The multiples of `step` at or below all of some times. */
  addMultiples(times: Float64Array | readonly number[], step: number): void {
    let from = 0;
    let until = 0;
    for (let at = 0; at < times.length; at++) {
      const time = times[at] as number;
      if (time >= from && time < until) continue;
      from = time - (time % step);
      until = from + step;
      this.add(from);
    }
  }

  finish(): readonly number[] {
    return this.#isInOrder ? this.#numbers : [...new Set(this.#numbers)].sort((a, b) => a - b);
  }
}

/** Finds out what points change; `now` is epoch seconds. Points that no archive goes back to are left out. */
export function planChange({ archives }: Layout, tails: readonly Tail[], now: number): readonly Level[] {
  const directs = pointsByArchive(archives, tails, now);
  const levels: Level[] = [];
  for (let at = 0; at < archives.length; at++) {
    const archive = archives[at] as Archive;
    const derived = at === 0 ? NO_SLOTS : slotsAbove(levels[at - 1] as Level, archive);
    levels.push({ archive, direct: directs[at] ?? NO_POINTS, derived });
  }
  return levels;
}

/** The starts of the blocks that have to be known of one level: those of its slots, and those that the level above is made of. */
export function neededBlocks(levels: readonly Level[], at: number): readonly number[] {
  const { archive, direct, derived } = levels[at] as Level;
  const above = levels[at + 1];
  const blocks = new Ascending();
  blocks.addMultiples(direct.times, spanOf(archive));
  blocks.addMultiples(derived, spanOf(archive));
  for (const slot of above?.derived ?? NO_SLOTS) addBlocks(slot, slot + (above?.archive.step ?? 0), archive, blocks);
  return blocks.finish();
}

const NO_SLOTS: readonly number[] = [];

function slotsAbove({ direct, derived }: Level, { step }: Archive): readonly number[] {
  const slots = new Ascending();
  slots.addMultiples(direct.times, step);
  slots.addMultiples(derived, step);
  return slots.finish();
}

function addBlocks(from: number, until: number, archive: Archive, blocks: Ascending): void {
  for (let start = blockStart(from, archive); start < until; start += spanOf(archive)) blocks.add(start);
}

/** The points of each archive, at the beginning of its slots. */
function pointsByArchive(archives: readonly Archive[], tails: readonly Tail[], now: number): readonly Tail[] {
  const first = archives[0];
  const only = onlyOne(tails);
  // Points wait by slots of the finest archive, and nearly always all of them belong there.
  if (first && only && areSince(now - retentionOf(first), only.times)) return [only];
  const reach = archives.map(retentionOf);
  const directs = archives.map(() => ({ times: [] as number[], values: [] as number[] }));
  for (const { times, values } of tails) {
    for (let at = 0; at < times.length; at++) {
      const time = times[at] as number;
      const archive = reach.findIndex((seconds) => now - time <= seconds);
      const step = archives[archive]?.step ?? 1;
      directs[archive]?.times.push(time - (time % step));
      directs[archive]?.values.push(values[at] as number);
    }
  }
  return directs.map(({ times, values }) => ({ times: Float64Array.from(times), values: Float64Array.from(values) }));
}

/** The one that has points, if not several have. */
function onlyOne(tails: readonly Tail[]): Tail | undefined {
  let found = NO_POINTS;
  for (const tail of tails) {
    if (tail.times.length === 0) continue;
    if (found.times.length > 0) return undefined;
    found = tail;
  }
  return found;
}

function areSince(oldest: number, times: Float64Array): boolean {
  for (let at = 0; at < times.length; at++) if ((times[at] as number) < oldest) return false;
  return true;
}

/** Does what was planned on the sheets of each level; sheets that are not there are made. */
export function applyChange(levels: readonly Level[], sheets: readonly Sheets[], layout: Layout): void {
  for (let at = 0; at < levels.length; at++) {
    const level = levels[at] as Level;
    const own = new SheetWindow(sheets[at] ?? new Map(), level.archive);
    const finer = levels[at - 1]?.archive;
    if (finer && level.derived.length > 0)
      derive(level, own, new SheetWindow(sheets[at - 1] ?? new Map(), finer), layout);
    own.setAll(level.direct);
  }
}

/** The slots of a level that come from the one below. */
function derive({ archive, derived }: Level, own: SheetWindow, below: SheetWindow, layout: Layout): void {
  const parts = new Float64Array(archive.step / below.step);
  for (let at = 0; at < derived.length; at++) {
    const slot = derived[at] as number;
    below.read(slot, parts);
    own.set(slot, aggregate(parts, layout));
  }
}
