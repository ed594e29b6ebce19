const CLEAR = 256;
const END = 257;
const FIRST_WIDTH = 9;
/** The encoder never uses the very last code: it clears the table first. */
const LAST_CODE = 4_095;
/** Codes between two clears. */
const CODES_PER_TABLE = LAST_CODE - END;
const SPARSE = 4;
/** Spreads neighbouring keys over the table (Knuth's multiplier). */
const SPREAD = 0x9e3779b1;

/**
 * Compresses as Go's `compress/lzw` does (lowest bit first, 8 bit literals), code for code, so that our bytes are those of other Serf
 * agents. `lzwDecode` reads it back. The outcome may be longer than the input.
 */
export function lzwEncode(input: Uint8Array): Uint8Array {
  return new Encoder(input).run();
}

class Encoder {
  readonly #input: Uint8Array;
  readonly #output: Uint8Array;
  #length = 0;
  #bits = 0;
  #bitCount = 0;
  #width = FIRST_WIDTH;
  /** The code that was made last. */
  #last = END;
  /** Open addressing: a string is a known code and one byte more; its key plus one stands beside its code. 0 is a free place. */
  readonly #keys: Int32Array;
  readonly #codes: Uint16Array;
  readonly #shift: number;

  constructor(input: Uint8Array) {
    this.#input = input;
    const strings = Math.min(input.length, CODES_PER_TABLE) + 1;
    const exponent = Math.ceil(Math.log2(SPARSE * strings));
    this.#keys = new Int32Array(1 << exponent);
    this.#codes = new Uint16Array(1 << exponent);
    this.#shift = 32 - exponent;
    // At most one code of 12 bits a byte, the clears, and the end.
    const codes = input.length + Math.ceil(input.length / CODES_PER_TABLE) + 3;
    this.#output = new Uint8Array(Math.ceil((codes * 12) / 8) + 1);
  }

  run(): Uint8Array {
    this.#write(CLEAR);
    const [first] = this.#input;
    if (first !== undefined) {
      this.#write(this.#strings(first));
      this.#advance();
    }
    this.#write(END);
    if (this.#bitCount > 0) this.#output[this.#length++] = this.#bits;
    return this.#output.subarray(0, this.#length);
  }

  /** Writes the code of each longest known string; answers with the last one, which is still to be written. */
  #strings(first: number): number {
    const input = this.#input;
    let code = first;
    for (let at = 1; at < input.length; at++) {
      const byte = input[at] ?? 0;
      const key = ((code << 8) | byte) + 1;
      const place = this.#placeOf(key);
      if (this.#keys[place] === key) {
        code = this.#codes[place] ?? 0;
        continue;
      }
      this.#write(code);
      code = byte;
      if (!this.#advance()) continue;
      this.#keys[place] = key;
      this.#codes[place] = this.#last;
    }
    return code;
  }

  /** Where a string is, or would be put. */
  #placeOf(key: number): number {
    const keys = this.#keys;
    const mask = keys.length - 1;
    let place = Math.imul(key, SPREAD) >>> this.#shift;
    while (keys[place] !== 0 && keys[place] !== key) place = (place + 1) & mask;
    return place;
  }

  /** Makes the next code; false when there is none left and everything begins anew. */
  #advance(): boolean {
    this.#last += 1;
    if (this.#last === 1 << this.#width) this.#width += 1;
    if (this.#last < LAST_CODE) return true;
    this.#write(CLEAR);
    this.#width = FIRST_WIDTH;
    this.#last = END;
    this.#keys.fill(0);
    return false;
  }

  #write(code: number): void {
    this.#bits |= code << this.#bitCount;
    this.#bitCount += this.#width;
    while (this.#bitCount >= 8) {
      this.#output[this.#length++] = this.#bits;
      this.#bits >>>= 8;
      this.#bitCount -= 8;
    }
  }
}
