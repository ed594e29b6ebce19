import { messageOf } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import type { Batch } from '../base/write-all.ts';
import { BlockCache } from './block-cache.ts';
import { decodeBlock, encodeBlock, type Slots } from './codec/block.ts';
import type { Database } from './database.ts';
import { BLOCK_SLOTS, type BlockPlace, blockKey, metaKey } from './places.ts';
import type { Sheet } from './sheets.ts';

const TOTALS = metaKey('totals');
/** Bytes of blocks that are kept for those who look at them again: some hundred series of a few hours. */
const CACHED = 2 * 1024 * 1024;

/** The blocks of the database: read, laid out, and counted. */
export class Blocks {
  readonly #database: Database;
  readonly #log: Logger;
  readonly #warned = new Set<string>();
  readonly #cache = new BlockCache(CACHED);
  readonly #room = new Float64Array(BLOCK_SLOTS);
  #bytes = 0;
  #count = 0;
  #bad = 0;

  constructor(database: Database, log: Logger) {
    this.#database = database;
    this.#log = log;
  }

  /** Bytes of all blocks. */
  get bytes(): number {
    return this.#bytes;
  }

  get count(): number {
    return this.#count;
  }

  /** How often one could not be read since the start. */
  get bad(): number {
    return this.#bad;
  }

  /** Takes the totals that were written with the last blocks. */
  async loadTotals(): Promise<void> {
    const kept: Uint8Array | undefined = await this.#database.get(TOTALS);
    if (kept?.length !== 16) return;
    const view = new DataView(kept.buffer, kept.byteOffset, kept.byteLength);
    this.#bytes = view.getFloat64(0);
    this.#count = view.getFloat64(8);
  }

  /** Blocks as they are written, `undefined` for those that are not there. */
  async load(places: readonly BlockPlace[]): Promise<(Uint8Array | undefined)[]> {
    return await this.#database.getMany(places.map(blockKey));
  }

  /** As `load`, for those who look at the same blocks again and again: what is known is not asked of the database, and waits for no thread. */
  async look(places: readonly BlockPlace[]): Promise<readonly (Uint8Array | undefined)[]> {
    const known = places.map((place) => this.#cache.find(place));
    const missing = places.filter((_, at) => known[at] === undefined);
    if (missing.length === 0) return known.map((each) => each?.block);
    const keep = this.#cache.reading();
    const read = await this.load(missing);
    for (const [at, place] of missing.entries()) keep(place, read[at]);
    let at = 0;
    return known.map((each) => (each ? each.block : read[at++]));
  }

  /** Blocks are about to be written or dropped, until what it answers is called. */
  writing(): () => void {
    return this.#cache.writing();
  }

  /** The slots of a block, until the next is asked for; one that is damaged is counted, told of once, and as if it were not there. */
  decode(place: BlockPlace, block: Uint8Array | undefined): Slots | undefined {
    if (!block) return undefined;
    try {
      const slots = decodeBlock(block, place, this.#room);
      const offset = (slots.first - place.start) / place.step;
      if (offset + slots.values.length > BLOCK_SLOTS) throw new RangeError('the block is longer than it may be');
      return slots;
    } catch (error) {
      this.#bad += 1;
      const name = Buffer.from(blockKey(place)).toString('hex');
      if (!this.#warned.has(name))
        this.#log.error({ ...place, reason: messageOf(error) }, 'a block of points is damaged');
      this.#warned.add(name);
      return undefined;
    }
  }

  /** Hands a sheet over in the place of the block that it was, to be written together with the totals. */
  replace(place: BlockPlace, sheet: Sheet, batch: Batch<Uint8Array, Uint8Array>): void {
    this.#cache.forget(place);
    const block = encodeBlock(sheet.values, sheet);
    this.#bytes += (block?.length ?? 0) - sheet.bytes;
    this.#count += Number(block !== undefined) - Number(sheet.bytes > 0);
    const key = blockKey(place);
    if (block) batch.put(key, block);
    else batch.del(key);
  }

  /** Blocks of so many bytes are to go. */
  forget(places: readonly BlockPlace[], count: number, bytes: number): void {
    for (const place of places) this.#cache.forget(place);
    this.#bytes = Math.max(0, this.#bytes - bytes);
    this.#count = Math.max(0, this.#count - count);
  }

  /** Hands the totals over. */
  putTotals(batch: Batch<Uint8Array, Uint8Array>): void {
    const value = Buffer.alloc(16);
    value.writeDoubleBE(this.#bytes, 0);
    value.writeDoubleBE(this.#count, 8);
    batch.put(TOTALS, value);
  }

  /** Takes totals back to what they were before a write that failed. */
  mark(): () => void {
    const [bytes, count] = [this.#bytes, this.#count];
    return () => {
      this.#bytes = bytes;
      this.#count = count;
    };
  }
}
