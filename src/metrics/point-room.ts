/** Points in the order they came: times in epoch seconds, at the beginning of a slot, and values. */
export interface Tail {
  readonly times: Float64Array;
  readonly values: Float64Array;
}

/** Points of a chunk; chunks of a page. */
const POINTS = 8;
const CHUNKS = 512;
const NONE = -1;
const EMPTY: Tail = { times: new Float64Array(0), values: new Float64Array(0) };
/** Pages that are kept, and the part of them that must be in use for more to be. */
const FEW_PAGES = 16;
const USED = 0.25;

/** Room for the points of very many series with few points each: chunks of eight, lent and given back, so that nothing is made for a point. */
export class PointRoom {
  /** Times and values in turn. */
  #pages: Float64Array[] = [];
  /** Which chunk follows a chunk; of a free one, the next free one. */
  #next = new Int32Array(0);
  #free = NONE;
  #made = 0;
  #lent = 0;

  /** Whether so much of it is free that whoever has points in it should take them out, let it be emptied, and put them in again. */
  get isWasteful(): boolean {
    return this.#pages.length > FEW_PAGES && this.#lent < USED * this.#made;
  }

  /** Begins anew; nothing may be lent. */
  empty(): void {
    this.#pages = [];
    this.#next = new Int32Array(0);
    this.#free = NONE;
    this.#made = 0;
    this.#lent = 0;
  }

  /** A chunk to write to, which follows another one, if any. */
  lend(after: number): number {
    const chunk = this.#free === NONE ? this.#make() : this.#free;
    if (chunk === this.#free) this.#free = this.#next[chunk] as number;
    this.#next[chunk] = NONE;
    if (after !== NONE) this.#next[after] = chunk;
    this.#lent += 1;
    return chunk;
  }

  /** Writes a point to a chunk. */
  write(chunk: number, point: number, time: number, value: number): void {
    const page = this.#pages[(chunk / CHUNKS) | 0] as Float64Array;
    const at = 2 * ((chunk % CHUNKS) * POINTS + point);
    page[at] = time;
    page[at + 1] = value;
  }

  /** So many points, beginning at a chunk. */
  copy(first: number, count: number): Tail {
    const tail = { times: new Float64Array(count), values: new Float64Array(count) };
    for (let [chunk, to] = [first, 0]; to < count; chunk = this.#next[chunk] as number) {
      const page = this.#pages[(chunk / CHUNKS) | 0] as Float64Array;
      let at = 2 * (chunk % CHUNKS) * POINTS;
      for (const end = Math.min(count, to + POINTS); to < end; to++) {
        tail.times[to] = page[at++] as number;
        tail.values[to] = page[at++] as number;
      }
    }
    return tail;
  }

  /** Takes a chunk back, and all that follow. */
  giveBack(first: number): void {
    for (let chunk = first; chunk !== NONE; ) {
      const next = this.#next[chunk] as number;
      this.#next[chunk] = this.#free;
      this.#free = chunk;
      this.#lent -= 1;
      chunk = next;
    }
  }

  #make(): number {
    const chunk = this.#made++;
    if (chunk % CHUNKS === 0) this.#pages.push(new Float64Array(2 * POINTS * CHUNKS));
    if (chunk >= this.#next.length) {
      const next = new Int32Array(Math.max(CHUNKS, 2 * this.#next.length));
      next.set(this.#next);
      this.#next = next;
    }
    return chunk;
  }
}

/** The points of one series that wait. */
export class WaitingPoints {
  readonly #room: PointRoom;
  #first = NONE;
  #last = NONE;
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
      if (at === 0) this.#extend();
      this.#count += 1;
      this.#newest = slot;
    }
    this.#room.write(this.#last, at, slot, value);
    return isSame ? 0 : 1;
  }

  /** All of them, as they are now. */
  copy(): Tail {
    return this.#count === 0 ? EMPTY : this.#room.copy(this.#first, this.#count);
  }

  /** Takes all out. */
  take(): Tail {
    const tail = this.copy();
    this.#room.giveBack(this.#first);
    this.#first = NONE;
    this.#last = NONE;
    this.#count = 0;
    return tail;
  }

  /** Puts points in, behind what there is. */
  put({ times, values }: Tail): void {
    for (let at = 0; at < times.length; at++) this.add(times[at] as number, values[at] as number);
  }

  #extend(): void {
    this.#last = this.#room.lend(this.#last);
    if (this.#first === NONE) this.#first = this.#last;
  }
}
