import { writeBatch } from '../base/write-all.ts';
import { retentionOf } from '../config/retentions.ts';
import type { Archive } from '../model/series.ts';
import type { Blocks } from './blocks.ts';
import type { Database } from './database.ts';
import { allBlocks, type BlockPlace, blockKey, blocksOf, type KeyRange, readBlockKey, spanOf } from './places.ts';

/** Keys looked at in one go; others may work in between. */
const AT_ONCE = 1_000;
/** What is left, of the bytes there may be, when old blocks had to go. */
const FILLED = 0.95;

interface Store {
  readonly database: Database;
  readonly blocks: Blocks;
}

/**
 * Drops the blocks whose last slot is older than their archive goes back, and those of series without archives, which are unknown. Answers
 * which series have any left.
 */
export async function dropExpired(
  archivesOf: (id: number) => readonly Archive[],
  now: number,
  { database, blocks }: Store,
): Promise<ReadonlySet<number>> {
  const alive = new Set<number>();
  for await (const places of slices(database)) {
    const expired: BlockPlace[] = [];
    for (const place of places) {
      if (isExpired(place, archivesOf(place.id), now)) expired.push(place);
      else alive.add(place.id);
    }
    await drop(expired, { database, blocks });
  }
  return alive;
}

function isExpired(place: BlockPlace, archives: readonly Archive[], now: number): boolean {
  const archive = archives.find(({ step }) => step === place.step);
  return archive === undefined || place.start + spanOf(place) <= now - retentionOf(archive);
}

/** Drops all blocks of a series. */
export async function dropSeries(id: number, { database, blocks }: Store): Promise<void> {
  for await (const places of slices(database, blocksOf(id))) await drop(places, { database, blocks });
}

/** Drops the oldest blocks of the finest archives until the store has room again. Answers how many. */
export async function makeRoom(maxBytes: number, { database, blocks }: Store): Promise<number> {
  const excess = blocks.bytes - FILLED * maxBytes;
  if (blocks.bytes <= maxBytes || blocks.count === 0) return 0;
  const needed = Math.ceil(excess / (blocks.bytes / blocks.count));
  const doomed = await oldestOfFinest(needed, database);
  let left = needed;
  for await (const places of slices(database)) {
    const going = places.filter(({ step, start }) => doomed.has(groupOf(step, start))).slice(0, left);
    left -= going.length;
    await drop(going, { database, blocks });
    if (left <= 0) break;
  }
  return needed - left;
}

/** The groups of blocks of one step and time that hold so many blocks, from the finest step and the oldest time on. */
async function oldestOfFinest(needed: number, database: Database): Promise<ReadonlySet<string>> {
  const counts = new Map<string, { readonly step: number; readonly start: number; count: number }>();
  for await (const places of slices(database)) {
    for (const { step, start } of places) {
      const group = counts.get(groupOf(step, start)) ?? { step, start, count: 0 };
      group.count += 1;
      counts.set(groupOf(step, start), group);
    }
  }
  const doomed = new Set<string>();
  let gathered = 0;
  for (const { step, start, count } of [...counts.values()].sort((a, b) => a.step - b.step || a.start - b.start)) {
    if (gathered >= needed) break;
    doomed.add(groupOf(step, start));
    gathered += count;
  }
  return doomed;
}

const groupOf = (step: number, start: number): string => `${step} ${start}`;

async function drop(places: readonly BlockPlace[], { database, blocks }: Store): Promise<void> {
  if (places.length === 0) return;
  const sizes = (await blocks.load(places)).map((block) => block?.length ?? 0);
  const written = blocks.writing();
  try {
    blocks.forget(
      places,
      sizes.filter((size) => size > 0).length,
      sizes.reduce((sum, size) => sum + size, 0),
    );
    await writeBatch(database, (batch) => {
      for (const place of places) batch.del(blockKey(place));
      blocks.putTotals(batch);
    });
  } finally {
    written();
  }
}

async function* slices(database: Database, range: KeyRange = allBlocks): AsyncGenerator<BlockPlace[]> {
  const keys = database.keys(range);
  try {
    for (let slice = await keys.nextv(AT_ONCE); slice.length > 0; slice = await keys.nextv(AT_ONCE)) {
      yield slice.map(readBlockKey);
    }
  } finally {
    await keys.close();
  }
}
