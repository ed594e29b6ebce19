/** A number with six significant digits, without zeros at its end, as names of series show it; big and small ones as `1e+06`. */
export function shortText(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'nan' : value > 0 ? 'inf' : '-inf';
  if (value === 0) return '0';
  const exponent = Number(value.toExponential(5).split('e')[1]);
  if (exponent >= -4 && exponent < 6) return trimmed(value.toFixed(Math.max(0, 5 - exponent)));
  const [digits = '', power = ''] = value.toExponential(5).split('e');
  const sign = power.startsWith('-') ? '-' : '+';
  return `${trimmed(digits)}e${sign}${power.replace(/^[+-]/, '').padStart(2, '0')}`;
}

const trimmed = (digits: string): string => (digits.includes('.') ? digits.replace(/\.?0+$/, '') : digits);

/** Beyond these a value has no decimals left to round. */
const MOST_DECIMALS = 15;
const MOST_SCALED = 2 ** 50;
/** Nearer to the middle than this it is looked at in full. */
const NEAR = 1e-6;

/** Rounds to so many decimals (negative: to tens, hundreds...); of what lies exactly in the middle, to the even one. */
export function roundedTo(value: number, decimals: number): number {
  if (!Number.isFinite(value) || decimals > MOST_DECIMALS) return value;
  if (decimals <= 0) return evenly(value / 10 ** -decimals) * 10 ** -decimals;
  const scaled = value * 10 ** decimals;
  if (Math.abs(scaled) > MOST_SCALED) return value;
  const fraction = scaled - Math.floor(scaled);
  if (Math.abs(fraction - 0.5) > NEAR) return Math.round(scaled) / 10 ** decimals;
  // The text goes by the exact binary value, so that 2.675, which is a little less, becomes 2.67.
  const isTie = /^50*$/.test(value.toFixed(decimals + 30).slice(-30));
  return isTie ? evenly(scaled) / 10 ** decimals : Number(value.toFixed(decimals));
}

function evenly(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest !== 0.5) return rest < 0.5 ? floor : floor + 1;
  return floor % 2 === 0 ? floor : floor + 1;
}
