import { fault } from '../../expressions/fault.ts';

/** An IP address as a number of 32 or 128 bits. */
interface Address {
  readonly value: bigint;
  readonly bits: 32 | 128;
}

/** A range of addresses; the last `host` bits are free. */
interface AddressRange extends Address {
  readonly host: bigint;
}

const BYTE = /^(?:0|[1-9]\d{0,2})$/;
const GROUP = /^[0-9a-fA-F]{1,4}$/;

/** Reads an IPv4 or IPv6 address. Throws FUNCTION for anything else. */
export function parseAddress(text: string): Address {
  const value = text.includes(':') ? sixOf(text) : fourOf(text);
  if (value === undefined) throw fault('FUNCTION', `${JSON.stringify(text)} is not an IP address`);
  return { value, bits: text.includes(':') ? 128 : 32 };
}

/** Reads a range such as `10.0.0.0/8`; an address alone is a range of one. Throws FUNCTION for anything else. */
export function parseRange(text: string): AddressRange {
  const [address = '', length, ...more] = text.split('/');
  const { value, bits } = parseAddress(address);
  const prefix = length === undefined ? bits : Number(length);
  const isValid = more.length === 0 && (length === undefined || /^\d{1,3}$/.test(length)) && prefix <= bits;
  if (!isValid) throw fault('FUNCTION', `${JSON.stringify(text)} is not a range of addresses`);
  return { value, bits, host: BigInt(bits - prefix) };
}

function fourOf(text: string): bigint | undefined {
  const bytes = text.split('.');
  if (bytes.length !== 4 || !bytes.every((byte) => BYTE.test(byte) && Number(byte) < 256)) return undefined;
  return bytes.reduce((value, byte) => (value << 8n) | BigInt(byte), 0n);
}

/** Reads the groups on both sides of `::`; an IPv4 address at the end counts as two groups. */
function sixOf(text: string): bigint | undefined {
  const sides = withoutDots(text)?.split('::');
  if (!sides || sides.length > 2) return undefined;
  const [left = [], right = []] = sides.map((side) => (side === '' ? [] : side.split(':')));
  const absent = 8 - left.length - right.length;
  if (sides.length === 2 ? absent < 1 : absent !== 0) return undefined;
  const groups = [...left, ...Array.from({ length: absent }, () => '0'), ...right];
  if (!groups.every((group) => GROUP.test(group))) return undefined;
  return groups.reduce((value, group) => (value << 16n) | BigInt(`0x${group}`), 0n);
}

function withoutDots(text: string): string | undefined {
  if (!text.includes('.')) return text;
  const start = text.lastIndexOf(':') + 1;
  const four = fourOf(text.slice(start));
  return four === undefined
    ? undefined
    : `${text.slice(0, start)}${(four >> 16n).toString(16)}:${(four & 0xffffn).toString(16)}`;
}
