/** A number written out in full: `digits` / 10 ** `scale`. */
interface Exact {
  readonly digits: bigint;
  readonly scale: number;
}

const view = new DataView(new ArrayBuffer(8));

/** Every double is a whole number times a power of two, and so has finitely many decimal digits. Takes no sign. */
function exactly(number: number): Exact {
  view.setFloat64(0, number);
  const bits = view.getBigUint64(0);
  const biased = Number((bits >> 52n) & 0x7ffn);
  const fraction = bits & 0xfffffffffffffn;
  const mantissa = biased === 0 ? fraction : fraction | (1n << 52n);
  const exponent = Math.max(biased, 1) - 1_075;
  if (exponent >= 0) return { digits: mantissa << BigInt(exponent), scale: 0 };
  return { digits: mantissa * 5n ** BigInt(-exponent), scale: -exponent };
}

/** `digits` shortened by `places` digits, a half going to the even neighbour. */
function shortened(digits: bigint, places: number): bigint {
  if (places <= 0) return digits * 10n ** BigInt(-places);
  const unit = 10n ** BigInt(places);
  const whole = digits / unit;
  const twice = (digits % unit) * 2n;
  return twice > unit || (twice === unit && whole % 2n === 1n) ? whole + 1n : whole;
}

/** A number without sign with so many digits behind the point, rounded as C does: to the nearest, the exact value's half to even. */
export function fixed(number: number, places: number): string {
  const { digits, scale } = exactly(number);
  const text = shortened(digits, scale - places)
    .toString()
    .padStart(places + 1, '0');
  const point = text.length - places;
  return places === 0 ? text : `${text.slice(0, point)}.${text.slice(point)}`;
}

/** A number without sign as its first digits, rounded, and the power of ten of the first one. */
export function significant(number: number, count: number): { readonly digits: string; readonly exponent: number } {
  if (number === 0) return { digits: '0'.repeat(count), exponent: 0 };
  const { digits, scale } = exactly(number);
  const length = digits.toString().length;
  const rounded = shortened(digits, length - count).toString();
  // 9.99 rounded to two digits is 10, one digit longer.
  const carry = rounded.length - count;
  return { digits: rounded.slice(0, count), exponent: length - 1 - scale + carry };
}
