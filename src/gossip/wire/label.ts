import { TYPE } from './packet.ts';

const HEAD = 2;
const NONE = new Uint8Array(0);

/** What stands in front of everything in a pool with this label of at most 255 bytes; nothing without one. */
export function labelHead(label: string): Uint8Array {
  if (label === '') return NONE;
  const text = Buffer.from(label);
  return Uint8Array.of(TYPE.label, text.length, ...text);
}

/** The bytes of the label in a head, which encryption takes into account. */
export const labelOf = (head: Uint8Array): Uint8Array => (head.length === 0 ? NONE : head.subarray(HEAD));

/** Whether bytes begin with this head, or, when it is empty, with no label at all. */
export function beginsWith(bytes: Uint8Array, head: Uint8Array): boolean {
  if (head.length === 0) return bytes[0] !== TYPE.label;
  return bytes.length >= head.length && head.every((byte, at) => bytes[at] === byte);
}
