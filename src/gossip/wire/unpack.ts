import { isUtf8 } from 'node:buffer';
import { type Head, MAX_DEPTH, readHead, ValueScanner } from './head.ts';
import { Refused } from './refusal.ts';

/** What unpacking gives: every text is bytes (a view, not a copy), integers over 2^53 - 1 are `bigint`, what has no meaning is `null`. */
export type Unpacked =
  | null
  | boolean
  | number
  | bigint
  | Uint8Array
  | readonly Unpacked[]
  | ReadonlyMap<string, Unpacked>;

/** One value and where it ended. */
export interface Unpacking {
  readonly value: Unpacked;
  readonly end: number;
}

/**
 * Reads the value that starts at `start`; what follows it is not looked at. Refuses (throws `Refused`) what is cut short, too deep, or
 * would take far more memory than its bytes.
 */
export function unpack(bytes: Uint8Array, start = 0): Unpacking {
  const unpacker = new Unpacker(asBuffer(bytes), start);
  const value = unpacker.value(0);
  return { value, end: unpacker.at };
}

/** The bytes of the value of `key` in the packed map at `start`, as they are; `undefined` when there is no such key. */
export function packedField(bytes: Uint8Array, start: number, key: string): Uint8Array | undefined {
  const buffer = asBuffer(bytes);
  const map = readHead(buffer, start);
  if (map?.family !== 'map') return undefined;
  let found: Uint8Array | undefined;
  let at = map.body;
  for (let left = map.size; left > 0; left--) {
    const keyEnd = endOfValue(buffer, at);
    const valueEnd = endOfValue(buffer, keyEnd);
    const head = readHead(buffer, at);
    if (head?.family === 'raw' && buffer.toString('utf8', head.body, keyEnd) === key) {
      found = new Uint8Array(buffer.subarray(keyEnd, valueEnd));
    }
    at = valueEnd;
  }
  return found;
}

/** The same bytes with the methods of a Buffer. */
export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** The text of bytes, or `undefined` when they are not UTF-8. */
export function textOf(bytes: Uint8Array): string | undefined {
  return isUtf8(bytes) ? asBuffer(bytes).toString() : undefined;
}

function endOfValue(bytes: Buffer, start: number): number {
  const end = new ValueScanner(start).end(bytes);
  if (end === undefined) throw new Refused('malformed');
  return end;
}

/** How many values one unpacking may make; a list or a map counts as several, since it takes so much more than its one byte. */
const MAX_VALUES = 1 << 20;
const CONTAINER_COST = 16;

class Unpacker {
  at: number;
  readonly #bytes: Buffer;
  #budget = MAX_VALUES;

  constructor(bytes: Buffer, start: number) {
    this.#bytes = bytes;
    this.at = start;
  }

  value(depth: number): Unpacked {
    const head = this.#head();
    switch (head.family) {
      case 'list':
        return this.#list(head.size, depth + 1);
      case 'map':
        return this.#map(head.size, depth + 1);
      default:
        return this.#scalar(head);
    }
  }

  #head(): Head {
    const head = readHead(this.#bytes, this.at);
    if (!head || head.body + head.size > this.#bytes.length) throw new Refused('malformed');
    this.at = head.body;
    this.#spend(1);
    return head;
  }

  #spend(values: number): void {
    this.#budget -= values;
    if (this.#budget < 0) throw new Refused('tooBig');
  }

  #scalar({ family, body, size }: Head): Exclude<Unpacked, readonly Unpacked[] | ReadonlyMap<string, Unpacked>> {
    const bytes = this.#bytes;
    this.at = body + size;
    switch (family) {
      case 'small':
        return bytes.readInt8(body);
      case 'unsigned':
        return size < 8 ? bytes.readUIntBE(body, size) : narrowed(bytes.readBigUInt64BE(body));
      case 'signed':
        return size < 8 ? bytes.readIntBE(body, size) : narrowed(bytes.readBigInt64BE(body));
      case 'float':
        return size === 4 ? bytes.readFloatBE(body) : bytes.readDoubleBE(body);
      case 'raw':
        return bytes.subarray(body, this.at);
      case 'true':
        return true;
      case 'false':
        return false;
      default:
        return null;
    }
  }

  #list(size: number, depth: number): Unpacked[] {
    this.#enter(depth);
    const items: Unpacked[] = [];
    for (let left = size; left > 0; left--) items.push(this.value(depth));
    return items;
  }

  #map(size: number, depth: number): Map<string, Unpacked> {
    this.#enter(depth);
    const map = new Map<string, Unpacked>();
    for (let left = size; left > 0; left--) {
      const key = this.value(depth);
      const value = this.value(depth);
      if (key instanceof Uint8Array) map.set(asBuffer(key).toString(), value);
    }
    return map;
  }

  #enter(depth: number): void {
    if (depth > MAX_DEPTH) throw new Refused('tooDeep');
    this.#spend(CONTAINER_COST);
  }
}

function narrowed(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}
