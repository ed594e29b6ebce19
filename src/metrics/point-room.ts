import { ChunkRoom, NO_CHUNK } from '../base/chunk-room.ts';

/** Points in the order they came: times in epoch seconds, at the beginning of a slot, and values. */
export interface Tail {
  readonly times: Float64Array;
  readonly values: Float64Array;
}

/** Points of a chunk. */
const POINTS = 8;
const EMPTY: Tail = { times: new Float64Array(0), values: new Float64Array(0) };
/** Chunks that are kept, and the part of them that must be in use for more to be. */
const FEW_CHUNKS = 8_192;
const USED = 0.25;

/** Room for the points of very many series with few points each. */
export class PointRoom {
  /** Times and values in turn. */
  readonly #chunks = new ChunkRoom(2 * POINTS);

  /** Whether so much of it is free that whoever has points in it should take them out, let it be emptied, and put them in again. */
  get isWasteful(): boolean {
    const { made, lent } = this.#chunks;
    return made > FEW_CHUNKS && lent < USED * made;
  }

  /** Begins anew; nothing may be lent. */
  empty(): void {
    this.#chunks.empty();
  }

  /** A chunk to write to, which follows the last one, if any. */
  lend(last: number): number {
    return this.#chunks.lend(last);
  }

  /** Writes a point to a chunk. */
  write(chunk: number, point: number, time: number, value: number): void {
    const page = this.#chunks.pageOf(chunk);
    const at = this.#chunks.placeOf(chunk) + 2 * point;
    page[at] = time;
    page[at + 1] = value;
  }

  /** The points of a chain, at least one, by its last chunk. */
  copy(last: number, count: number): Tail {
    const tail = { times: new Float64Array(count), values: new Float64Array(count) };
    for (let [chunk, to] = [last, 0]; to < count; ) {
      chunk = this.#chunks.following(chunk);
      const page = this.#chunks.pageOf(chunk);
      let at = this.#chunks.placeOf(chunk);
      for (const end = Math.min(count, to + POINTS); to < end; to++) {
        tail.times[to] = page[at++] as number;
        tail.values[to] = page[at++] as number;
      }
    }
    return tail;
  }

  /** Takes the chunks of so many points back, by the last one. */
  giveBack(last: number, count: number): void {
    this.#chunks.giveBack(last, Math.ceil(count / POINTS));
  }
}

/** The points of one series that wait. */
export class WaitingPoints {
  readonly #room: PointRoom;
  #last = NO_CHUNK;
  #count = 0;
  #newest = 0;

  constructor(room: PointRoom) {
    this.#room = room;
  }

  get count(): number {
    return this.#count;
  }

  /** Takes a point; one of the same slot as the last one takes its place. Answers how many more there are. */
  add(slot: number, value: number): 0 | 1 {
    const isSame = this.#count > 0 && this.#newest === slot;
    const at = (isSame ? this.#count - 1 : this.#count) % POINTS;
    if (!isSame) {
      if (at === 0) this.#last = this.#room.lend(this.#last);
      this.#count += 1;
      this.#newest = slot;
    }
    this.#room.write(this.#last, at, slot, value);
    return isSame ? 0 : 1;
  }

  /** All of them, as they are now. */
  copy(): Tail {
    return this.#count === 0 ? EMPTY : this.#room.copy(this.#last, this.#count);
  }

  /** Takes all out. */
  take(): Tail {
    if (this.#count === 0) return EMPTY;
    const tail = this.copy();
    this.#room.giveBack(this.#last, this.#count);
    this.#last = NO_CHUNK;
    this.#count = 0;
    return tail;
  }

  /** Puts points in, behind what there is. */
  put({ times, values }: Tail): void {
    for (let at = 0; at < times.length; at++) this.add(times[at] as number, values[at] as number);
  }
}
