/**
 * The dialect of msgpack that Serf pools speak: text and byte strings share the raw family, maps are sorted by key, integers are as
 * short as they can be, and floating point numbers always take 8 bytes.
 */

/** A number that is packed as floating point even when it is whole. */
export class Float {
  readonly value: number;

  constructor(value: number) {
    this.value = value;
  }
}

/** A value that is packed already and is put in as it is. */
export class Packed {
  readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }
}

/** What can be packed. Whole numbers up to 2^53 - 1 become integers, all others floating point. */
export type Packable =
  | null
  | boolean
  | number
  | string
  | Uint8Array
  | Float
  | Packed
  | readonly Packable[]
  | ReadonlyMap<string, Packable>;

/** A map with these fields; those that are `undefined` are left out. */
export function struct(fields: Readonly<Record<string, Packable | undefined>>): ReadonlyMap<string, Packable> {
  const map = new Map<string, Packable>();
  for (const [name, value] of Object.entries(fields)) if (value !== undefined) map.set(name, value);
  return map;
}

/** The bytes of one value. */
export function pack(value: Packable): Uint8Array {
  const pieces: Uint8Array[] = [];
  packInto(pieces, value);
  return bytesOf(pieces);
}

/** One array of bytes out of several. */
export function bytesOf(pieces: readonly Uint8Array[]): Uint8Array {
  const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}

function packInto(pieces: Uint8Array[], value: Packable): void {
  if (value === null) pieces.push(Uint8Array.of(0xc0));
  else if (typeof value === 'boolean') pieces.push(Uint8Array.of(value ? 0xc3 : 0xc2));
  else if (typeof value === 'number') pieces.push(Number.isSafeInteger(value) ? integer(value) : float(value));
  else if (typeof value === 'string') packRaw(pieces, Buffer.from(value));
  else if (value instanceof Uint8Array) packRaw(pieces, value);
  else if (value instanceof Float) pieces.push(float(value.value));
  else if (value instanceof Packed) pieces.push(value.bytes);
  else if (isList(value)) packList(pieces, value);
  else packMap(pieces, value);
}

/** `Array.isArray` does not know readonly arrays. */
const isList = (value: object): value is readonly Packable[] => Array.isArray(value);

function packRaw(pieces: Uint8Array[], bytes: Uint8Array): void {
  pieces.push(bytes.length < 32 ? Uint8Array.of(0xa0 | bytes.length) : sized(0xda, bytes.length), bytes);
}

function packList(pieces: Uint8Array[], items: readonly Packable[]): void {
  pieces.push(items.length < 16 ? Uint8Array.of(0x90 | items.length) : sized(0xdc, items.length));
  for (const item of items) packInto(pieces, item);
}

function packMap(pieces: Uint8Array[], map: ReadonlyMap<string, Packable>): void {
  pieces.push(map.size < 16 ? Uint8Array.of(0x80 | map.size) : sized(0xde, map.size));
  const entries = [...map].map(([key, value]) => [Buffer.from(key), value] as const);
  for (const [key, value] of entries.sort(([a], [b]) => Buffer.compare(a, b))) {
    packRaw(pieces, key);
    packInto(pieces, value);
  }
}

/** A head with a length of 2 bytes, or, as the next family member, of 4. */
const sized = (family: number, size: number): Uint8Array =>
  size <= 0xffff ? numbered(family, 2, size) : numbered(family + 1, 4, size);

/** A head followed by an unsigned number of 1, 2 or 4 bytes. */
function numbered(head: number, width: number, value: number): Uint8Array {
  const bytes = Buffer.alloc(1 + width);
  bytes[0] = head;
  bytes.writeUIntBE(value, 1, width);
  return bytes;
}

function integer(value: number): Uint8Array {
  if (value >= 0) return unsigned(value);
  if (value >= -32) return Uint8Array.of(value & 0xff);
  if (value >= -0x80) return numbered(0xd0, 1, value + 0x100);
  if (value >= -0x8000) return numbered(0xd1, 2, value + 0x1_0000);
  if (value >= -0x8000_0000) return numbered(0xd2, 4, value + 0x1_0000_0000);
  const bytes = Buffer.alloc(9, 0xd3);
  bytes.writeBigInt64BE(BigInt(value), 1);
  return bytes;
}

function unsigned(value: number): Uint8Array {
  if (value < 0x80) return Uint8Array.of(value);
  if (value <= 0xff) return numbered(0xcc, 1, value);
  if (value <= 0xffff) return numbered(0xcd, 2, value);
  if (value <= 0xffff_ffff) return numbered(0xce, 4, value);
  const bytes = Buffer.alloc(9, 0xcf);
  bytes.writeBigUInt64BE(BigInt(value), 1);
  return bytes;
}

function float(value: number): Uint8Array {
  const bytes = Buffer.alloc(9, 0xcb);
  bytes.writeDoubleBE(value, 1);
  return bytes;
}
