import { asBuffer } from './unpack.ts';

/** What an opsbro node has heard, in few bytes: two nodes that have heard the same have equal ones. */
export interface PoolDigest {
  /** 8 bytes over the versions of all records. */
  readonly records: Uint8Array;
  /** The event clock: the time that the next event would get. */
  readonly eventTime: number;
  /** 64 bits over all events that are not quite new. */
  readonly events: bigint;
}

const VERSION = 1;
const LENGTH = 25;
const RECORD_BYTES = 8;

/** The 25 bytes in which a digest travels: version, records, event clock, events. */
export function encodeDigest({ records, eventTime, events }: PoolDigest): Uint8Array {
  const bytes = Buffer.alloc(LENGTH);
  bytes[0] = VERSION;
  bytes.set(records.subarray(0, RECORD_BYTES), 1);
  bytes.writeBigUInt64BE(BigInt(eventTime), 9);
  bytes.writeBigUInt64BE(events, 17);
  return bytes;
}

/** The digest in these bytes; nothing when they are none. Bytes that follow are left to later versions. */
export function decodeDigest(bytes: Uint8Array): PoolDigest | undefined {
  if (bytes[0] !== VERSION || bytes.length < LENGTH) return undefined;
  const buffer = asBuffer(bytes);
  const eventTime = Number(buffer.readBigUInt64BE(9));
  return {
    records: new Uint8Array(buffer.subarray(1, 1 + RECORD_BYTES)),
    eventTime,
    events: buffer.readBigUInt64BE(17),
  };
}
