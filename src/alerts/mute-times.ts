import type { WrittenRoute } from '../config/alerting-schema.ts';

type MuteTime = WrittenRoute['mute_times'][number];

const MINUTE_MS = 60_000;
const DAY_MINUTES = 1_440;
const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;

/**
 * Until when (epoch milliseconds) one of these times of the week is quiet; `null` when none is now. A time that ends before it begins
 * lasts over midnight and belongs to the day on which it begins. The local time zone counts where none is written.
 */
export function quietUntil(times: readonly MuteTime[], now: number): number | null {
  const ends = times.map((time) => endOf(time, now)).filter((end) => end !== null);
  return ends.length === 0 ? null : Math.max(...ends);
}

function endOf({ days, from, to, timezone }: MuteTime, now: number): number | null {
  const { day, minute } = localTime(now, timezone);
  const [start, end] = [minutesOf(from), minutesOf(to)];
  const isOn = (index: number) => days.includes(nameOf(index));
  const left = (minutes: number) => now - (now % MINUTE_MS) + minutes * MINUTE_MS;
  if (start < end) return isOn(day) && minute >= start && minute < end ? left(end - minute) : null;
  if (isOn(day) && minute >= start) return left(DAY_MINUTES - minute + end);
  return isOn(day + 6) && minute < end ? left(end - minute) : null;
}

const minutesOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3));

const nameOf = (index: number): MuteTime['days'][number] => DAYS[index % 7] ?? 'sun';

function localTime(now: number, timeZone: string | undefined): { readonly day: number; readonly minute: number } {
  const format = new Intl.DateTimeFormat('en-US', {
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    ...(timeZone !== undefined && { timeZone }),
  });
  const parts = new Map(format.formatToParts(now).map(({ type, value }) => [type, value]));
  const day = DAYS.indexOf((parts.get('weekday') ?? '').toLowerCase() as (typeof DAYS)[number]);
  return { day, minute: Number(parts.get('hour')) * 60 + Number(parts.get('minute')) };
}
