/** Chunks of a page. */
const CHUNKS = 512;

/** What is no chunk: the last one of no chain. */
export const NO_CHUNK = -1;

/**
 * Room for the numbers of very many owners with few numbers each: chunks of a fixed width, lent and given back, so that nothing is made for
 * a number. The chunks of one owner are a ring: who knows the last one knows the first. It grows by pages, and nothing that is there is ever
 * copied.
 */
export class ChunkRoom {
  /** Numbers of one chunk. */
  readonly width: number;
  #pages: Float64Array[] = [];
  /** Of each page, which chunk follows each of its chunks: behind the last one the first, behind a free one the next free one. */
  #following: Int32Array[] = [];
  #free = NO_CHUNK;
  #made = 0;
  #lent = 0;

  constructor(width: number) {
    this.width = width;
  }

  /** How many chunks there are, whether somebody has them or not. */
  get made(): number {
    return this.#made;
  }

  /** How many of them somebody has. */
  get lent(): number {
    return this.#lent;
  }

  /** A chunk to write to, which follows the last one of a chain, if any: the new last one. What was written to it before may still be there. */
  lend(last: number): number {
    const chunk = this.#free === NO_CHUNK ? this.#make() : this.#free;
    if (chunk === this.#free) this.#free = this.following(chunk);
    if (last === NO_CHUNK) this.#follow(chunk, chunk);
    else {
      this.#follow(chunk, this.following(last));
      this.#follow(last, chunk);
    }
    this.#lent += 1;
    return chunk;
  }

  /** The chunk that follows a chunk; the first one behind the last one. */
  following(chunk: number): number {
    return (this.#following[(chunk / CHUNKS) | 0] as Int32Array)[chunk % CHUNKS] as number;
  }

  /** Where the numbers of a chunk are: in this array, from `placeOf` on. */
  pageOf(chunk: number): Float64Array {
    return this.#pages[(chunk / CHUNKS) | 0] as Float64Array;
  }

  placeOf(chunk: number): number {
    return (chunk % CHUNKS) * this.width;
  }

  /** Takes a chain of so many chunks back, by its last one. */
  giveBack(last: number, count: number): void {
    const first = this.following(last);
    this.#follow(last, this.#free);
    this.#free = first;
    this.#lent -= count;
  }

  /** Begins anew, and gives its memory back; nothing may be lent. */
  empty(): void {
    this.#pages = [];
    this.#following = [];
    this.#free = NO_CHUNK;
    this.#made = 0;
    this.#lent = 0;
  }

  #follow(chunk: number, next: number): void {
    (this.#following[(chunk / CHUNKS) | 0] as Int32Array)[chunk % CHUNKS] = next;
  }

  #make(): number {
    const chunk = this.#made++;
    if (chunk % CHUNKS === 0) {
      this.#pages.push(new Float64Array(this.width * CHUNKS));
      this.#following.push(new Int32Array(CHUNKS));
    }
    return chunk;
  }
}
