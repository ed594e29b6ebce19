import { OpsbroError } from '../base/errors.ts';

/** The most bytes a key has. */
export const MAX_KEY_BYTES = 1_024;
const MAX_TTL_S = 315_360_000;
const UNIT_S: ReadonlyMap<string, number> = new Map([
  ['', 1],
  ['s', 1],
  ['m', 60],
  ['h', 3_600],
  ['d', 86_400],
]);
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
const CONTROL = /[\u0000-\u001f\u007f]/;

/** Refuses with `bad_key` what cannot be a key: empty, too long, control characters, no UTF-8, a segment `.` or `..`. */
export function checkKey(key: string): void {
  const fault = faultOf(key);
  if (fault !== undefined) throw new OpsbroError('bad_key', fault);
}

/** Most keys, which need no closer look: what they are made of is a byte each, and has no dots. */
const PLAIN = new RegExp(`^[!-\\-/-~]{1,${MAX_KEY_BYTES}}$`);

function faultOf(key: string): string | undefined {
  if (PLAIN.test(key)) return undefined;
  if (key === '') return 'a key has at least one byte';
  if (!isWellFormed(key)) return 'a key is valid UTF-8; this one holds half a surrogate pair';
  const bytes = Buffer.byteLength(key);
  if (bytes > MAX_KEY_BYTES) return `a key has at most ${MAX_KEY_BYTES} bytes; this one has ${bytes}`;
  if (CONTROL.test(key)) return 'a key has no control characters';
  if (key.split('/').some((segment) => segment === '.' || segment === '..'))
    return 'no segment of a key is "." or ".."';
  return undefined;
}

/** `String.prototype.isWellFormed`, which the language level of this code does not know yet. */
const isWellFormed = (text: string): boolean => !/\p{Surrogate}/u.test(text);

/** What keys of the agent itself begin with. */
export const RESERVED = '__';

/** Whether a key belongs to the agent itself: it can be read by all and written by none. */
export const isReserved = (key: string): boolean => key.startsWith(RESERVED);

/** Whole seconds of a time to live: `60`, `90s`, `15m`, `2h`, `7d`. Refuses others with `bad_ttl`. */
export function parseTtl(written: string): number {
  const [, amount = '', unit = ''] = /^(\d{1,12})([smhd]?)$/.exec(written) ?? [];
  const seconds = amount === '' ? Number.NaN : Number(amount) * (UNIT_S.get(unit) ?? Number.NaN);
  checkTtl(seconds, written);
  return seconds;
}

/** Refuses with `bad_ttl` what is no time to live in seconds. */
export function checkTtl(seconds: number, written: string | number = seconds): void {
  if (Number.isInteger(seconds) && seconds >= 1 && seconds <= MAX_TTL_S) return;
  throw new OpsbroError(
    'bad_ttl',
    `"${written}" is no time to live; write whole seconds from 1 to ${MAX_TTL_S}, or 90s, 15m, 2h, 7d`,
  );
}
