import { crc32 } from 'node:zlib';
import { decodeGaps, encodeGaps, spread } from './gaps.ts';
import { decodeGorilla, encodeGorilla } from './gorilla.ts';
import { decodeScaled, encodeScaled } from './scaled.ts';
import { decodeShuffled, encodeShuffled } from './shuffled.ts';
import { readVarint, writeVarint } from './varint.ts';

// A block: the values of one series in consecutive slots of time, as few bytes as three codecs can make them.
//
//   version and flags 1 | count of values 1-3 | slots before the first value 1-3 | gaps? | values | CRC-32 of all before 4
//
// Where it begins and how long a slot is says its key: with few values a block is hardly more than its head.

const VERSION = 1;
const VERSION_BITS = 4;
const SHORTEST_HEAD = 3;
const TAIL = 4;
const CODECS = { scaled: 0, gorilla: 1, shuffled: 2 } as const;
const CODEC_MASK = 0b11;
const HAS_GAPS = 0b100;
/** Deflate cannot make less of anything that holds a difference. */
const DEFLATED_AT_LEAST = 24;
/** Bytes a value in which a block is small enough for slower codecs to be tried only when it will not be written again and they may win. */
const GOOD_ENOUGH = 3;
/** With fewer values the slower codecs save next to nothing in a block that will be written again. */
const FEW = 64;
const MOST_SLOTS = 65_535;

/** Consecutive slots: the time of the first in epoch seconds, the seconds between two, and a value each, NaN where there is none. */
export interface Slots {
  readonly first: number;
  readonly step: number;
  readonly values: Float64Array;
}

/** Slots from one (included) up to another (not included), counted from the first of the block. */
interface Extent {
  readonly from: number;
  readonly until: number;
}

/**
 * Slots as bytes, without the empty ones at both ends; `undefined` when none has a value. Infinite values are kept as they are. When the
 * last slot is empty, the block is taken for one that will be written again, and not every codec is tried on it. Who knows where values are
 * at most says so.
 */
export function encodeBlock(
  values: Float64Array,
  within: Extent = { from: 0, until: values.length },
): Uint8Array | undefined {
  const { from, until, count } = extentOf(values, within);
  if (count === 0) return undefined;
  const slots = values.subarray(from, until);
  const present = count < slots.length ? presentIn(slots, count) : slots;
  const gaps = present.length < slots.length ? encodeGaps(slots) : undefined;
  const isOpen = Number.isNaN(values.at(-1));
  const goodEnough = present.length < FEW ? Number.POSITIVE_INFINITY : GOOD_ENOUGH * present.length;
  const { codec, bytes } = smallest(present, isOpen ? goodEnough : 0);
  const head = [(VERSION << VERSION_BITS) | codec | (gaps ? HAS_GAPS : 0)];
  writeVarint(present.length, head);
  writeVarint(from, head);
  return joined(head, gaps, bytes);
}

/** The parts of a block behind one another, with their checksum, in one piece of memory. */
function joined(head: readonly number[], gaps: Uint8Array | undefined, bytes: Uint8Array): Uint8Array {
  const before = head.length + (gaps?.length ?? 0);
  const end = before + bytes.length;
  const block = Buffer.allocUnsafe(end + TAIL);
  for (let at = 0; at < head.length; at++) block[at] = head[at] as number;
  if (gaps) block.set(gaps, head.length);
  block.set(bytes, before);
  block.writeUInt32BE(crc32(block.subarray(0, end)), end);
  return block;
}

/** Where the first value is, where the last one ends, and how many there are. */
function extentOf(values: Float64Array, within: Extent): Extent & { readonly count: number } {
  let [from, until, count] = [0, 0, 0];
  for (let at = within.from; at < within.until; at++) {
    if (Number.isNaN(values[at] as number)) continue;
    if (count === 0) from = at;
    until = at + 1;
    count += 1;
  }
  return { from, until, count };
}

