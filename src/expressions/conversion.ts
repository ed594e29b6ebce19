import { fixed, significant } from './decimal.ts';
import { fault } from './fault.ts';
import type { Meter } from './limits.ts';
import { reprOf, textOf } from './text.ts';
import { numberOf, typeName, type Value } from './values.ts';

/** One `%` item of a format, read. */
export interface Conversion {
  readonly type: string;
  readonly flags: string;
  readonly width: number;
  /** `undefined` when none is written. */
  readonly precision: number | undefined;
}

/** A converted value before it is padded. */
interface Piece {
  readonly sign: string;
  readonly body: string;
}

const DEFAULT_PRECISION = 6;
/** A number is written out by all of its digits, up to a thousand, before it is rounded. */
const NUMBER_COST = 2_048;

/** The text of one value as a conversion wants it. Throws FORMAT when the value does not fit or the conversion is unknown. */
export function convert(conversion: Conversion, value: Value, meter: Meter): string {
  switch (conversion.type) {
    case 's':
      return padded(conversion, { sign: '', body: cut(textOf(value), conversion.precision, meter) }, ' ');
    case 'r':
      return padded(conversion, { sign: '', body: cut(reprOf(value), conversion.precision, meter) }, ' ');
    case 'c':
      return padded(conversion, { sign: '', body: character(value) }, ' ');
    default: {
      meter.characters(NUMBER_COST);
      const fill = conversion.flags.includes('0') ? '0' : ' ';
      return padded(conversion, numeric(conversion, needNumber(conversion, value)), fill);
    }
  }
}

function numeric(conversion: Conversion, number: number): Piece {
  const sign = signOf(conversion.flags, number);
  switch (conversion.type) {
    case 'd':
    case 'i':
    case 'u':
      return { sign, body: whole(conversion, number, 10) };
    case 'x':
      return { sign, body: whole(conversion, number, 16) };
    case 'X':
      return { sign, body: whole(conversion, number, 16).toUpperCase() };
    case 'o':
      return { sign, body: whole(conversion, number, 8) };
    default:
      return { sign, body: real(conversion, Math.abs(number)) };
  }
}

function real(conversion: Conversion, size: number): string {
  const { type, precision = DEFAULT_PRECISION, flags } = conversion;
  const point = flags.includes('#');
  const body = { f: fixedBody, e: exponential, g: general }[type.toLowerCase() as 'f' | 'e' | 'g'](
    size,
    precision,
    point,
  );
  return type === type.toUpperCase() ? body.toUpperCase() : body;
}

const fixedBody = (size: number, precision: number, keepsPoint: boolean): string =>
  fixed(size, precision) + (precision === 0 && keepsPoint ? '.' : '');

function exponential(size: number, precision: number, keepsPoint: boolean): string {
  const { digits, exponent } = significant(size, precision + 1);
  const rest = digits.slice(1);
  return `${digits.charAt(0)}${rest !== '' || keepsPoint ? '.' : ''}${rest}${power(exponent)}`;
}

/** The shorter of the two other forms; without zeros at the end, unless they and the point are to be kept. */
function general(size: number, precision: number, keepsPoint: boolean): string {
  const count = Math.max(1, precision);
  const { digits, exponent } = significant(size, count);
  const isShort = exponent >= -4 && exponent < count;
  const body = isShort ? fixed(size, count - 1 - exponent) : pointed(digits);
  const number = keepsPoint ? withPoint(body) : withoutZeros(body);
  return isShort ? number : number + power(exponent);
}

const withPoint = (body: string): string => (body.includes('.') ? body : `${body}.`);
const withoutZeros = (body: string): string => (body.includes('.') ? body.replace(/\.?0+$/, '') : body);
const pointed = (digits: string): string => (digits.length > 1 ? `${digits.charAt(0)}.${digits.slice(1)}` : digits);
const power = (exponent: number): string =>
  `e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;

const PREFIXES: ReadonlyMap<number, string> = new Map([
  [8, '0o'],
  [16, '0x'],
]);

function whole({ type, flags, precision = 0 }: Conversion, number: number, base: number): string {
  if (base !== 10 && !Number.isInteger(number)) throw fault('FORMAT', `%${type} needs a whole number`);
  const digits = BigInt(Math.abs(Math.trunc(number)))
    .toString(base)
    .padStart(precision, '0');
  return flags.includes('#') ? (PREFIXES.get(base) ?? '') + digits : digits;
}

function needNumber({ type }: Conversion, value: Value): number {
  if (!'diuxXofFeEgG'.includes(type)) throw fault('FORMAT', `unknown conversion %${type}`);
  const number = numberOf(value);
  if (number === undefined) throw fault('FORMAT', `%${type} needs a number, got ${typeName(value)}`);
  return number;
}

function signOf(flags: string, number: number): string {
  if (number < 0) return '-';
  if (flags.includes('+')) return '+';
  return flags.includes(' ') ? ' ' : '';
}

/** `%c`: a character, or the number of one. */
function character(value: Value): string {
  const isCode = typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 0x10ffff;
  if (isCode) return String.fromCodePoint(value);
  if (typeof value === 'string' && Array.from(value).length === 1) return value;
  throw fault('FORMAT', `%c needs a character or its number, got ${typeName(value)}`);
}

/** The first characters of a text. The whole text was made for it, and so it counts as a whole. */
function cut(text: string, precision: number | undefined, meter: Meter): string {
  meter.characters(text.length);
  if (precision === undefined || text.length <= precision) return text;
  // A character is at most two units long.
  return Array.from(text.slice(0, 2 * precision))
    .slice(0, precision)
    .join('');
}

function padded({ flags, width }: Conversion, { sign, body }: Piece, fill: ' ' | '0'): string {
  const missing = width - sign.length - lengthOf(body);
  if (missing <= 0) return sign + body;
  if (flags.includes('-')) return sign + body + ' '.repeat(missing);
  if (fill === ' ') return ' '.repeat(missing) + sign + body;
  const prefix = /^0[xXo]/.exec(body)?.[0] ?? '';
  return sign + prefix + '0'.repeat(missing) + body.slice(prefix.length);
}

const lengthOf = (text: string): number => (text.length > 1_000 ? text.length : Array.from(text).length);
