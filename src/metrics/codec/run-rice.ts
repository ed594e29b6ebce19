import type { BitReader, BitWriter } from './bits.ts';

// Adaptive run-length Rice coding: H. Malvar, "Adaptive Run-Length / Golomb-Rice Encoding of Quantized Generalized Gaussian Sources with
// Unknown Statistics", DCC 2006. Small numbers take few bits, runs of zeros take next to none, and both learn from what went before.

/** Parameters are kept in eighths, so that they move slowly. */
const SCALE = 3;
const MOST_PARAMETER = 50 << SCALE;
const MOST_RUN = 20 << SCALE;
/** So many ones say that a number follows as it is, after its width. */
const ESCAPE = 20;
const WIDTH_BITS = 6;
/** Numbers with fewer bits behind their ones may be read with one look, and written at once. */
const MOST_SHORT = 24;

/** How many bits a number from 0 to 2^53 has. */
export function bitLength(value: number): number {
  if (value < 2 ** 32) return 32 - Math.clz32(value);
  return 64 - Math.clz32(Math.floor(value / 2 ** 32));
}

/** What has been learnt of the numbers so far; coder and decoder learn the same. */
class Learnt {
  #rice: number;
  #run = 0;

  constructor(firstRice: number) {
    this.#rice = firstRice << SCALE;
  }

  get rice(): number {
    return this.#rice >> SCALE;
  }

  /** A run of that many bits' length is expected; 0: none. */
  get run(): number {
    return this.#run >> SCALE;
  }

  /** A number took `quotient` ones. */
  took(quotient: number): void {
    if (quotient === 0) this.#rice = Math.max(0, this.#rice - 2);
    else if (quotient > 1) this.#rice = Math.min(MOST_PARAMETER, this.#rice + quotient + 1);
  }

  expectMore(by: number): void {
    this.#run = Math.min(MOST_RUN, this.#run + by);
  }

  expectLess(): void {
    this.#run = Math.max(0, this.#run - 1);
  }
}

/** Writes whole numbers from 0 to 2^52; `firstRice` (0 to 50) is about the bit length of the usual number and must be told to the reader. */
export function writeRunRice(numbers: Float64Array, firstRice: number, bits: BitWriter): void {
  const learnt = new Learnt(firstRice);
  const { length } = numbers;
  let at = 0;
  while (at < length) {
    const { run } = learnt;
    if (run === 0) {
      const number = numbers[at++] as number;
      writeNumber(number, learnt, bits);
      if (number === 0) learnt.expectMore(3);
      else learnt.expectLess();
      continue;
    }
    const end = Math.min(length, at + 2 ** run);
    const start = at;
    while (at < end && numbers[at] === 0) at++;
    if (at === end) {
      bits.write(0, 1);
      learnt.expectMore(2);
      continue;
    }
    bits.write(1, 1);
    bits.write(at - start, run);
    writeNumber((numbers[at++] as number) - 1, learnt, bits);
    learnt.expectLess();
  }
}

/** Reads as many numbers as `into` is long. Throws a `RangeError` when the bits end before. */
export function readRunRice(into: Float64Array, firstRice: number, bits: BitReader): void {
  const learnt = new Learnt(firstRice);
  const { length } = into;
  let at = 0;
  while (at < length) {
    const { run } = learnt;
    if (run === 0) {
      const number = readNumber(learnt, bits);
      into[at++] = number;
      if (number === 0) learnt.expectMore(3);
      else learnt.expectLess();
      continue;
    }
    // What is not written is 0 already.
    if (bits.read(1) === 0) {
      at += 2 ** run;
      learnt.expectMore(2);
      continue;
    }
    at += bits.read(run);
    into[at++] = readNumber(learnt, bits) + 1;
    learnt.expectLess();
  }
}

function writeNumber(number: number, learnt: Learnt, bits: BitWriter): void {
  const { rice } = learnt;
  if (rice < MOST_SHORT && writeShort(number, rice, bits)) {
    learnt.took(number >>> rice);
    return;
  }
  const quotient = rice < 31 && number < 2 ** 31 ? number >>> rice : Math.floor(number / 2 ** rice);
  if (quotient >= ESCAPE) {
    const width = bitLength(number);
    bits.write(2 ** ESCAPE - 1, ESCAPE);
    bits.write(width, WIDTH_BITS);
    bits.writeLong(number, width);
    learnt.took(ESCAPE);
    return;
  }
  bits.write(2 ** (quotient + 1) - 2, quotient + 1);
  bits.writeLong(number % 2 ** rice, rice);
  learnt.took(quotient);
}

/** Writes a number at once, if its ones, the zero behind them and what is left fit into 31 bits; tells whether they do. */
function writeShort(number: number, rice: number, bits: BitWriter): boolean {
  const quotient = number < 2 ** 31 ? number >>> rice : ESCAPE;
  const width = quotient + 1 + rice;
  if (quotient >= ESCAPE || width > 31) return false;
  const ones = (1 << (quotient + 1)) - 2;
  bits.write((ones << rice) | (number & ((1 << rice) - 1)), width);
  return true;
}

function readNumber(learnt: Learnt, bits: BitReader): number {
  const { rice } = learnt;
  const short = rice < MOST_SHORT ? bits.readShortRice(rice, ESCAPE) : -1;
  if (short >= 0) {
    learnt.took(short >>> rice);
    return short;
  }
  const quotient = bits.readOnes(ESCAPE);
  learnt.took(quotient);
  if (quotient === ESCAPE) return bits.readLong(bits.read(WIDTH_BITS));
  return quotient * 2 ** rice + bits.readLong(rice);
}
