import { crc32 } from 'node:zlib';
import { msOf, type Stamp } from './hlc.ts';
import { tagAt, type Version } from './version.ts';

const FORMAT = 1;
const HEADER = 42;
const CRC = 4;
const TOMBSTONE = 1;
const HAS_EXPIRY = 2;
const VALUE_DROPPED = 4;

/** What is stored under a key. */
export interface KvRecord {
  readonly version: Version;
  /** The version that this life of the key began with. */
  readonly created: Stamp;
  /** Epoch milliseconds; 0 = never. */
  readonly expires: number;
  /** `tombstone`: the key was deleted. `dropped`: it expired a while ago and its value was thrown away. */
  readonly kind: 'value' | 'tombstone' | 'dropped';
  readonly value: Uint8Array;
}

/** Whether there is something to read at the wall time `now`. */
export const isLive = (record: KvRecord | undefined, now: number): record is KvRecord =>
  record !== undefined && record.kind === 'value' && !hasExpired(record, now);

/** Whether its time has run out. */
export const hasExpired = ({ expires }: KvRecord, now: number): boolean => expires !== 0 && expires <= now;

/** Epoch milliseconds of the record's version. */
export const modifiedAt = ({ version }: KvRecord): number => msOf(version.stamp);

const FLAGS = { value: 0, tombstone: TOMBSTONE, dropped: VALUE_DROPPED } as const;

/** A record that goes to several places: its bytes are made once. */
export class PackedRecord implements KvRecord {
  readonly version: Version;
  readonly created: Stamp;
  readonly expires: number;
  readonly kind: KvRecord['kind'];
  readonly value: Uint8Array;
  #bytes: Uint8Array | undefined;

  /** `bytes` are those of the record, if there are such already. */
  constructor({ version, created, expires, kind, value }: KvRecord, bytes?: Uint8Array) {
    this.version = version;
    this.created = created;
    this.expires = expires;
    this.kind = kind;
    this.value = value;
    this.#bytes = bytes;
  }

  get bytes(): Uint8Array {
    this.#bytes ??= bytesOf(this);
    return this.#bytes;
  }
}

/** The bytes of a record: a header of 42 bytes, the value, and a CRC-32 of both. */
export const encodeRecord = (record: KvRecord): Uint8Array =>
  record instanceof PackedRecord ? record.bytes : bytesOf(record);

function bytesOf({ version, created, expires, kind, value }: KvRecord): Uint8Array {
  const bytes = Buffer.allocUnsafe(HEADER + value.length + CRC);
  bytes[0] = FORMAT;
  bytes[1] = FLAGS[kind] | (expires === 0 ? 0 : HAS_EXPIRY);
  bytes.writeBigUInt64BE(version.stamp, 2);
  bytes.set(version.tag, 10);
  bytes.writeBigUInt64BE(created, 26);
  bytes.writeBigUInt64BE(BigInt(expires), 34);
  bytes.set(value, HEADER);
  bytes.writeUInt32BE(crc32(bytes.subarray(0, -CRC)), bytes.length - CRC);
  return bytes;
}

/** The record with its bytes made. Throws `RangeError` for what has none, such as a time that is too far away. */
export function packed(record: KvRecord): KvRecord {
  const made = record instanceof PackedRecord ? record : new PackedRecord(record);
  // Made when they are asked for.
  void made.bytes;
  return made;
}

/** The record of such bytes, which it goes on looking at; `undefined` when they are damaged or of an unknown format. */
export function decodeRecord(stored: Uint8Array): KvRecord | undefined {
  const bytes = Buffer.isBuffer(stored) ? stored : Buffer.from(stored.buffer, stored.byteOffset, stored.length);
  if (bytes.length < HEADER + CRC || bytes[0] !== FORMAT) return undefined;
  if (crc32(bytes.subarray(0, -CRC)) !== bytes.readUInt32BE(bytes.length - CRC)) return undefined;
  const expires = Number(bytes.readBigUInt64BE(34));
  if (!Number.isSafeInteger(expires)) return undefined;
  const record = {
    version: { stamp: bytes.readBigUInt64BE(2), tag: tagAt(bytes, 10) },
    created: bytes.readBigUInt64BE(26),
    expires,
    kind: kindOf(bytes[1] ?? 0),
    value: bytes.subarray(HEADER, -CRC),
  };
  return new PackedRecord(record, stored);
}

/** A record whose bytes are also at another place of the memory, where it looks at them from now on. */
export function movedTo(bytes: Uint8Array, { version, created, expires, kind }: KvRecord): KvRecord {
  return new PackedRecord({ version, created, expires, kind, value: bytes.subarray(HEADER, -CRC) }, bytes);
}

function kindOf(flags: number): KvRecord['kind'] {
  if (flags & TOMBSTONE) return 'tombstone';
  return flags & VALUE_DROPPED ? 'dropped' : 'value';
}
