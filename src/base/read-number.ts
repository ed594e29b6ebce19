const [BLANK, TAB, PLUS, MINUS, DOT, ZERO] = [32, 9, 43, 45, 46, 48];
/** Digits of which every number is exact, as is every power of ten that many places down. */
const EXACT_DIGITS = 15;
const LONGEST = 64;
const FORM = /^[+-]?(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+)?$/;
const POWERS = Array.from({ length: EXACT_DIGITS + 1 }, (_, exponent) => 10 ** exponent);

/**
 * The decimal number at these bytes, with blanks around it or not: `[+-]digits[.digits][e[+-]digits]` or `[+-].digits`. NaN when they are
 * none, or one that is not finite.
 */
export function readNumber(bytes: Uint8Array, start: number, end: number): number {
  const hasBlanks = isBlank(bytes[start]) || isBlank(bytes[end - 1]);
  return hasBlanks ? readBetweenBlanks(bytes, start, end) : readPlain(bytes, start, end);
}

function readPlain(bytes: Uint8Array, start: number, end: number): number {
  const sign = bytes[start];
  const first = sign === MINUS || sign === PLUS ? start + 1 : start;
  if (end - first > EXACT_DIGITS || first >= end) return readRare(bytes, start, end);
  let digits = 0;
  let dot = -1;
  for (let at = first; at < end; at++) {
    const digit = (bytes[at] as number) - ZERO;
    if (digit >= 0 && digit <= 9) digits = digits * 10 + digit;
    else if (digit === DOT - ZERO && dot < 0) dot = at;
    else return readRare(bytes, start, end);
  }
  if (dot === end - 1) return Number.NaN;
  // Both are exact, so that their quotient is the nearest number to what is written.
  const value = dot < 0 ? digits : digits / (POWERS[end - 1 - dot] as number);
  return sign === MINUS ? -value : value;
}

function readBetweenBlanks(bytes: Uint8Array, start: number, end: number): number {
  let [from, until] = [start, end];
  while (from < until && isBlank(bytes[from])) from++;
  while (until > from && isBlank(bytes[until - 1])) until--;
  return from < until ? readPlain(bytes, from, until) : Number.NaN;
}

/** With an exponent, or too long to be sure of; or no number. */
function readRare(bytes: Uint8Array, start: number, end: number): number {
  if (end <= start || end - start > LONGEST) return Number.NaN;
  const text = Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('latin1');
  const value = FORM.test(text) ? Number(text) : Number.NaN;
  return Number.isFinite(value) ? value : Number.NaN;
}

const isBlank = (byte: number | undefined): boolean => byte === BLANK || byte === TAB;
