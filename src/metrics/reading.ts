import { OpsbroError } from '../base/errors.ts';
import { retentionOf } from '../config/retentions.ts';
import type { Archive, SeriesValues, TimeRange } from '../model/series.ts';
import { aggregate } from './aggregate.ts';
import type { Blocks } from './blocks.ts';
import { type Level, neededBlocks, planChange } from './change.ts';
import { type BlockPlace, blockStart, spanOf } from './places.ts';
import type { Series } from './series.ts';
import { giveBack } from './sheets.ts';
import { changedSheets, placesOf } from './storing.ts';

/** Series read with one question to the database; others may work in between. */
const AT_ONCE = 256;
/** Values in one answer. */
const MOST_VALUES = 20_000_000;

/** What one series is to answer. */
interface Question {
  readonly series: Series;
  readonly archive: Archive;
  readonly first: number;
  readonly end: number;
  readonly levels: readonly Level[];
  /** Blocks of the archive, then those of the archives it had before, then those that the newest points change. */
  readonly own: readonly BlockPlace[];
  readonly former: readonly BlockPlace[];
  readonly changed: readonly BlockPlace[];
}

/** Reads series over a time; `now` is epoch seconds. Fails with `too_large` when the answer would be. */
export async function readSeries(
  all: readonly Series[],
  range: TimeRange,
  now: number,
  blocks: Blocks,
): Promise<readonly SeriesValues[]> {
  const answers: SeriesValues[] = [];
  let values = 0;
  for (let from = 0; from < all.length; from += AT_ONCE) {
    const questions = all.slice(from, from + AT_ONCE).map((series) => questionOf(series, range, now));
    const slots = questions.reduce((sum, question) => sum + slotsOf(question), 0);
    values += slots;
    if (values > MOST_VALUES) throw tooLarge();
    const loaded = await blocks.look(questions.flatMap(({ own, former, changed }) => [...own, ...former, ...changed]));
    // One piece of memory for all of them: V8 looks after each by itself.
    const room = new Float64Array(slots).fill(Number.NaN);
    let [at, to] = [0, 0];
    for (const question of questions) {
      const count = question.own.length + question.former.length + question.changed.length;
      const own = room.subarray(to, to + slotsOf(question));
      answers.push(answer(question, loaded.slice(at, at + count), { blocks, now, values: own }));
      at += count;
      to += own.length;
    }
  }
  return answers;
}

/** The finest archive that goes back to `from`. */
function questionOf(series: Series, { from, until }: TimeRange, now: number): Question {
  const { archives } = series.layout;
  const chosen = archives.findIndex((archive) => now - from <= retentionOf(archive));
  const at = chosen < 0 ? archives.length - 1 : chosen;
  const archive = archives[at] ?? { step: 1, points: 1 };
  const { step } = archive;
  const oldest = now - retentionOf(archive);
  const first = slotBehind(Math.max(from, oldest), step);
  const end = Math.max(slotBehind(until, step), first + step);
  const levels = planChange(series.layout, series.tails(), now).slice(0, at + 1);
  const hasChanged = levels.some(({ direct }) => direct.times.length > 0);
  // What the newest points change is read with them.
  const changing = hasChanged ? neededBlocks(levels, levels.length - 1) : undefined;
  return {
    series,
    archive,
    first,
    end,
    levels,
    own: placesBetween(series.id, archive, { from: first, until: end }).filter(
      ({ start }) => !changing?.includes(start),
    ),
    former: series.former.flatMap((old) => placesBetween(series.id, old, { from: first, until: end })),
    changed: hasChanged ? placesOf({ series, levels }) : [],
  };
}

const slotsOf = ({ first, end, archive }: Question): number => (end - first) / archive.step;
const slotBehind = (time: number, step: number): number => Math.floor(time / step) * step + step;

function placesBetween(id: number, archive: Archive, { from, until }: TimeRange): BlockPlace[] {
  const places: BlockPlace[] = [];
  for (let start = blockStart(from, archive); start < until; start += spanOf(archive)) {
    places.push({ id, step: archive.step, start });
  }
  return places;
}

/** Lays what was read into `values`, which has none yet. */
function answer(
  question: Question,
  loaded: readonly (Uint8Array | undefined)[],
  { blocks, now, values }: { readonly blocks: Blocks; readonly now: number; readonly values: Float64Array },
): SeriesValues {
  const { series, archive, first, own, former, changed, levels } = question;
  const { step } = archive;
  own.forEach((place, at) => {
    const slots = blocks.decode(place, loaded[at]);
    if (slots) lay(slots.values, (slots.first - first) / step, values);
  });
  const formerBlocks = loaded.slice(own.length, own.length + former.length);
  if (formerBlocks.some(Boolean)) layFormer(question, formerBlocks, { blocks, values });
  if (changed.length > 0) {
    const rest = loaded.slice(own.length + former.length);
    const sheets = changedSheets(
      { series, levels },
      changed.map((place, at) => ({ place, block: rest[at] })),
      blocks,
    );
    for (const [start, sheet] of sheets.at(-1) ?? []) lay(sheet.values, (start - first) / step, values);
    giveBack(sheets);
  }
  hideUnfinished(question, Math.max(now, series.newest + series.step), values);
  return { name: series.name, first, step, values };
}

/** Puts values from a place on, as far as there is room. */
function lay(values: Float64Array, at: number, into: Float64Array): void {
  const from = Math.max(0, -at);
  const until = Math.min(values.length, into.length - at);
  if (from < until) into.set(values.subarray(from, until), at + from);
}

/** Values from before the rule changed, where there are no others: several in one slot become one, as its rule says. */
function layFormer(
  { series, former, first, archive: { step } }: Question,
  loaded: readonly (Uint8Array | undefined)[],
  { blocks, values }: { readonly blocks: Blocks; readonly values: Float64Array },
): void {
  const found = new Map<number, { readonly step: number; readonly list: number[] }>();
  former.forEach((place, at) => {
    const slots = blocks.decode(place, loaded[at]);
    slots?.values.forEach((value, slot) => {
      const index = Math.floor((slots.first + slot * slots.step - first) / step);
      if (Number.isNaN(value) || !Number.isNaN(values[index] ?? 0)) return;
      const known = found.get(index) ?? { step: place.step, list: [] };
      // The archives come finest first, and tell the same of the same time.
      if (known.step === place.step) known.list.push(value);
      found.set(index, known);
    });
  });
  const { method } = series.layout;
  for (const [index, { list }] of found)
    values[index] = aggregate(Float64Array.from(list), { method, xFilesFactor: 0 });
}

/** A coarse slot has a value when it is over, not before. */
function hideUnfinished({ series, archive: { step }, first }: Question, until: number, values: Float64Array): void {
  if (step === series.step) return;
  for (let at = values.length - 1; at >= 0 && first + (at + 1) * step > until; at--) values[at] = Number.NaN;
}

const tooLarge = (): OpsbroError =>
  new OpsbroError('too_large', `the answer would have more than ${MOST_VALUES} values; ask for less`);
