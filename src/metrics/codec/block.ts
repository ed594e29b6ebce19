import { crc32 } from 'node:zlib';
import { decodeGaps, encodeGaps, spread } from './gaps.ts';
import { decodeGorilla, encodeGorilla } from './gorilla.ts';
import { decodeScaled, encodeScaled } from './scaled.ts';
import { decodeShuffled, encodeShuffled } from './shuffled.ts';

// A block: the values of one series in consecutive slots of time, as few bytes as three codecs can make them.
//
//   version 1 | flags 1 | count of values 2 | time of the first slot 4 | step 4 | gaps? | values | CRC-32 of all before 4   (big endian)

const VERSION = 1;
const HEAD = 12;
const TAIL = 4;
const CODECS = { scaled: 0, gorilla: 1, shuffled: 2 } as const;
const CODEC_MASK = 0b11;
const HAS_GAPS = 0b100;
/** Deflate cannot make less of anything that holds a difference. */
const DEFLATED_AT_LEAST = 24;
/** Bytes a value in which a block that will be written again is small enough not to try the slower codecs. */
const GOOD_ENOUGH = 2;
export const MOST_SLOTS = 65_535;

/** Consecutive slots: the time of the first in epoch seconds, the seconds between two, and a value each, NaN where there is none. */
export interface Slots {
  readonly first: number;
  readonly step: number;
  readonly values: Float64Array;
}

/**
 * Slots as bytes, without the empty ones at both ends; `undefined` when none has a value. Infinite values are kept as they are. When the
 * last slot is empty, the block is taken for one that will be written again, and not every codec is tried on it.
 */
export function encodeBlock({ first, step, values }: Slots): Uint8Array | undefined {
  const from = values.findIndex((value) => !Number.isNaN(value));
  if (from < 0) return undefined;
  const slots = values.subarray(from, values.findLastIndex((value) => !Number.isNaN(value)) + 1);
  const present = slots.includes(Number.NaN) ? slots.filter((value) => !Number.isNaN(value)) : slots;
  const gaps = present.length < slots.length ? encodeGaps(slots) : undefined;
  const isOpen = Number.isNaN(values.at(-1));
  const { codec, bytes } = smallest(present, isOpen ? GOOD_ENOUGH * present.length : 0);
  const block = Buffer.allocUnsafe(HEAD + (gaps?.length ?? 0) + bytes.length + TAIL);
  block.writeUInt8(VERSION, 0);
  block.writeUInt8(codec | (gaps ? HAS_GAPS : 0), 1);
  block.writeUInt16BE(present.length, 2);
  block.writeUInt32BE(first + from * step, 4);
  block.writeUInt32BE(step, 8);
  if (gaps) block.set(gaps, HEAD);
  block.set(bytes, block.length - TAIL - bytes.length);
  block.writeUInt32BE(crc32(block.subarray(0, -TAIL)), block.length - TAIL);
  return block;
}

interface Coded {
  readonly codec: number;
  readonly bytes: Uint8Array;
}

/** What is at most so many bytes long will do. */
function smallest(values: Float64Array, enough: number): Coded {
  const scaled = encodeScaled(values);
  let best: Coded = scaled
    ? { codec: CODECS.scaled, bytes: scaled }
    : { codec: CODECS.gorilla, bytes: encodeGorilla(values) };
  const candidates = scaled ? [[CODECS.gorilla, encodeGorilla] as const] : [];
  for (const [codec, encode] of [...candidates, [CODECS.shuffled, encodeShuffled] as const]) {
    if (best.bytes.length <= Math.max(enough, DEFLATED_AT_LEAST)) break;
    const bytes = encode(values);
    if (bytes.length < best.bytes.length) best = { codec, bytes };
  }
  return best;
}

/** Reads a block. Throws a `RangeError` when it is damaged or was written by a newer agent. */
export function decodeBlock(block: Uint8Array): Slots {
  if (block.length < HEAD + TAIL) throw new RangeError('the block is too short');
  const view = new DataView(block.buffer, block.byteOffset, block.byteLength);
  const end = block.length - TAIL;
  if (view.getUint32(end) !== crc32(block.subarray(0, end))) throw new RangeError('the checksum of the block is wrong');
  if (view.getUint8(0) !== VERSION) throw new RangeError(`the block has version ${view.getUint8(0)}, not ${VERSION}`);
  const flags = view.getUint8(1);
  const count = view.getUint16(2);
  const gaps = (flags & HAS_GAPS) === 0 ? undefined : decodeGaps(block.subarray(0, end), HEAD, count);
  if (gaps && gaps.slots > MOST_SLOTS) throw new RangeError('the block spans too many slots');
  const at = gaps?.end ?? HEAD;
  const present = decodeValues(block.subarray(at), flags & CODEC_MASK, count);
  return { first: view.getUint32(4), step: view.getUint32(8), values: gaps ? spread(present, gaps) : present };
}

/** `bytes` go on behind the values with the checksum, which bit readers need. */
function decodeValues(bytes: Uint8Array, codec: number, count: number): Float64Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  switch (codec) {
    case CODECS.scaled:
      return decodeScaled(view, 0, count);
    case CODECS.gorilla:
      return decodeGorilla(view, 0, count);
    case CODECS.shuffled:
      return decodeShuffled(bytes.subarray(0, -TAIL), count);
    default:
      throw new RangeError(`no codec has the number ${codec}`);
  }
}
