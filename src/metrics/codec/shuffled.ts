import { deflateRawSync, inflateRawSync } from 'node:zlib';

// The first bytes of all doubles, then all second bytes, and so on: what values have in common lies side by side and deflates well.

const DOUBLE = 8;
/** A block is small: smaller tables are made faster and do as well. */
const DEFLATE = { level: 6, windowBits: 13, memLevel: 6 };

/** Numbers as bytes, each bit of them. */
export function encodeShuffled(values: Float64Array): Uint8Array {
  const { length } = values;
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  const shuffled = new Uint8Array(bytes.length);
  for (let at = 0; at < length; at++) {
    for (let byte = 0; byte < DOUBLE; byte++) shuffled[byte * length + at] = bytes[at * DOUBLE + byte] as number;
  }
  return deflateRawSync(shuffled, DEFLATE);
}

/** Reads `count` numbers. Throws when the bytes hold anything else. */
export function decodeShuffled(bytes: Uint8Array, count: number): Float64Array {
  const shuffled = inflateRawSync(bytes, { maxOutputLength: DOUBLE * count + 1 });
  if (shuffled.length !== DOUBLE * count) throw new RangeError('the block does not hold as many values as it says');
  const values = new Float64Array(count);
  const plain = new Uint8Array(values.buffer);
  for (let at = 0; at < count; at++) {
    for (let byte = 0; byte < DOUBLE; byte++) plain[at * DOUBLE + byte] = shuffled[byte * count + at] as number;
  }
  return values;
}
