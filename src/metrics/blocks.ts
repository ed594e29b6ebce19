import { messageOf } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import { decodeBlock, encodeBlock, type Slots } from './codec/block.ts';
import type { Database, Write } from './database.ts';
import { BLOCK_SLOTS, type BlockPlace, blockKey, metaKey } from './places.ts';

const TOTALS = metaKey('totals');

/** The blocks of the database: read, laid out, and counted. */
export class Blocks {
  readonly #database: Database;
  readonly #log: Logger;
  readonly #warned = new Set<string>();
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

  /** The slots of a block; one that is damaged is counted, told of once, and as if it were not there. */
  decode(place: BlockPlace, block: Uint8Array | undefined): Slots | undefined {
    if (!block) return undefined;
    try {
      const slots = decodeBlock(block, place);
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

  /** What writes slots in the place of a block of so many bytes (0: none), to be written together with `totals`. */
  replacing(place: BlockPlace, values: Float64Array, bytesBefore: number): Write {
    const block = encodeBlock(values);
    this.#bytes += (block?.length ?? 0) - bytesBefore;
    this.#count += Number(block !== undefined) - Number(bytesBefore > 0);
    const key = blockKey(place);
    return block ? { type: 'put', key, value: block } : { type: 'del', key };
  }

  /** Blocks of so many bytes are gone. */
  forget(count: number, bytes: number): void {
    this.#bytes = Math.max(0, this.#bytes - bytes);
    this.#count = Math.max(0, this.#count - count);
  }

  /** What writes the totals. */
  totals(): Write {
    const value = Buffer.alloc(16);
    value.writeDoubleBE(this.#bytes, 0);
    value.writeDoubleBE(this.#count, 8);
    return { type: 'put', key: TOTALS, value };
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
