import type { Archive } from '../model/series.ts';
import { BLOCK_SLOTS, blockStart, spanOf } from './places.ts';
import type { Tail } from './point-room.ts';

/** A block laid out in all its slots. */
export class Sheet {
  /** When its first slot begins, in epoch seconds. */
  start: number = 0;
  readonly values: Float64Array = new Float64Array(BLOCK_SLOTS).fill(Number.NaN);
  /** Outside of these slots it has no values. */
  from: number = BLOCK_SLOTS;
  until: number = 0;
  isChanged: boolean = false;
  /** Bytes of the block that is there now; 0: none. */
  bytes: number = 0;

  set(slot: number, value: number): void {
    if (Object.is(this.values[slot], value)) return;
    this.values[slot] = value;
    this.isChanged = true;
    if (slot < this.from) this.from = slot;
    if (slot >= this.until) this.until = slot + 1;
  }

  /** Puts the values of a block in, from a slot on. */
  lay(values: Float64Array, slot: number): void {
    this.values.set(values, slot);
    this.from = Math.min(this.from, slot);
    this.until = Math.max(this.until, slot + values.length);
  }

  clear(): void {
    if (this.from < this.until) this.values.fill(Number.NaN, this.from, this.until);
    this.from = BLOCK_SLOTS;
    this.until = 0;
    this.isChanged = false;
    this.bytes = 0;
  }
}

/** The sheets of one archive, by the start of their block. */
export type Sheets = Map<number, Sheet>;

/** Sheets that are used again: a new one costs more than what is done with most of them. */
const spare: Sheet[] = [];
const MOST_SPARE = 32;

/** Adds a sheet without values, which begins at a time; who is done with all hands them to `giveBack`. */
export function addSheet(sheets: Sheets, start: number): Sheet {
  const sheet = spare.pop() ?? new Sheet();
  sheet.start = start;
  sheets.set(start, sheet);
  return sheet;
}

/** Nobody uses these sheets any more. */
export function giveBack(all: readonly Sheets[]): void {
  for (const sheets of all) {
    for (const sheet of sheets.values()) {
      if (spare.length >= MOST_SPARE) return;
      sheet.clear();
      spare.push(sheet);
    }
  }
}

/** Finds the slots of one archive in its sheets; slots that follow each other are mostly in the same one. Times are epoch seconds. */
export class SheetWindow {
  readonly #sheets: Sheets;
  readonly #archive: Archive;
  readonly #span: number;
  #start = 0;
  #end = 0;
  #sheet: Sheet | undefined;

  constructor(sheets: Sheets, archive: Archive) {
    this.#sheets = sheets;
    this.#archive = archive;
    this.#span = spanOf(archive);
  }

  /** Seconds of a slot. */
  get step(): number {
    return this.#archive.step;
  }

  /** Takes the values of the slots from a time on, as many as there is room for; NaN for those that have none. */
  read(time: number, into: Float64Array): void {
    const { step } = this.#archive;
    let slot = time;
    for (let at = 0; at < into.length; at++) {
      if (slot < this.#start || slot >= this.#end) this.#move(slot);
      into[at] = this.#sheet?.values[(slot - this.#start) / step] ?? Number.NaN;
      slot += step;
    }
  }

  /** Gives a slot its value; a sheet that is not there is made. */
  set(time: number, value: number): void {
    if (time < this.#start || time >= this.#end) this.#move(time);
    this.#sheet ??= addSheet(this.#sheets, this.#start);
    this.#sheet.set((time - this.#start) / this.#archive.step, value);
  }

  /** Gives slots their values, one after the other. */
  setAll({ times, values }: Tail): void {
    for (let at = 0; at < times.length; at++) this.set(times[at] as number, values[at] as number);
  }

  #move(time: number): void {
    this.#start = blockStart(time, this.#archive);
    this.#end = this.#start + this.#span;
    this.#sheet = this.#sheets.get(this.#start);
  }
}
