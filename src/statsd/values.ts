import type { Random } from '../base/random.ts';
import { type Moments, momentsOf, type Sorted } from './timer-stats.ts';

const CHUNK = 8;
const CHUNKS = 1_024;
const NONE = -1;
/** Values of one timer in chunks, before it gets room of its own. */
const MANY = 256;

/** Room for the values of very many timers with few values each: chunks of eight, lent and given back. */
export class ValueRoom {
  readonly #pages: Float64Array[] = [];
  /** Which chunk follows a chunk; of a free one, the next free one. */
  #next = new Int32Array(CHUNKS);
  #free = NONE;
  #lent = 0;

  /** A chunk to write to, which follows another one, if any. */
  lend(after: number): number {
    const chunk = this.#free === NONE ? this.#make() : this.#free;
    if (chunk === this.#free) this.#free = this.#next[chunk] as number;
    this.#next[chunk] = NONE;
    if (after !== NONE) this.#next[after] = chunk;
    this.#lent += 1;
    return chunk;
  }

  /** Writes a value to a chunk. */
  write(chunk: number, at: number, value: number): void {
    const page = this.#pages[(chunk / CHUNKS) | 0] as Float64Array;
    page[(chunk % CHUNKS) * CHUNK + at] = value;
  }

  /** Takes so many values back, beginning at a chunk, and all chunks from there on. */
  takeBack(first: number, count: number): Float64Array {
    const values = new Float64Array(count);
    for (let [chunk, at] = [first, 0]; chunk !== NONE; at += CHUNK) {
      const page = this.#pages[(chunk / CHUNKS) | 0] as Float64Array;
      const from = (chunk % CHUNKS) * CHUNK;
      values.set(page.subarray(from, from + Math.min(CHUNK, count - at)), at);
      const next = this.#next[chunk] as number;
      this.#next[chunk] = this.#free;
      this.#free = chunk;
      this.#lent -= 1;
      chunk = next;
    }
    // What a burst needed is given back to the machine as soon as nobody uses any of it.
    if (this.#lent === 0 && this.#pages.length > 1) this.#clear();
    return values;
  }

  #make(): number {
    const chunk = this.#lent;
    const page = (chunk / CHUNKS) | 0;
    if (this.#pages.length <= page) {
      this.#pages.push(new Float64Array(CHUNK * CHUNKS));
      const next = new Int32Array(Math.max(this.#next.length, this.#pages.length * CHUNKS));
      next.set(this.#next);
      this.#next = next;
    }
    return chunk;
  }

  #clear(): void {
    this.#pages.length = 0;
    this.#next = new Int32Array(CHUNKS);
    this.#free = NONE;
  }
}

/** The values of one timer in one window: all of them, or a fair sample when there are more than may be kept. */
export class TimerValues {
  #count = 0;
  #first = NONE;
  #last = NONE;
  #sample: Sample | undefined;

  /** How many values came, whether they are kept or not. */
  get count(): number {
    return this.#sample?.count ?? this.#count;
  }

  add(value: number, { room, most, random }: Keeping): void {
    if (this.#sample) {
      this.#sample.add(value, random);
      return;
    }
    const at = this.#count % CHUNK;
    if (at === 0) {
      this.#last = room.lend(this.#last);
      if (this.#first === NONE) this.#first = this.#last;
    }
    room.write(this.#last, at, value);
    this.#count += 1;
    if (this.#count >= MANY || this.#count >= most) this.#sample = new Sample(this.#takeChunks(room), most);
  }

  /** Hands out what there is, of at least one value, and begins anew. */
  take(room: ValueRoom): Sorted {
    if (this.#sample) {
      const sorted = this.#sample.sorted();
      this.#sample = undefined;
      return sorted;
    }
    const values = this.#takeChunks(room);
    return { values: values.sort(), all: momentsOf(values) };
  }

  #takeChunks(room: ValueRoom): Float64Array {
    const values = room.takeBack(this.#first, this.#count);
    this.#first = NONE;
    this.#last = NONE;
    this.#count = 0;
    return values;
  }
}

/** What values are kept with. */
export interface Keeping {
  readonly room: ValueRoom;
  /** Values of one timer in one window. */
  readonly most: number;
  readonly random: Random;
}

/** Some values of many, each as likely as any other (reservoir sampling), and the moments of all (after Welford). */
class Sample {
  readonly #most: number;
  #values: Float64Array;
  #kept: number;
  count: number;
  #lower: number;
  #upper: number;
  #sum: number;
  #sumSquares: number;
  #mean: number;
  #squares: number;

  constructor(values: Float64Array, most: number) {
    this.#most = most;
    this.#values = values;
    this.#kept = values.length;
    this.count = values.length;
    const { lower, upper, sum, sumSquares, mean, std }: Moments = momentsOf(values);
    [this.#lower, this.#upper, this.#sum, this.#sumSquares, this.#mean] = [lower, upper, sum, sumSquares, mean];
    this.#squares = std * std * values.length;
  }

  add(value: number, random: Random): void {
    this.count += 1;
    if (value < this.#lower) this.#lower = value;
    if (value > this.#upper) this.#upper = value;
    this.#sum += value;
    this.#sumSquares += value * value;
    const distance = value - this.#mean;
    this.#mean += distance / this.count;
    this.#squares += distance * (value - this.#mean);
    if (this.#kept < this.#most) this.#keep(value);
    else {
      const place = Math.floor(random() * this.count);
      if (place < this.#most) this.#values[place] = value;
    }
  }

  sorted(): Sorted {
    const values = this.#values.subarray(0, this.#kept).sort();
    // While all are here their moments are made from them, which is exact to the last digit.
    if (this.#kept === this.count) return { values, all: momentsOf(values) };
    const all = {
      lower: this.#lower,
      upper: this.#upper,
      sum: this.#sum,
      sumSquares: this.#sumSquares,
      mean: this.#sum / this.count,
      std: Math.sqrt(this.#squares / this.count),
    };
    return { values, all };
  }

  #keep(value: number): void {
    if (this.#kept === this.#values.length) {
      const wider = new Float64Array(Math.min(this.#most, this.#values.length * 2));
      wider.set(this.#values);
      this.#values = wider;
    }
    this.#values[this.#kept] = value;
    this.#kept += 1;
  }
}
