import type { Random } from '../base/random.ts';

/** A finished answer, which fits every query that asks the same, in whatever case. */
export interface Prepared {
  /** The most bytes that it takes to write. */
  readonly size: number;
  /** Bytes that it holds. */
  readonly held: number;
  /** Writes the answer to the query that begins at `start`; gives how many bytes that were. */
  write(query: Buffer, start: number, out: Buffer, at: number): number;
}

/** The number of the latest change, as the SOA record shows it. */
export interface Serial {
  readonly value: number;
}

const HEADER = 12;
const RD = 0x01;
const CD = 0x10;
const FIXED_QUESTION = 4;

/** Bytes that are sent as they are. */
export class RawAnswer implements Prepared {
  readonly #bytes: Buffer;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get size(): number {
    return this.#bytes.length;
  }

  get held(): number {
    return this.#bytes.length;
  }

  write(_query: Buffer, _start: number, out: Buffer, at: number): number {
    return this.#bytes.copy(out, at);
  }
}

/** What of an answer is the query's: its number, two flags, and its name in the case that was asked. */
class Echo {
  readonly #nameEnd: number;

  constructor(questionEnd: number) {
    this.#nameEnd = questionEnd - FIXED_QUESTION;
  }

  repeat(query: Buffer, start: number, out: Buffer, at: number): void {
    out[at] = query[start] ?? 0;
    out[at + 1] = query[start + 1] ?? 0;
    out[at + 2] = ((out[at + 2] ?? 0) & ~RD) | ((query[start + 2] ?? 0) & RD);
    out[at + 3] = ((out[at + 3] ?? 0) & ~CD) | ((query[start + 3] ?? 0) & CD);
    for (let offset = HEADER; offset < this.#nameEnd; offset++) out[at + offset] = query[start + offset] ?? 0;
  }
}

interface Whole {
  /** Answers that are equally good; they are used in turn. */
  readonly variants: readonly [Buffer, ...Buffer[]];
  /** Where the question ends. */
  readonly questionEnd: number;
  /** Where the serial of the SOA record is; 0 when there is none. */
  readonly serialAt: number;
  readonly serial: Serial;
}

/** An answer that is kept as a whole, in one or several orders of its records. */
export class WholeAnswer implements Prepared {
  readonly #whole: Whole;
  readonly #echo: Echo;
  readonly size: number;
  readonly held: number;
  #next = 0;

  constructor(whole: Whole) {
    this.#whole = whole;
    this.#echo = new Echo(whole.questionEnd);
    this.size = Math.max(...whole.variants.map(({ length }) => length));
    this.held = whole.variants.reduce((sum, { length }) => sum + length, 0);
  }

  write(query: Buffer, start: number, out: Buffer, at: number): number {
    const { variants, serialAt, serial } = this.#whole;
    const bytes = variants[this.#next] ?? variants[0];
    this.#next = this.#next + 1 < variants.length ? this.#next + 1 : 0;
    bytes.copy(out, at);
    this.#echo.repeat(query, start, out, at);
    if (serialAt > 0) out.writeUInt32BE(serial.value, at + serialAt);
    return bytes.length;
  }
}

interface Ring {
  /** Header and question. */
  readonly head: Buffer;
  /** All records, each as long as the others. */
  readonly records: Buffer;
  readonly stride: number;
  /** How many of them one answer holds. */
  readonly kept: number;
  /** What follows them. */
  readonly tail: Buffer;
  readonly random: Random;
}

/** An answer of equally long records; each time it begins with a random one of them. */
export class RingAnswer implements Prepared {
  readonly #head: Buffer;
  readonly #echo: Echo;
  /** All records, followed by the first ones again, so that they can be copied in one piece from any of them on. */
  readonly #records: Buffer;
  readonly #tail: Buffer;
  readonly #stride: number;
  readonly #count: number;
  readonly #length: number;
  readonly #random: Random;
  readonly size: number;
  readonly held: number;

  constructor({ head, records, stride, kept, tail, random }: Ring) {
    this.#head = head;
    this.#echo = new Echo(head.length);
    this.#tail = tail;
    this.#stride = stride;
    this.#count = records.length / stride;
    this.#length = kept * stride;
    this.#records = this.#count > 1 ? Buffer.concat([records, records.subarray(0, this.#length)]) : records;
    this.#random = random;
    this.size = head.length + this.#length + tail.length;
    this.held = head.length + this.#records.length + tail.length;
  }

  write(query: Buffer, start: number, out: Buffer, at: number): number {
    const first = this.#count > 1 ? Math.floor(this.#random() * this.#count) * this.#stride : 0;
    const answersAt = at + this.#head.length;
    copyBytes(this.#head, out, at);
    this.#echo.repeat(query, start, out, at);
    if (this.#length > SHORT) this.#records.copy(out, answersAt, first, first + this.#length);
    else
      for (let offset = 0; offset < this.#length; offset++)
        out[answersAt + offset] = this.#records[first + offset] ?? 0;
    copyBytes(this.#tail, out, answersAt + this.#length);
    return this.size;
  }
}

/** Up to here a loop is faster than a call of the runtime. */
const SHORT = 64;

function copyBytes(from: Buffer, out: Buffer, at: number): void {
  if (from.length > SHORT) from.copy(out, at);
  else for (let offset = 0; offset < from.length; offset++) out[at + offset] = from[offset] ?? 0;
}
