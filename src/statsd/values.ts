import { ChunkRoom, NO_CHUNK } from '../base/chunk-room.ts';
import type { Random } from '../base/random.ts';
import { type Moments, momentsOf, type Sorted } from './timer-stats.ts';

/** Values of a chunk. */
const CHUNK = 4;
/** Chunks that are kept when nobody uses any. */
const FEW_CHUNKS = 2_048;
/** Values of one timer in chunks, before it gets room of its own. */
const MANY = 256;

/** Room for the values of very many timers with few values each. */
export class ValueRoom {
  readonly #chunks = new ChunkRoom(CHUNK);

  /** A chunk to write to, which follows the last one, if any. */
  lend(last: number): number {
    return this.#chunks.lend(last);
  }

  /** Writes a value to a chunk. */
  write(chunk: number, at: number, value: number): void {
    this.#chunks.pageOf(chunk)[this.#chunks.placeOf(chunk) + at] = value;
  }

  /** Takes the values of a chain back, at least one, and its chunks, by the last one. */
  takeBack(last: number, count: number): Float64Array {
    const chunks = this.#chunks;
    const values = new Float64Array(count);
    for (let [chunk, to] = [last, 0]; to < count; ) {
      chunk = chunks.following(chunk);
      const page = chunks.pageOf(chunk);
      let at = chunks.placeOf(chunk);
      for (const end = Math.min(count, to + CHUNK); to < end; to++) values[to] = page[at++] as number;
    }
    chunks.giveBack(last, Math.ceil(count / CHUNK));
    // What a burst needed is given back to the machine as soon as nobody uses any of it.
    if (chunks.lent === 0 && chunks.made > FEW_CHUNKS) chunks.empty();
    return values;
  }
}

/** The values of one timer in one window: all of them, or a fair sample when there are more than may be kept. */
export abstract class TimerValues {
  #count = 0;
  #last = NO_CHUNK;
  #sample: Sample | undefined;

  /** How many values came, whether they are kept or not. */
  protected get count(): number {
    return this.#sample?.count ?? this.#count;
  }

  protected keep(value: number, { room, most, random }: Keeping): void {
    if (this.#sample) {
      this.#sample.add(value, random);
      return;
    }
    const at = this.#count % CHUNK;
    if (at === 0) this.#last = room.lend(this.#last);
    room.write(this.#last, at, value);
    this.#count += 1;
    if (this.#count >= MANY || this.#count >= most) this.#sample = new Sample(this.#takeChunks(room), most);
  }

  /** Hands out what there is, of at least one value, and begins anew. */
  protected take(room: ValueRoom): Sorted {
    if (this.#sample) {
      const sorted = this.#sample.sorted();
      this.#sample = undefined;
      return sorted;
    }
    const values = this.#takeChunks(room);
    return { values: values.sort(), all: momentsOf(values) };
  }

  #takeChunks(room: ValueRoom): Float64Array {
    const values = room.takeBack(this.#last, this.#count);
    this.#last = NO_CHUNK;
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
