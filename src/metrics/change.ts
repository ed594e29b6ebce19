import { retentionOf } from '../config/retentions.ts';
import type { Archive, Layout } from '../model/series.ts';
import { aggregate } from './aggregate.ts';
import { BLOCK_SLOTS, blockStart, spanOf } from './places.ts';
import type { Tail } from './point-room.ts';

// What new points change: their slots in the finest archive that goes back so far, and of each coarser archive the slots above them.

/** What is to happen to one archive. Slots are named by the time at which they begin. */
export interface Level {
  readonly archive: Archive;
  /** Slots that get the value of a point. */
  readonly direct: ReadonlyMap<number, number>;
  /** Slots whose value comes from the archive before. */
  readonly derived: readonly number[];
  /** Starts of the blocks that have to be known. */
  readonly blocks: ReadonlySet<number>;
}

/** A block laid out in all its slots. */
class Sheet {
  readonly values: Float64Array = new Float64Array(BLOCK_SLOTS).fill(Number.NaN);
  isChanged: boolean = false;

  set(slot: number, value: number): void {
    if (Object.is(this.values[slot], value)) return;
    this.values[slot] = value;
    this.isChanged = true;
  }
}

/** Sheets that are used again: a new one costs more than what is done with most of them. */
const spare: Sheet[] = [];
const MOST_SPARE = 32;

/** A sheet without values; who is done with it hands it to `giveBack`. */
export function emptySheet(): Sheet {
  const sheet = spare.pop();
  if (!sheet) return new Sheet();
  sheet.values.fill(Number.NaN);
  sheet.isChanged = false;
  return sheet;
}

/** Nobody uses these sheets any more. */
export function giveBack(all: readonly Sheets[]): void {
  for (const sheets of all) for (const sheet of sheets.values()) if (spare.length < MOST_SPARE) spare.push(sheet);
}

/** The sheets of one archive, by the start of their block. */
export type Sheets = Map<number, Sheet>;

/** Finds out what points change; `now` is epoch seconds. Points that no archive goes back to are left out. */
export function planChange(layout: Layout, tails: readonly Tail[], now: number): readonly Level[] {
  const directs = pointsByArchive(layout.archives, tails, now);
  let below: readonly number[] = [];
  const slots = layout.archives.map((archive, at) => {
    const direct = directs[at] ?? new Map<number, number>();
    const derived = [...new Set(below.map((time) => time - (time % archive.step)))];
    below = [...direct.keys(), ...derived.filter((slot) => !direct.has(slot))];
    return { archive, direct, derived };
  });
  return slots.map(({ archive, direct, derived }, at) => {
    const blocks = new Set<number>();
    for (const slot of direct.keys()) blocks.add(blockStart(slot, archive));
    for (const slot of derived) blocks.add(blockStart(slot, archive));
    const above = slots[at + 1];
    for (const slot of above?.derived ?? []) addBlocks(slot, slot + (above?.archive.step ?? 0), archive, blocks);
    return { archive, direct, derived, blocks };
  });
}

function addBlocks(from: number, until: number, archive: Archive, blocks: Set<number>): void {
  for (let start = blockStart(from, archive); start < until; start += spanOf(archive)) blocks.add(start);
}

function pointsByArchive(archives: readonly Archive[], tails: readonly Tail[], now: number): Map<number, number>[] {
  const directs = archives.map(() => new Map<number, number>());
  const reach = archives.map(retentionOf);
  for (const { times, values } of tails) {
    for (let at = 0; at < times.length; at++) {
      const time = times[at] as number;
      const archive = reach.findIndex((seconds) => now - time <= seconds);
      const step = archives[archive]?.step ?? 1;
      directs[archive]?.set(time - (time % step), values[at] as number);
    }
  }
  return directs;
}

/** Does what was planned on the sheets of each level; sheets that are not there are made. */
export function applyChange(levels: readonly Level[], sheets: readonly Sheets[], layout: Layout): void {
  levels.forEach(({ archive, direct, derived }, at) => {
    const own = sheets[at] ?? new Map();
    const finer = levels[at - 1];
    for (const slot of derived) {
      if (!finer) continue;
      const parts = gather(sheets[at - 1] ?? new Map(), finer.archive, { from: slot, until: slot + archive.step });
      setIn(own, archive, slot, aggregate(parts, layout));
    }
    for (const [slot, value] of direct) setIn(own, archive, slot, value);
  });
}

function setIn(sheets: Sheets, archive: Archive, slot: number, value: number): void {
  const start = blockStart(slot, archive);
  let sheet = sheets.get(start);
  if (!sheet) {
    sheet = emptySheet();
    sheets.set(start, sheet);
  }
  sheet.set((slot - start) / archive.step, value);
}

function gather(sheets: Sheets, archive: Archive, { from, until }: { from: number; until: number }): Float64Array {
  const parts = new Float64Array((until - from) / archive.step);
  for (let at = 0; at < parts.length; at++) {
    const slot = from + at * archive.step;
    const start = blockStart(slot, archive);
    parts[at] = sheets.get(start)?.values[(slot - start) / archive.step] ?? Number.NaN;
  }
  return parts;
}
