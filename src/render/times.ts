// Times as Graphite takes them: a reference, such as `noon_yesterday`, and an offset from it, such as `-1d12h`.
import { OpsbroError } from '../base/errors.ts';
import { epochOf, type LocalTime, localTime } from './zoned-time.ts';

/** What a time is read against: now in epoch seconds, and a time zone. */
export interface TimeReference {
  readonly now: number;
  readonly timeZone: string;
}

const MOST_LENGTH = 128;
const DAY = 86_400;
/** The unit of an interval is the first that its name begins with. */
const UNITS: readonly (readonly [string, number, string])[] = [
  ['s', 1, 'seconds'],
  ['min', 60, 'minutes'],
  ['h', 3_600, 'hours'],
  ['d', DAY, 'days'],
  ['w', 7 * DAY, 'weeks'],
  ['mon', 30 * DAY, 'months'],
  ['y', 365 * DAY, 'years'],
];
const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const HOURS: ReadonlyMap<string, number> = new Map([
  ['noon', 12],
  ['midnight', 0],
  ['teatime', 16],
]);
const CLOCK = /^(\d{1,2}):(\d{2})(am|pm)?/;
const HOUR = /^(\d{1,2})(am|pm)/;

/** Epoch seconds of a written time. Throws `bad_request`, naming the text, for what is none. */
export function parseTime(written: string, reference: TimeReference): number {
  const text = written.toLowerCase().replace(/[_,\s]/g, '');
  if (text.length > MOST_LENGTH) throw wrong(written);
  if (/^\d+$/.test(text) && !isDate(text)) return epochIn(text, written);
  const at = text.search(/[+-]/);
  const [base, offset] = at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at)];
  const start = base === '' || base === 'now' ? reference.now : parseReference(base, reference);
  const seconds = offset === '' ? 0 : offsetIn(offset);
  if (start === undefined || seconds === undefined) throw wrong(written);
  return start + seconds;
}

/** Seconds of an interval such as `5min` or `-1d12h`. Throws `bad_request` for what is none. */
export function parseInterval(written: string): number {
  const text = written.trim().toLowerCase();
  const seconds = text.length > MOST_LENGTH ? undefined : offsetIn(text);
  if (seconds === undefined)
    throw new OpsbroError('bad_request', `"${written.slice(0, 64)}" is no interval; write one such as 5min or 1h`);
  return seconds;
}

/** The unit that a text begins to name, such as `weeks` for `w` or `weeks3`. */
export function unitOf(written: string): string | undefined {
  return UNITS.find(([prefix]) => written.toLowerCase().startsWith(prefix))?.[2];
}

function epochIn(text: string, written: string): number {
  const epoch = Number(text);
  if (epoch > 4_294_967_295) throw wrong(written);
  return epoch;
}

function offsetIn(text: string): number | undefined {
  const sign = text.startsWith('-') ? -1 : 1;
  const rest = text.replace(/^[+-]/, '');
  if (!/^(?:\d{1,9}[a-z]+)+$/.test(rest)) return undefined;
  let seconds = 0;
  for (const [, count = '', name = ''] of rest.matchAll(/(\d+)([a-z]+)/g)) {
    const unit = UNITS.find(([prefix]) => name.startsWith(prefix));
    if (!unit) return undefined;
    seconds += Number(count) * unit[1];
  }
  return sign * seconds;
}

/** Eight digits that could be a day are one. */
function isDate(text: string): boolean {
  const [year, month, day] = [text.slice(0, 4), text.slice(4, 6), text.slice(6)].map(Number);
  return text.length === 8 && (year ?? 0) > 1_900 && (month ?? 13) < 13 && (day ?? 32) < 32;
}

interface TimeOfDay {
  readonly hour: number;
  readonly minute: number;
  readonly rest: string;
}

function parseReference(text: string, reference: TimeReference): number | undefined {
  const { hour, minute, rest } = timeOfDay(text) ?? { hour: 0, minute: 0, rest: text };
  if (hour > 23 || minute > 59) return undefined;
  const today = localTime(reference.now, reference.timeZone);
  const day = rest === '' ? today : dayOf(rest, today);
  return day && epochOf({ ...day, hour, minute, second: 0 }, reference.timeZone);
}

function timeOfDay(text: string): TimeOfDay | undefined {
  for (const [name, hour] of HOURS) {
    if (text.startsWith(name)) return { hour, minute: 0, rest: text.slice(name.length) };
  }
  const clock = CLOCK.exec(text);
  const short = HOUR.exec(text);
  const [all = '', hours = '', minutes = '0', half] = clock ?? (short ? [short[0], short[1], '0', short[2]] : []);
  if (all === '') return undefined;
  const isTwelve = Number(hours) === 12;
  const shift = half === 'pm' ? (isTwelve ? 0 : 12) : half === 'am' && isTwelve ? -12 : 0;
  return { hour: Number(hours) + shift, minute: Number(minutes), rest: text.slice(all.length) };
}

type Day = Pick<LocalTime, 'year' | 'month' | 'day'>;

function dayOf(text: string, today: LocalTime): LocalTime | undefined {
  const found = relativeDay(text, today) ?? writtenDay(text, today) ?? weekday(text, today);
  if (!found) return undefined;
  const { year, month, day } = found;
  return { ...today, year, month, day };
}

function relativeDay(text: string, { year, month, day }: Day): Day | undefined {
  const shift = new Map([
    ['today', 0],
    ['yesterday', -1],
    ['tomorrow', 1],
  ]).get(text);
  return shift === undefined ? undefined : { year, month, day: day + shift };
}

function writtenDay(text: string, { year: thisYear }: Day): Day | undefined {
  if (/^\d{8}$/.test(text) && isDate(text)) {
    return valid({ year: Number(text.slice(0, 4)), month: Number(text.slice(4, 6)), day: Number(text.slice(6)) });
  }
  const slashed = /^(\d{1,2})\/(\d{1,2})\/(\d{2}|\d{4})$/.exec(text);
  if (slashed) {
    const written = Number(slashed[3]);
    const century = written >= 100 ? 0 : written < 70 ? 2_000 : 1_900;
    return valid({ year: century + written, month: Number(slashed[1]), day: Number(slashed[2]) });
  }
  const named = /^([a-z]{3,9})(\d{1,2})$/.exec(text);
  const month = MONTHS.indexOf(named?.[1]?.slice(0, 3) ?? '') + 1;
  return month === 0 ? undefined : valid({ year: thisYear, month, day: Number(named?.[2]) });
}

const valid = (date: Day): Day | undefined =>
  date.month >= 1 && date.month <= 12 && date.day >= 1 && date.day <= 31 ? date : undefined;

/** The last such day, today included. */
function weekday(text: string, { year, month, day }: Day): Day | undefined {
  const wanted = /^[a-z]{3,9}$/.test(text) ? WEEKDAYS.indexOf(text.slice(0, 3)) : -1;
  if (wanted < 0) return undefined;
  const now = new Date(Date.UTC(year, month - 1, day)).getUTCDay();
  return { year, month, day: day - ((now - wanted + 7) % 7) };
}

const wrong = (written: string): OpsbroError =>
  new OpsbroError(
    'bad_request',
    `"${written.slice(0, 64)}" is no time; write epoch seconds, or such as -1h, midnight or 06:30_20231101`,
  );
