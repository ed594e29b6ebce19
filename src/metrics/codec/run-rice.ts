import { type BitReader, type BitWriter, WINDOW } from './bits.ts';

// Adaptive run-length Rice coding: H. Malvar, "Adaptive Run-Length / Golomb-Rice Encoding of Quantized Generalized Gaussian Sources with
// Unknown Statistics", DCC 2006. Small numbers take few bits, runs of zeros take next to none, and both learn from what went before.

/** Parameters are kept in eighths, so that they move slowly. */
const SCALE = 3;
const MOST_PARAMETER = 50 << SCALE;
const MOST_RUN = 20 << SCALE;
/** So many ones say that a number follows as it is, after its width. */
const ESCAPE = 20;
const WIDTH_BITS = 6;
/** Bits of a number that are written at once. */
const MOST_AT_ONCE = 31;

/** How many bits a number from 0 to 2^53 has. */
export function bitLength(value: number): number {
  if (value < 2 ** 32) return 32 - Math.clz32(value);
  return 64 - Math.clz32(Math.floor(value / 2 ** 32));
}

/** How far the parameter moves (in eighths) after a number that took so many ones. */
const MOVES = Int8Array.from({ length: ESCAPE + 1 }, (_, ones) => {
  if (ones === 0) return -2;
  return ones === 1 ? 0 : ones + 1;
});

// What has been learnt of the numbers so far: the parameter and the run that are expected next, both in eighths. Writer and reader learn the
// same. Nothing branches by how many ones there were: the processor could not foresee it, and to be wrong costs it more than all the rest.

const riceAfter = (rice: number, ones: number): number =>
  Math.min(MOST_PARAMETER, atLeastZero(rice + (MOVES[ones] as number)));
const longerRun = (run: number, by: number): number => Math.min(MOST_RUN, run + by);
const shorterRun = (run: number): number => atLeastZero(run - 1);
const atLeastZero = (number: number): number => number & ~(number >> 31);

/** Writes whole numbers from 0 to 2^52; `firstRice` (0 to 50) is about the bit length of the usual number and must be told to the reader. */
export function writeRunRice(numbers: Float64Array, firstRice: number, bits: BitWriter): void {
  const { length } = numbers;
  let rice = firstRice << SCALE;
  let run = 0;
  let at = 0;
  while (at < length) {
    const width = run >> SCALE;
    let ends = 0;
    if (width > 0) {
      const start = at;
      const end = Math.min(length, at + (1 << width));
      at = zerosEnd(numbers, at, end);
      if (at === end) {
        bits.write(0, 1);
        run = longerRun(run, 2);
        continue;
      }
      bits.write((1 << width) | (at - start), 1 + width);
      ends = 1;
    }
    const number = (numbers[at++] as number) - ends;
    const left = rice >> SCALE;
    const ones = number < 2 ** 31 ? number >>> left : ESCAPE;
    if (ones < ESCAPE && ones + 1 + left <= MOST_AT_ONCE) {
      bits.write((((1 << (ones + 1)) - 2) << left) | (number & ((1 << left) - 1)), ones + 1 + left);
      rice = atLeastZero(rice + (MOVES[ones] as number));
    } else rice = riceAfter(rice, writeLongNumber(number, left, bits));
    run = number + ends === 0 ? longerRun(run, 3) : shorterRun(run);
  }
}

/**
 * Reads as many numbers as `into` is long; it must be all 0. Throws a `RangeError` when the bits end before. Where the next bit is stands in
 * a variable, not in the reader: each number begins where the one before ends, and the way through memory would be most of the time.
 */
export function readRunRice(into: Float64Array, firstRice: number, bits: BitReader): void {
  const { length } = into;
  let { bit } = bits;
  let rice = firstRice << SCALE;
  let run = 0;
  let at = 0;
  while (at < length) {
    const width = run >> SCALE;
    let ends = 0;
    if (width > 0) {
      const window = bits.look(bit);
      if (window >= 0) {
        bit += 1;
        at += 1 << width;
        run = longerRun(run, 2);
        continue;
      }
      at += (window << 1) >>> (32 - width);
      bit += 1 + width;
      ends = 1;
    }
    const window = bits.look(bit);
    const ones = Math.clz32(~window);
    const left = rice >> SCALE;
    let number: number;
    if (ones < ESCAPE && ones + 1 + left <= WINDOW) {
      bit += ones + 1 + left;
      // A shift by 32 would be none.
      number = (ones << left) | (((window << (ones + 1)) >>> 1) >>> (31 - left));
      rice = atLeastZero(rice + (MOVES[ones] as number));
    } else {
      bits.bit = bit;
      number = readLongNumber(left, bits);
      ({ bit } = bits);
      rice = riceAfter(rice, Math.min(ones, ESCAPE));
    }
    into[at++] = number + ends;
    run = number === 0 && ends === 0 ? longerRun(run, 3) : shorterRun(run);
  }
  bits.bit = bit;
}

/** Where the zeros from a place on end, at `end` at the latest. */
function zerosEnd(numbers: Float64Array, from: number, end: number): number {
  let at = from;
  while (at < end && numbers[at] === 0) at++;
  return at;
}

/** A number that has to be told in full, or has more bits than are written at once. Answers how many ones it took. */
function writeLongNumber(number: number, rice: number, bits: BitWriter): number {
  const quotient = rice < 31 && number < 2 ** 31 ? number >>> rice : Math.floor(number / 2 ** rice);
  if (quotient >= ESCAPE) {
    const width = bitLength(number);
    bits.write(2 ** ESCAPE - 1, ESCAPE);
    bits.write(width, WIDTH_BITS);
    bits.writeLong(number, width);
    return ESCAPE;
  }
  bits.write(2 ** (quotient + 1) - 2, quotient + 1);
  bits.writeLong(number % 2 ** rice, rice);
  return quotient;
}

/** One that has to be told in full, or has more bits than one look yields. */
function readLongNumber(rice: number, bits: BitReader): number {
  const quotient = bits.readOnes(ESCAPE);
  if (quotient === ESCAPE) return bits.readLong(bits.read(WIDTH_BITS));
  return quotient * 2 ** rice + bits.readLong(rice);
}
