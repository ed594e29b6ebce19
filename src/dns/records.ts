import { ipBytes } from '../base/ip.ts';

/** The record types that have answers here, and the pseudo type for all of them. */
export const TYPE = { A: 1, NS: 2, SOA: 6, PTR: 12, TXT: 16, AAAA: 28, SRV: 33, ANY: 255 } as const;

/** Where a service is found. Texts are names without a dot at the end. */
export interface ServiceRecord {
  readonly type: typeof TYPE.SRV;
  readonly weight: number;
  readonly port: number;
  readonly target: string;
  /** What the target stands for. */
  readonly address: string;
}

/** One address. */
export interface AddressRecord {
  readonly type: typeof TYPE.A | typeof TYPE.AAAA;
  readonly address: string;
  /** Its 4 or 16 bytes. */
  readonly data: Uint8Array;
}

/** One record of an answer. Its owner is the name asked. */
export type AnswerRecord =
  | AddressRecord
  | ServiceRecord
  | { readonly type: typeof TYPE.TXT; readonly text: string }
  | { readonly type: typeof TYPE.PTR; readonly name: string }
  | { readonly type: typeof TYPE.NS }
  | { readonly type: typeof TYPE.SOA };

const FIXED = 12;
const MAX_TEXT = 255;
const SERVICE_FIXED = 6;
const PRIORITY = 1;
const MAX_LABEL = 63;

/** The records of addresses, those of one family: `undefined` addresses and names are none. */
export function addressRecords(addresses: readonly string[], type: AddressRecord['type']): AddressRecord[] {
  const isLong = type === TYPE.AAAA;
  return addresses.flatMap((address) => {
    const data = address.includes(':') === isLong ? ipBytes(address) : undefined;
    return data ? [{ type, address, data }] : [];
  });
}

/** A text record of each item, cut to 255 bytes. */
export const textRecords = (texts: readonly string[]): AnswerRecord[] =>
  texts.map((text) => ({ type: TYPE.TXT, text: cut(text) }));

/** The most bytes that a record takes in an answer, its owner being a pointer. */
export function sizeOf(record: AnswerRecord): number {
  switch (record.type) {
    case TYPE.A:
      return FIXED + 4;
    case TYPE.AAAA:
      return FIXED + 16;
    case TYPE.SRV:
      return FIXED + SERVICE_FIXED + nameSize(record.target);
    case TYPE.TXT:
      return FIXED + 1 + Buffer.byteLength(record.text);
    case TYPE.PTR:
      return FIXED + nameSize(record.name);
    case TYPE.NS:
      return FIXED + 5;
    case TYPE.SOA:
      return FIXED + 38;
  }
}

const nameSize = (name: string): number => Buffer.byteLength(name) + 2;

/** The bytes of a name, not compressed; a label that is too long is cut. */
function nameBytes(name: string): Buffer {
  const labels = name.split('.').map((label) => Buffer.from(label).subarray(0, MAX_LABEL));
  return Buffer.concat([...labels.flatMap((label) => [Buffer.of(label.length), label]), Buffer.of(0)]);
}

/**
 * The bytes of an address or service record whose owner is a pointer to `owner`, the question unless said. The target of a service is
 * never compressed (RFC 2782), so such blocks may stand in any order.
 */
export function recordBlock(record: AddressRecord | ServiceRecord, ttl: number, owner = FIXED): Buffer {
  const data = record.type === TYPE.SRV ? serviceData(record) : record.data;
  const block = Buffer.alloc(FIXED + data.length);
  block.writeUInt16BE(0xc000 | owner, 0);
  block.writeUInt16BE(record.type, 2);
  block.writeUInt16BE(1, 4);
  block.writeUInt32BE(ttl, 6);
  block.writeUInt16BE(data.length, 10);
  block.set(data, FIXED);
  return block;
}

/** Where the name of a service record's target begins within its block. */
export const TARGET_AT = FIXED + SERVICE_FIXED;

function serviceData({ weight, port, target }: ServiceRecord): Buffer {
  const head = Buffer.alloc(SERVICE_FIXED);
  head.writeUInt16BE(PRIORITY, 0);
  head.writeUInt16BE(weight, 2);
  head.writeUInt16BE(port, 4);
  return Buffer.concat([head, nameBytes(target)]);
}

/** As many whole characters as fit. */
function cut(text: string): string {
  if (Buffer.byteLength(text) <= MAX_TEXT) return text;
  return Buffer.from(text)
    .subarray(0, MAX_TEXT)
    .toString()
    .replace(/\ufffd$/, '');
}
