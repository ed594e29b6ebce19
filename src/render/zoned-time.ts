import { OpsbroError } from '../base/errors.ts';

/** A time of day somewhere; `month` begins at 1. */
export interface LocalTime {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
}

const MOST_ZONES = 100;
const formats = new Map<string, Intl.DateTimeFormat>();

/** The clock of a time zone at an epoch second. Throws `bad_request` for a zone that is none. */
export function localTime(epoch: number, zone: string): LocalTime {
  if (zone === 'UTC') return utcTime(epoch);
  const parts = new Map(
    formatOf(zone)
      .formatToParts(epoch * 1_000)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? 0;
  return {
    year: part('year'),
    month: part('month'),
    day: part('day'),
    hour: part('hour'),
    minute: part('minute'),
    second: part('second'),
  };
}

/** The epoch second at which the clock of a time zone shows this; fields beyond their range go on, as the 32nd of a month does. */
export function epochOf({ year, month, day, hour, minute, second }: LocalTime, zone: string): number {
  const asUtc = Math.floor(Date.UTC(year, month - 1, day, hour, minute, second) / 1_000);
  if (zone === 'UTC') return asUtc;
  // Where the clock is set that night, the first guess may be off by the change.
  const guess = asUtc - aheadAt(asUtc, zone);
  return asUtc - aheadAt(guess, zone);
}

/** The seconds a time zone is ahead of UTC at an epoch second. */
function aheadAt(epoch: number, zone: string): number {
  const { year, month, day, hour, minute, second } = localTime(epoch, zone);
  return Math.floor(Date.UTC(year, month - 1, day, hour, minute, second) / 1_000) - epoch;
}

/** Whether clocks are set to summer time. */
export function isSummerTime(epoch: number, zone: string): boolean {
  const { year } = localTime(epoch, zone);
  const winter = Math.min(...[1, 7].map((month) => aheadAt(Date.UTC(year, month - 1, 1) / 1_000, zone)));
  return aheadAt(epoch, zone) > winter;
}

function utcTime(epoch: number): LocalTime {
  const date = new Date(epoch * 1_000);
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
    second: date.getUTCSeconds(),
  };
}

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known) return known;
  if (formats.size >= MOST_ZONES) formats.clear();
  const number = 'numeric';
  const fields = { year: number, month: number, day: number, hour: number, minute: number, second: number } as const;
  try {
    const format = new Intl.DateTimeFormat('en-GB', { timeZone: zone, hourCycle: 'h23', ...fields });
    formats.set(zone, format);
    return format;
  } catch (cause) {
    throw new OpsbroError('bad_request', `"${zone.slice(0, 64)}" is no time zone; write one such as Europe/Berlin`, {
      cause,
    });
  }
}
