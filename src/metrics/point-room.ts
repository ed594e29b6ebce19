import { ChunkRoom, NO_CHUNK } from '../base/chunk-room.ts';

/** Points in the order they came: times in epoch seconds, at the beginning of a slot, and values. */
export interface Tail {
  readonly times: Float64Array;
  readonly values: Float64Array;
}

export const NO_POINTS: Tail = { times: new Float64Array(0), values: new Float64Array(0) };

/** What has no points in a room yet. */
export const NO_CHAIN: number = NO_CHUNK;
/** Points of a chunk. */
const POINTS = 8;
/** Chunks that are kept, and the part of them that must be in use for more to be. */
const FEW_CHUNKS = 4_096;
const USED = 0.25;

/** Room for the points of very many series with few points each. A chain of points is known by its last chunk and by how many there are. */
export class PointRoom {
  /** Times and values in turn. */
  readonly #chunks = new ChunkRoom(2 * POINTS);

  /** Whether so much of it is free that whoever has points in it should take them out, let it be emptied, and put them in again. */
  get isWasteful(): boolean {
    const { made, lent } = this.#chunks;
    return made > FEW_CHUNKS && lent < USED * made;
  }

  /** Begins anew; no chain may be left. */
  empty(): void {
    this.#chunks.empty();
  }

  /** Puts a point behind those of a chain. Answers its last chunk. */
  push(last: number, count: number, time: number, value: number): number {
    const at = count % POINTS;
    const chunk = at === 0 ? this.#chunks.lend(last) : last;
    this.#write(chunk, at, time, value);
    return chunk;
  }

  /** Gives the last point of a chain another value when it is of that time; tells whether it is. */
  replaceLast(last: number, count: number, time: number, value: number): boolean {
    if (count === 0) return false;
    const at = (count - 1) % POINTS;
    const isSame = this.#chunks.pageOf(last)[this.#chunks.placeOf(last) + 2 * at] === time;
    if (isSame) this.#write(last, at, time, value);
    return isSame;
  }

  /** Writes the points of a chain to the beginning of what has room for them. */
  copy(last: number, count: number, { times, values }: Tail): void {
    for (let [chunk, to] = [last, 0]; to < count; ) {
      chunk = this.#chunks.following(chunk);
      const page = this.#chunks.pageOf(chunk);
      let at = this.#chunks.placeOf(chunk);
      for (const end = Math.min(count, to + POINTS); to < end; to++) {
        times[to] = page[at++] as number;
        values[to] = page[at++] as number;
      }
    }
  }

  /** Takes the chunks of a chain back. */
  giveBack(last: number, count: number): void {
    if (count > 0) this.#chunks.giveBack(last, Math.ceil(count / POINTS));
  }

  #write(chunk: number, point: number, time: number, value: number): void {
    const page = this.#chunks.pageOf(chunk);
    const at = this.#chunks.placeOf(chunk) + 2 * point;
    page[at] = time;
    page[at + 1] = value;
  }
}
