import { Refused } from './refusal.ts';

const CLEAR = 256;
const END = 257;
const FIRST_FREE = 258;
const FIRST_WIDTH = 9;
const LAST_WIDTH = 12;
const TABLE = 1 << LAST_WIDTH;

/**
 * Expands LZW as memberlist uses it: codes of 9 to 12 bits, lowest bit first, clear code 256, end code 257. Throws `Refused`: `tooBig`
 * as soon as the output would pass `limit` bytes, `malformed` on a code that cannot be and on an end before the end code.
 */
export function lzwDecode(input: Uint8Array, limit: number): Uint8Array {
  return new Decoder(input, limit).run();
}

class Decoder {
  readonly #input: Uint8Array;
  readonly #limit: number;
  #output: Uint8Array;
  #length = 0;
  /** Of each code: the place in the output of the string it stands for, and how long that is. Both are there already, once. */
  readonly #start = new Int32Array(TABLE);
  readonly #size = new Int32Array(TABLE);
  #free = FIRST_FREE;
  #width = FIRST_WIDTH;
  #bits = 0;
  #bitCount = 0;
  #at = 0;

  constructor(input: Uint8Array, limit: number) {
    this.#input = input;
    this.#limit = limit;
    this.#output = new Uint8Array(Math.min(limit, Math.max(256, 4 * input.length)));
  }

  run(): Uint8Array {
    for (let code = this.#code(); code !== END; code = this.#code()) {
      if (code === CLEAR) this.#clear();
      else this.#expand(code);
    }
    return this.#output.slice(0, this.#length);
  }

  #clear(): void {
    this.#free = FIRST_FREE;
    this.#width = FIRST_WIDTH;
  }

  /** Writes what a code stands for. The next free code then is that string and one byte more, which the next code will write. */
  #expand(code: number): void {
    const start = this.#length;
    if (code < CLEAR) this.#append(code);
    else if (code < this.#free) this.#copy(this.#start[code] ?? 0, this.#size[code] ?? 0);
    else throw new Refused('malformed');
    if (this.#free < TABLE) this.#add(start, this.#length - start + 1);
  }

  #add(start: number, size: number): void {
    this.#start[this.#free] = start;
    this.#size[this.#free] = size;
    this.#free += 1;
    if (this.#free > 1 << this.#width && this.#width < LAST_WIDTH) this.#width += 1;
  }

  #append(byte: number): void {
    this.#reserve(1);
    this.#output[this.#length++] = byte;
  }

  /** Byte by byte from the front, since a string may reach into what is being written. */
  #copy(from: number, size: number): void {
    this.#reserve(size);
    for (let i = 0; i < size; i++) this.#output[this.#length + i] = this.#output[from + i] ?? 0;
    this.#length += size;
  }

  #reserve(bytes: number): void {
    const needed = this.#length + bytes;
    if (needed > this.#limit) throw new Refused('tooBig');
    if (needed <= this.#output.length) return;
    const larger = new Uint8Array(Math.min(this.#limit, 2 * needed));
    larger.set(this.#output.subarray(0, this.#length));
    this.#output = larger;
  }

  #code(): number {
    while (this.#bitCount < this.#width) {
      const byte = this.#input[this.#at++];
      if (byte === undefined) throw new Refused('malformed');
      this.#bits |= byte << this.#bitCount;
      this.#bitCount += 8;
    }
    const code = this.#bits & ((1 << this.#width) - 1);
    this.#bits >>>= this.#width;
    this.#bitCount -= this.#width;
    return code;
  }
}
