import { BitReader, BitWriter } from './bits.ts';
import { bitLength, readRunRice, writeRunRice } from './run-rice.ts';

// Numbers with few decimals, and averages of such, as whole numbers: what one differs from the one before (or from what it should be if it went on as it did) is
// small, and a multiple of what all differences are multiples of. Loops go by index, as `for of` makes an object for every number at first.

const MOST_DECIMALS = 12;
/** With more of them numbers may well be averages. */
const FEW_DECIMALS = 4;
/** Differences of differences are four times as large at most, and must be exact. */
const MOST = 2 ** 50;
const PLACE_BITS = 4;
const ORDER_BITS = 2;
const WIDTH_BITS = 6;
/** Averages of up to an hour of slots are whole multiples of these parts, when what they are averages of has no, two or four decimals. */
const PARTS_OF_AVERAGES = [3_600, 360_000, 36_000_000];
/** What a number times one of these makes a whole one; its place is written. */
const POWERS = [...Array.from({ length: MOST_DECIMALS + 1 }, (_, decimals) => 10 ** decimals), ...PARTS_OF_AVERAGES];
const FIRST_PARTS = MOST_DECIMALS + 1;
const ORDERS = [0, 1, 2] as const;

/** Against what a number is written: a common middle, the one before, or the way the two before it went. */
type Order = (typeof ORDERS)[number];

/** Numbers as bytes, until the next are; `undefined` when they are neither decimals of moderate length nor averages of such. */
export function encodeScaled(values: Float64Array): Uint8Array | undefined {
  const decimals = decimalsOf(values);
  for (let place = FIRST_PARTS; decimals > FEW_DECIMALS && place < POWERS.length; place++) {
    const wholes = wholesOf(values, place);
    if (wholes) return writeWholes(wholes, place);
  }
  const wholes = decimals <= MOST_DECIMALS ? wholesOf(values, decimals) : undefined;
  return wholes && writeWholes(wholes, decimals);
}

/** Reads as many numbers as `values` is long into it. Throws a `RangeError` when the bytes end before. */
export function decodeScaled(view: DataView, at: number, values: Float64Array): Float64Array {
  const bits = new BitReader(view, at);
  const power = POWERS[bits.read(PLACE_BITS)] ?? 1;
  const order = bits.read(ORDER_BITS);
  const rice = bits.read(WIDTH_BITS);
  const divisor = readLong(bits);
  const base = unzigzag(readLong(bits));
  values.fill(0);
  readRunRice(order === 0 ? values : values.subarray(1), rice, bits);
  restore(values, order, { base, divisor, power });
  return values;
}

interface Scale {
  readonly base: number;
  readonly divisor: number;
  readonly power: number;
}

/** From differences to values, in place. */
function restore(values: Float64Array, order: number, { base, divisor, power }: Scale): void {
  let whole = base;
  let step = 0;
  const { length } = values;
  for (let at = 0; at < length; at++) {
    const difference = unzigzag(values[at] as number) * divisor;
    if (order === 0) whole = base + difference;
    else {
      step = order === 1 ? difference : step + difference;
      whole += step;
    }
    values[at] = whole / power;
  }
}

/** The least number of decimals that all values have; more than the most there may be when one has too many. */
function decimalsOf(values: Float64Array): number {
  let decimals = 0;
  let power = 1;
  for (let at = 0; at < values.length; at++) {
    const value = values[at] as number;
    while (decimals <= MOST_DECIMALS && Math.round(value * power) / power !== value) {
      decimals += 1;
      power = POWERS[decimals] as number;
    }
  }
  return decimals;
}

/** What all values are of that power; `undefined` when one is no whole number, or a negative zero, which would lose its sign. */
function wholesOf(values: Float64Array, place: number): Float64Array | undefined {
  const power = POWERS[place] as number;
  const wholes = scratch(0, values.length);
  for (let at = 0; at < values.length; at++) {
    const value = values[at] as number;
    const whole = Math.round(value * power);
    if (Math.abs(whole) > MOST || whole / power !== value || Object.is(value, -0)) return undefined;
    wholes[at] = whole;
  }
  return wholes;
}