function presentIn(slots: Float64Array, count: number): Float64Array {
  const present = new Float64Array(count);
  let to = 0;
  for (let at = 0; at < slots.length; at++) {
    const value = slots[at] as number;
    if (!Number.isNaN(value)) present[to++] = value;
  }
  return present;
}

interface Coded {
  readonly codec: number;
  readonly bytes: Uint8Array;
}

/** What is at most so many bytes long will do. */
function smallest(values: Float64Array, enough: number): Coded {
  const little = Math.max(enough, DEFLATED_AT_LEAST);
  const scaled = encodeScaled(values);
  if (scaled && scaled.length <= little) return { codec: CODECS.scaled, bytes: scaled };
  const gorilla = encodeGorilla(values, scaled?.length);
  const best: Coded =
    scaled && scaled.length <= gorilla.length
      ? { codec: CODECS.scaled, bytes: scaled }
      : { codec: CODECS.gorilla, bytes: gorilla };
  if (best.bytes.length <= little) return best;
  if (best.bytes.length <= GOOD_ENOUGH * values.length && areMostlyNew(values)) return best;
  const shuffled = encodeShuffled(values);
  return shuffled.length < best.bytes.length ? { codec: CODECS.shuffled, bytes: shuffled } : best;
}

/** Whether a value of each of so many groups came. */
const seen = new Uint8Array(4_096);

/** Whether at least half of the values differ from all before them: then deflate finds little that it could repeat. */
function areMostlyNew(values: Float64Array): boolean {
  const words = new Uint32Array(values.buffer, values.byteOffset, 2 * values.length);
  let different = 0;
  seen.fill(0);
  for (let at = 0; at < words.length; at += 2) {
    const mixed =
      Math.imul((words[at] as number) ^ Math.imul(words[at + 1] as number, 0x9e37_79b1), 0x85eb_ca6b) >>> 20;
    if (seen[mixed] === 0) different += 1;
    seen[mixed] = 1;
  }
  return 2 * different >= values.length;
}

/**
 * Reads a block that begins at `start` and has slots of `step` seconds. Its values may be in `room`, where the next block that is read with
 * it puts its own. Throws a `RangeError` when it is damaged or from a newer agent.
 */
export function decodeBlock(
  block: Uint8Array,
  { start, step }: { readonly start: number; readonly step: number },
  room = new Float64Array(0),
): Slots {
  if (block.length < SHORTEST_HEAD + TAIL) throw new RangeError('the block is too short');
  const end = block.length - TAIL;
  const view = new DataView(block.buffer, block.byteOffset, block.byteLength);
  const body = block.subarray(0, end);
  if (view.getUint32(end) !== crc32(body)) throw new RangeError('the checksum of the block is wrong');
  const flags = view.getUint8(0);
  const version = flags >> VERSION_BITS;
  if (version !== VERSION) throw new RangeError(`the block has version ${version}, not ${VERSION}`);
  const count = readVarint(body, 1);
  const before = readVarint(body, count.end);
  const gaps = (flags & HAS_GAPS) === 0 ? undefined : decodeGaps(body, before.end, count.value);
  if ((gaps?.slots ?? count.value) > MOST_SLOTS) throw new RangeError('the block has too many slots');
  const values = room.length < count.value ? new Float64Array(count.value) : room.subarray(0, count.value);
  const present = decodeValues(block.subarray(gaps?.end ?? before.end), flags & CODEC_MASK, values);
  return { first: start + before.value * step, step, values: gaps ? spread(present, gaps) : present };
}

/** `bytes` go on behind the values with the checksum, which bit readers need. */
function decodeValues(bytes: Uint8Array, codec: number, values: Float64Array): Float64Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  switch (codec) {
    case CODECS.scaled:
      return decodeScaled(view, 0, values);
    case CODECS.gorilla:
      return decodeGorilla(view, 0, values.length);
    case CODECS.shuffled:
      return decodeShuffled(bytes.subarray(0, -TAIL), values.length);
    default:
      throw new RangeError(`no codec has the number ${codec}`);
  }
}
