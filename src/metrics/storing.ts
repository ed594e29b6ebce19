import { writeAll } from '../base/write-all.ts';
import type { Blocks } from './blocks.ts';
import { applyChange, type Level, planChange } from './change.ts';
import type { Database, Write } from './database.ts';
import type { BlockPlace } from './places.ts';
import type { Series } from './series.ts';
import { emptySheet, giveBack, type Sheets } from './sheets.ts';

/** What one series needs to be seen with its newest points. */
interface Work {
  readonly series: Series;
  readonly levels: readonly Level[];
}

interface LoadedBlock {
  readonly place: BlockPlace;
  readonly block: Uint8Array | undefined;
}

/** Of a series that has none. */
const NO_BLOCKS: readonly LoadedBlock[] = [];

/** Where blocks are written. */
interface Target {
  readonly database: Database;
  readonly blocks: Blocks;
}

/** Puts what is waiting of some series into their blocks, all or nothing. Answers how many points; fails when the database does. */
export async function storeWaiting(some: readonly Series[], now: number, target: Target): Promise<number> {
  const { database, blocks } = target;
  const works = some.map((series) => begin(series, now));
  await allOrNothing(some, target, async () => {
    const loaded = (await blocks.load(works.flatMap(placesOf))).values();
    const writes = works.flatMap((work) => {
      const own = placesOf(work).map((place): LoadedBlock => ({ place, block: loaded.next().value }));
      return writesOf(work, own, blocks);
    });
    if (writes.length > 0) await writeAll(database, [...writes, blocks.totals()]);
  });
  return works.reduce((sum, { points }) => sum + points, 0);
}

/**
 * As `storeWaiting`, for series that have no blocks, of which nothing has to be read before: what is made for one is gone before it is the
 * turn of the next, as very many may come at once.
 */
export async function storeFirst(some: readonly Series[], now: number, target: Target): Promise<number> {
  const { database, blocks } = target;
  let points = 0;
  const writes = function* (): Generator<Write> {
    for (const series of some) {
      const work = begin(series, now);
      points += work.points;
      const own = writesOf(work, NO_BLOCKS, blocks);
      for (let at = 0; at < own.length; at++) yield own[at] as Write;
    }
    yield blocks.totals();
  };
  await allOrNothing(some, target, () => writeAll(database, writes()));
  return points;
}

async function allOrNothing(some: readonly Series[], { blocks }: Target, store: () => Promise<void>): Promise<void> {
  const undo = blocks.mark();
  const written = blocks.writing();
  try {
    await store();
    for (const series of some) series.stored('done');
  } catch (error) {
    undo();
    for (const series of some) series.stored('failed');
    throw error;
  } finally {
    written();
  }
}

function begin(series: Series, now: number): Work & { readonly points: number } {
  const waiting = series.beginStoring();
  return { series, levels: planChange(series.layout, [waiting], now), points: waiting.times.length };
}

/** The blocks that a change has to know. */
export const placesOf = ({ series: { id }, levels }: Work): BlockPlace[] =>
  levels.flatMap(({ archive: { step }, blocks }) => blocks.map((start) => ({ id, step, start })));

/** The sheets of each level as they are with the change, from the blocks of `placesOf`. */
export function changedSheets({ series, levels }: Work, loaded: readonly LoadedBlock[], blocks: Blocks): Sheets[] {
  const sheets = levels.map((): Sheets => new Map());
  if (loaded.length > 0) layOut(levels, loaded, sheets, blocks);
  applyChange(levels, sheets, series.layout);
  return sheets;
}

function layOut(
  levels: readonly Level[],
  loaded: readonly LoadedBlock[],
  sheets: readonly Sheets[],
  blocks: Blocks,
): void {
  let at = 0;
  for (const [level, { archive, blocks: starts }] of levels.entries()) {
    for (const start of starts) {
      const each = loaded[at++];
      if (!each?.block) continue;
      const sheet = emptySheet();
      sheet.bytes = each.block.length;
      const slots = blocks.decode(each.place, each.block);
      if (slots) sheet.lay(slots.values, (slots.first - start) / archive.step);
      sheets[level]?.set(start, sheet);
    }
  }
}

function writesOf(work: Work, loaded: readonly LoadedBlock[], blocks: Blocks): Write[] {
  const sheets = changedSheets(work, loaded, blocks);
  const writes: Write[] = [];
  for (const [at, { archive }] of work.levels.entries()) {
    for (const [start, sheet] of sheets[at] ?? []) {
      if (sheet.isChanged) writes.push(blocks.replacing({ id: work.series.id, step: archive.step, start }, sheet));
    }
  }
  giveBack(sheets);
  return writes;
}
