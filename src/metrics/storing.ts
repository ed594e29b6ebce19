import { type Batch, writeBatch } from '../base/write-all.ts';
import type { Blocks } from './blocks.ts';
import { applyChange, type Level, neededBlocks, planChange } from './change.ts';
import type { Database } from './database.ts';
import type { BlockPlace } from './places.ts';
import type { Series } from './series.ts';
import { addSheet, giveBack, type Sheets } from './sheets.ts';

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

/** What takes blocks, all of which are written together. */
type BlockBatch = Batch<Uint8Array, Uint8Array>;

/** Puts what is waiting of some series into their blocks, all or nothing. Answers how many points; fails when the database does. */
export async function storeWaiting(some: readonly Series[], now: number, target: Target): Promise<number> {
  const { database, blocks } = target;
  const works = some.map((series) => begin(series, now));
  const places = works.map(placesOf);
  await allOrNothing(some, target, async () => {
    const loaded = (await blocks.load(places.flat())).values();
    await writeBatch(database, (batch) => {
      for (const [at, work] of works.entries()) {
        const own = (places[at] ?? []).map((place): LoadedBlock => ({ place, block: loaded.next().value }));
        putChanged(work, own, blocks, batch);
      }
      blocks.putTotals(batch);
    });
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
  await allOrNothing(some, target, () =>
    writeBatch(database, (batch) => {
      for (const series of some) {
        const work = begin(series, now);
        points += work.points;
        putChanged(work, NO_BLOCKS, blocks, batch);
      }
      blocks.putTotals(batch);
    }),
  );
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

/** The blocks that a change has to know, level by level. */
export function placesOf({ series: { id }, levels }: Work): BlockPlace[] {
  const places: BlockPlace[] = [];
  for (let at = 0; at < levels.length; at++) {
    const { step } = (levels[at] as Level).archive;
    for (const start of neededBlocks(levels, at)) places.push({ id, step, start });
  }
  return places;
}

/** The sheets of each level as they are with the change, from the blocks of `placesOf`. */
export function changedSheets({ series, levels }: Work, loaded: readonly LoadedBlock[], blocks: Blocks): Sheets[] {
  const sheets: Sheets[] = [];
  for (let at = 0; at < levels.length; at++) sheets.push(new Map());
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
  let level = 0;
  for (const { place, block } of loaded) {
    while (level < levels.length - 1 && levels[level]?.archive.step !== place.step) level += 1;
    if (!block) continue;
    const sheet = addSheet(sheets[level] as Sheets, place.start);
    sheet.bytes = block.length;
    const slots = blocks.decode(place, block);
    if (slots) sheet.lay(slots.values, (slots.first - place.start) / place.step);
  }
}

/** Hands over the blocks of a series that are others than before. */
function putChanged(work: Work, loaded: readonly LoadedBlock[], blocks: Blocks, batch: BlockBatch): void {
  const sheets = changedSheets(work, loaded, blocks);
  const { id } = work.series;
  for (let at = 0; at < sheets.length; at++) {
    const { step } = (work.levels[at] as Level).archive;
    for (const sheet of (sheets[at] as Sheets).values()) {
      if (sheet.isChanged) blocks.replace({ id, step, start: sheet.start }, sheet, batch);
    }
  }
  giveBack(sheets);
}
