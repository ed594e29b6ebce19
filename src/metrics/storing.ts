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

/** Puts what is waiting of some series into their blocks, all or nothing. Fails when the database does. */
export async function storeWaiting(
  some: readonly Series[],
  now: number,
  { database, blocks }: { readonly database: Database; readonly blocks: Blocks },
): Promise<void> {
  const works = some.map((series) => ({ series, levels: planChange(series.layout, [series.beginStoring()], now) }));
  const undo = blocks.mark();
  const written = blocks.writing();
  try {
    // Of very many new series nothing has to be looked for.
    const old = works.filter(({ series }) => series.hasBlocks);
    const loaded = (await blocks.load(old.flatMap(placesOf))).values();
    const writes = works.flatMap((work) => {
      const block = () => (work.series.hasBlocks ? loaded.next().value : undefined);
      const own = placesOf(work).map((place): LoadedBlock => ({ place, block: block() }));
      return writesOf(work, own, blocks);
    });
    if (writes.length > 0) await writeAll(database, [...writes, blocks.totals()]);
    for (const series of some) series.stored('done');
  } catch (error) {
    undo();
    for (const series of some) series.stored('failed');
    throw error;
  } finally {
    written();
  }
}

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
