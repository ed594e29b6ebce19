import { Fields } from './fields.ts';
import { lzwDecode } from './lzw.ts';
import { lzwEncode } from './lzw-encode.ts';
import { bytesOf, pack, struct } from './pack.ts';
import { TYPE } from './packet.ts';
import { Refused } from './refusal.ts';

/** The only way of compression there is. */
const LZW = 0;

/** A compress message of these bytes, or the bytes themselves when that would not be shorter. */
export function compressed(bytes: Uint8Array): Uint8Array {
  const packed = lzwEncode(bytes);
  if (packed.length >= bytes.length) return bytes;
  const message = bytesOf([Uint8Array.of(TYPE.compress), pack(struct({ Algo: LZW, Buf: packed }))]);
  return message.length < bytes.length ? message : bytes;
}

/** Expands a compress message to at most `limit` bytes; throws `Refused`. */
export function expand(bytes: Uint8Array, limit: number): Uint8Array {
  const fields = Fields.read(bytes, 1);
  if (fields.integer('Algo') !== LZW) throw new Refused('malformed');
  return lzwDecode(fields.bytes('Buf'), limit);
}
