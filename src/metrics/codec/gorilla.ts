import { BitReader, BitWriter } from './bits.ts';

// Each double as what it differs from the one before, bit by bit: T. Pelkonen et al., "Gorilla: A Fast, Scalable, In-Memory Time Series
// Database", VLDB 2015, section 4.1.2. Good for whatever repeats; the times need no bits, as points lie in slots.

const LEADING_BITS = 5;
const MOST_LEADING = 31;
const LENGTH_BITS = 6;
const WORD = 32;
/** Where the halves of a double lie in memory: the lower one is empty in that of 1. */
const HIGH = new Uint32Array(Float64Array.of(1).buffer).indexOf(0) === 0 ? 1 : 0;
const LOW = 1 - HIGH;

/** Its memory is used again for every block. */
const written = new BitWriter(1_024);

/**
 * Numbers as bytes, each bit of them, until the next are. It goes no further when these are `most` bytes or more already: then they are not
 * all of them.
 */
export function encodeGorilla(values: Float64Array, most: number = Number.POSITIVE_INFINITY): Uint8Array {
  const words = new Uint32Array(values.buffer, values.byteOffset, 2 * values.length);
  const bits = written;
  bits.restart();
  bits.write(words[HIGH] ?? 0, WORD);
  bits.write(words[LOW] ?? 0, WORD);
  let leading = 64;
  let trailing = 0;
  for (let at = 2; at < words.length && bits.length < most; at += 2) {
    const high = ((words[at + HIGH] as number) ^ (words[at + HIGH - 2] as number)) >>> 0;
    const low = ((words[at + LOW] as number) ^ (words[at + LOW - 2] as number)) >>> 0;
    if (high === 0 && low === 0) {
      bits.write(0, 1);
      continue;
    }
    const leads = Math.min(MOST_LEADING, leadingZeros(high, low));
    const trails = trailingZeros(high, low);
    if (leads >= leading && trails >= trailing) bits.write(0b10, 2);
    else {
      leading = leads;
      trailing = trails;
      bits.write(0b11, 2);
      bits.write(leading, LEADING_BITS);
      // 64 has no place in six bits; 0 stands for it, as there is always one bit.
      bits.write((64 - leading - trailing) & 63, LENGTH_BITS);
    }
    if (trailing >= WORD) bits.write(high >>> (trailing - WORD), 64 - leading - trailing);
    else {
      bits.write(high, WORD - leading);
      bits.write(low >>> trailing, WORD - trailing);
    }
  }
  return bits.finish();
}

/** Reads `count` numbers. Throws a `RangeError` when the bytes end before. */
export function decodeGorilla(view: DataView, at: number, count: number): Float64Array {
  const bits = new BitReader(view, at);
  const values = new Float64Array(count);
  const out = new DataView(values.buffer);
  let high = bits.read(WORD);
  let low = bits.read(WORD);
  let window: Window = { leading: 0, trailing: 0 };
  for (let index = 0; index < count; index++) {
    if (index > 0 && bits.read(1) === 1) {
      if (bits.read(1) === 1) window = readWindow(bits);
      const [differsHigh, differsLow] = readMiddle(bits, window);
      high = (high ^ differsHigh) >>> 0;
      low = (low ^ differsLow) >>> 0;
    }
    out.setUint32(8 * index, high);
    out.setUint32(8 * index + 4, low);
    values[index] = out.getFloat64(8 * index);
  }
  return values;
}

/** The bits in which two values may differ: all but so many at either end. */
interface Window {
  readonly leading: number;
  readonly trailing: number;
}

function readWindow(bits: BitReader): Window {
  const leading = bits.read(LEADING_BITS);
  const length = bits.read(LENGTH_BITS) || 64;
  return { leading, trailing: Math.max(0, 64 - leading - length) };
}

function readMiddle(bits: BitReader, { leading, trailing }: Window): readonly [number, number] {
  if (trailing >= WORD) return [(bits.read(64 - leading - trailing) << (trailing - WORD)) >>> 0, 0];
  const high = bits.read(WORD - leading);
  return [high, (bits.read(WORD - trailing) << trailing) >>> 0];
}

const leadingZeros = (high: number, low: number): number => (high === 0 ? WORD + Math.clz32(low) : Math.clz32(high));

function trailingZeros(high: number, low: number): number {
  return low === 0 ? 63 - Math.clz32(high & -high) : 31 - Math.clz32(low & -low);
}
