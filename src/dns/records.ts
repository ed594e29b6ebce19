import { ipBytes } from '../base/ip.ts';

/** The record types that have answers here, and the pseudo type for all of them. */
export const TYPE = { A: 1, NS: 2, SOA: 6, TXT: 16, AAAA: 28, ANY: 255 } as const;

/** One record of an answer. Its owner is the name asked. */
export type AnswerRecord =
  | { readonly type: typeof TYPE.A | typeof TYPE.AAAA; readonly address: string }
  | { readonly type: typeof TYPE.TXT; readonly text: string }
  | { readonly type: typeof TYPE.NS }
  | { readonly type: typeof TYPE.SOA };

const FIXED = 12;
const MAX_TEXT = 255;

/** The records of addresses, those of one family: `undefined` addresses and names are none. */
export function addressRecords(addresses: readonly string[], type: typeof TYPE.A | typeof TYPE.AAAA): AnswerRecord[] {
  const length = type === TYPE.A ? 4 : 16;
  return addresses.filter((address) => ipBytes(address)?.length === length).map((address) => ({ type, address }));
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
    case TYPE.TXT:
      return FIXED + 1 + Buffer.byteLength(record.text);
    case TYPE.NS:
      return FIXED + 5;
    case TYPE.SOA:
      return FIXED + 38;
  }
}

/** As many whole characters as fit. */
function cut(text: string): string {
  if (Buffer.byteLength(text) <= MAX_TEXT) return text;
  return Buffer.from(text).subarray(0, MAX_TEXT).toString().replace(/�$/, '');
}
