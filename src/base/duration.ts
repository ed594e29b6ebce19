import { OpsbroError } from './errors.ts';

const UNITS: ReadonlyMap<string, number> = new Map([
  ['ms', 1],
  ['s', 1_000],
  ['m', 60_000],
  ['h', 3_600_000],
  ['d', 86_400_000],
]);
const WHOLE = /^(?:\d+(?:\.\d+)?(?:ms|s|m|h|d))+$/;
const PART = /(\d+(?:\.\d+)?)(ms|s|m|h|d)/g;
const MAX_MS = 366 * 86_400_000;

/** Milliseconds of `500ms`, `10s`, `1m30s`, `0.5h`, `1d`, or of a bare number of seconds. Throws `bad_request` on anything else. */
export function parseDuration(written: string | number): number {
  const text = String(written).trim();
  const ms = /^\d+(?:\.\d+)?$/.test(text) ? Number(text) * 1_000 : sumOfParts(text);
  if (ms === undefined) throw new OpsbroError('bad_request', `"${written}" is not a duration; write ${example(text)}`);
  if (ms > MAX_MS) throw new OpsbroError('bad_request', `"${written}" is longer than 366 days`);
  return ms;
}

function sumOfParts(text: string): number | undefined {
  if (!WHOLE.test(text)) return undefined;
  let ms = 0;
  for (const [, amount, unit = ''] of text.matchAll(PART)) ms += Number(amount) * (UNITS.get(unit) ?? Number.NaN);
  return ms;
}

/** What was probably meant: `5 minutes` -> `5m`. */
function example(text: string): string {
  const [, amount, unit = ''] = /^(\d+(?:\.\d+)?)\s*([a-z]+)/i.exec(text) ?? [];
  const short = unit.toLowerCase().startsWith('ms') ? 'ms' : unit.charAt(0).toLowerCase();
  return amount !== undefined && UNITS.has(short) ? amount + short : 'a number and a unit, such as 10s, 5m, 2h, 1d';
}

/** An age in the largest fitting unit: `5s`, `3m`, `2h`, `4d`. */
export function shortAge(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1_000));
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 3_600) return `${Math.floor(seconds / 60)}m`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3_600)}h`;
  return `${Math.floor(seconds / 86_400)}d`;
}
