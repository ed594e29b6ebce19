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

/**
 * Puts what is waiting of some series into their blocks, all or nothing. Answers how many points that were; fails when the database does.
 * What is made for a series is gone before it is the turn of the next, as there may be very many; only those that have blocks, which must be
 * read before, are prepared together.
 */
export async function storeWaiting(
  some: readonly Series[],
  now: number,
  { database, blocks }: { readonly database: Database; readonly blocks: Blocks },
): Promise<number> {
  const [old, fresh] = [some.filter((series) => series.hasBlocks), some.filter((series) => !series.hasBlocks)];
  let points = 0;
  const begin = (series: Series): Work => {
    const waiting = series.beginStoring();
    points += waiting.times.length;
    return { series, levels: planChange(series.layout, [waiting], now) };
  };
  const undo = blocks.mark();
  const written = blocks.writing();
  try {
    const works = old.map(begin);
    const loaded = (await blocks.load(works.flatMap(placesOf))).values();
    const writes = function* (): Generator<Write> {
      for (const work of works) yield* writesOf(work, () => loaded.next().value, blocks);
      for (const series of fresh) yield* writesOf(begin(series), nothing, blocks);
      yield blocks.totals();
    };
    await writeAll(database, writes());
    for (const series of some) series.stored('done');
    return points;
  } catch (error) {
    undo();
    for (const series of some) series.stored('failed');
    throw error;
  } finally {
    written();
  }
}

const nothing = (): undefined => undefined;

/** The blocks that a change has to know. */
export const placesOf = ({ series: { id }, levels }: Work): BlockPlace[] =>
  levels.flatMap(({ archive: { step }, blocks }) => blocks.map((start) => ({ id, step, start })));

/** The sheets of each level as they are with the change, from the blocks of `placesOf`. */
export function changedSheets({ series, levels }: Work, loaded: readonly LoadedBlock[], blocks: Blocks): Sheets[] {
  let at = 0;
  const sheets = levels.map((level) => {
    const own: Sheets = new Map();
    for (const start of level.blocks) {
      const each = loaded[at++];
      if (!each?.block) continue;
      const sheet = emptySheet();
      sheet.bytes = each.block.length;
      const slots = blocks.decode(each.place, each.block);
      if (slots) sheet.lay(slots.values, (slots.first - start) / level.archive.step);
      own.set(start, sheet);
    }
    return own;
  });
  applyChange(levels, sheets, series.layout);
  return sheets;
}

/** What writes the blocks of one series, of which `load` gives one after the other as they are. */
function writesOf(work: Work, load: () => Uint8Array | undefined, blocks: Blocks): Write[] {
  const sheets = changedSheets(
    work,
    placesOf(work).map((place) => ({ place, block: load() })),
    blocks,
  );
  const writes: Write[] = [];
  for (const [at, { archive }] of work.levels.entries()) {
    for (const [start, sheet] of sheets[at] ?? []) {
      if (sheet.isChanged) writes.push(blocks.replacing({ id: work.series.id, step: archive.step, start }, sheet));
    }
  }
  giveBack(sheets);
  return writes;
}
