/** Bits that one look at the bytes yields, wherever they begin. */
export const WINDOW = 25;
/** Bits that are written at once. */
const MOST_AT_ONCE = 24;

/** Writes numbers of any width one behind the other, the highest bit first. */
export class BitWriter {
  #bytes: Uint8Array;
  #at = 0;
  /** Bits of the byte under way, at its lower end. */
  #open = 0;
  #openBits = 0;

  constructor(capacity: number) {
    this.#bytes = new Uint8Array(Math.max(16, capacity));
  }

  /** Whole bytes that were written. */
  get length(): number {
    return this.#at;
  }

  /** Begins anew, in the same memory: what `finish` answered before is overwritten. */
  restart(): void {
    this.#at = 0;
    this.#open = 0;
    this.#openBits = 0;
  }

  /** The lowest `width` bits of `value`, 1 to 32 of them. */
  write(value: number, width: number): void {
    if (this.#at + 8 > this.#bytes.length) this.#grow();
    if (width <= MOST_AT_ONCE) this.#put(value, width);
    else {
      this.#put(value >>> 16, width - 16);
      this.#put(value, 16);
    }
  }

  /** A whole number from 0 to 2^53, in `width` bits, 0 to 53 of them. */
  writeLong(value: number, width: number): void {
    if (width > 32) {
      this.write(Math.floor(value / 2 ** 32), width - 32);
      this.write(value >>> 0, 32);
    } else if (width > 0) this.write(value >>> 0, width);
  }

  /** What was written; the last byte is filled up with zeros. */
  finish(): Uint8Array {
    if (this.#openBits > 0) this.#bytes[this.#at++] = this.#open << (8 - this.#openBits);
    return this.#bytes.subarray(0, this.#at);
  }

  /** At most as many bits as fit into 32 behind those of an open byte. */
  #put(value: number, width: number): void {
    const bits = (this.#open << width) | (value & ((1 << width) - 1));
    let left = this.#openBits + width;
    for (; left >= 8; left -= 8) this.#bytes[this.#at++] = bits >>> (left - 8);
    this.#open = bits & ((1 << left) - 1);
    this.#openBits = left;
  }

  #grow(): void {
    const larger = new Uint8Array(2 * this.#bytes.length);
    larger.set(this.#bytes);
    this.#bytes = larger;
  }
}

/**
 * Reads what a `BitWriter` wrote. The view must go on for four bytes behind the last one that was written, which are looked at but have
 * no effect; reading further than that throws a `RangeError`.
 */
export class BitReader {
  readonly #view: DataView;
  /** Where the next one is. */
  bit: number;

  constructor(view: DataView, at: number) {
    this.#view = view;
    this.bit = 8 * at;
  }

  /** The next `width` bits as a number, 1 to 32 of them. */
  read(width: number): number {
    if (width <= WINDOW) return this.#take(width);
    const high = this.#take(width - 16);
    return ((high << 16) | this.#take(16)) >>> 0;
  }

  /** As `read`, for 0 to 53 bits. */
  readLong(width: number): number {
    if (width > 32) return this.read(width - 32) * 2 ** 32 + this.read(32);
    return width === 0 ? 0 : this.read(width);
  }

  /** How many ones come next, `most` (up to 24) at most; the zero that ends them is taken as well. */
  readOnes(most: number): number {
    const window = this.look(this.bit);
    const ones = Math.clz32(~window);
    if (ones >= most) {
      this.bit += most;
      return most;
    }
    this.bit += ones + 1;
    return ones;
  }

  /** 32 bits from a place on as a number with a sign; only the first 25 of them are sure to be what was written. Nothing is taken. */
  look(bit: number): number {
    return this.#view.getUint32(bit >>> 3) << (bit & 7);
  }

  #take(width: number): number {
    const window = this.look(this.bit);
    this.bit += width;
    return window >>> (32 - width);
  }
}