/** Its memory is used again for every block. */
const written = new BitWriter(1_024);

function writeWholes(wholes: Float64Array, place: number): Uint8Array {
  const { order, divisor, base, numbers } = cheapest(wholes);
  const rice = Math.min(50, usualLength(numbers));
  const bits = written;
  bits.restart();
  bits.write(place, PLACE_BITS);
  bits.write(order, ORDER_BITS);
  bits.write(rice, WIDTH_BITS);
  writeLong(divisor, bits);
  writeLong(zigzag(base), bits);
  writeRunRice(numbers, rice, bits);
  return bits.finish();
}

interface Written {
  readonly order: Order;
  readonly divisor: number;
  readonly base: number;
  /** The differences, made positive. */
  readonly numbers: Float64Array;
}

function cheapest(wholes: Float64Array): Written {
  let best: Written | undefined;
  let least = Number.POSITIVE_INFINITY;
  let free = 1;
  for (const order of ORDERS) {
    const written = differencesOf(wholes, order, scratch(free, order === 0 ? wholes.length : wholes.length - 1));
    const cost = costOf(written.numbers);
    if (cost >= least) continue;
    best = written;
    least = cost;
    free = 3 - free;
  }
  return best ?? differencesOf(wholes, 1, scratch(1, wholes.length - 1));
}

/** Room to work in, which is used again for every block, as making it takes longer than the work: whole numbers, and two for differences. */
const rooms = [new Float64Array(0), new Float64Array(0), new Float64Array(0)];

function scratch(room: number, length: number): Float64Array {
  const known = rooms[room];
  if (known && known.length >= length) return known.subarray(0, length);
  const made = new Float64Array(length);
  rooms[room] = made;
  return made;
}

function differencesOf(wholes: Float64Array, order: Order, differences: Float64Array): Written {
  const first = wholes[0] ?? 0;
  for (let at = 0; order === 0 && at < wholes.length; at++) differences[at] = (wholes[at] as number) - first;
  let step = 0;
  for (let at = 1; order > 0 && at < wholes.length; at++) {
    const difference = (wholes[at] as number) - (wholes[at - 1] as number);
    differences[at - 1] = difference - step;
    if (order === 2) step = difference;
  }
  const divisor = commonDivisor(differences);
  const middle = order === 0 ? Math.round(sumOf(differences) / differences.length / divisor) : 0;
  for (let at = 0; at < differences.length; at++) {
    differences[at] = zigzag((differences[at] as number) / divisor - middle);
  }
  return { order, divisor, base: first + middle * divisor, numbers: differences };
}

function sumOf(numbers: Float64Array): number {
  let sum = 0;
  for (let at = 0; at < numbers.length; at++) sum += numbers[at] as number;
  return sum;
}

/** What all are multiples of; 1 when all are 0. */
function commonDivisor(differences: Float64Array): number {
  let divisor = 0;
  for (let at = 0; at < differences.length; at++) {
    let other = Math.abs(differences[at] as number);
    while (other > 0) [divisor, other] = [other, divisor % other];
    if (divisor === 1) return 1;
  }
  return divisor || 1;
}

/** About how many bits the numbers take. */
function costOf(numbers: Float64Array): number {
  let bits = 0;
  for (let at = 0; at < numbers.length; at++) bits += bitLength(numbers[at] as number);
  return bits;
}

function usualLength(numbers: Float64Array): number {
  return bitLength(Math.floor(sumOf(numbers) / Math.max(1, numbers.length) / 2));
}

const zigzag = (number: number): number => (number >= 0 ? 2 * number : -2 * number - 1);
/** Most numbers are small, and those the processor turns much faster as 32 bits. */
function unzigzag(number: number): number {
  if (number < 2 ** 31) return (number >>> 1) ^ -(number & 1);
  return number % 2 === 0 ? number / 2 : -(number + 1) / 2;
}

function writeLong(value: number, bits: BitWriter): void {
  const width = bitLength(value);
  bits.write(width, WIDTH_BITS);
  bits.writeLong(value, width);
}

const readLong = (bits: BitReader): number => bits.readLong(bits.read(WIDTH_BITS));
