import { expect, test } from 'vitest';
import { parseInterval, parseTime } from '../../src/render/times.ts';
import { epochOf, isSummerTime, localTime } from '../../src/render/zoned-time.ts';

const UTC = { now: 1_700_000_000, timeZone: 'UTC' };
const shown = (epoch: number) => new Date(epoch * 1_000).toISOString().slice(0, 19).replace('T', ' ');

test.each([
  ['-1h', '2023-11-14 21:13:20'],
  ['now', '2023-11-14 22:13:20'],
  ['', '2023-11-14 22:13:20'],
  ['midnight', '2023-11-14 00:00:00'],
  ['yesterday', '2023-11-13 00:00:00'],
  ['tomorrow', '2023-11-15 00:00:00'],
  ['noon yesterday', '2023-11-13 12:00:00'],
  ['monday', '2023-11-13 00:00:00'],
  ['tuesday', '2023-11-14 00:00:00'],
  ['wednesday', '2023-11-08 00:00:00'],
  ['20231101', '2023-11-01 00:00:00'],
  ['06:30_20231101', '2023-11-01 06:30:00'],
  ['11/01/23', '2023-11-01 00:00:00'],
  ['11/01/1999', '1999-11-01 00:00:00'],
  ['11/01/99', '1999-11-01 00:00:00'],
  ['jan1', '2023-01-01 00:00:00'],
  ['midnight+3h', '2023-11-14 03:00:00'],
  ['1700000000', '2023-11-14 22:13:20'],
  ['-2mon', '2023-09-15 22:13:20'],
  ['-1d12h', '2023-11-13 10:13:20'],
  ['-1y', '2022-11-14 22:13:20'],
  ['teatime', '2023-11-14 16:00:00'],
  ['5pm', '2023-11-14 17:00:00'],
  ['12am', '2023-11-14 00:00:00'],
  ['12pm', '2023-11-14 12:00:00'],
  ['4:15pm', '2023-11-14 16:15:00'],
  ['NOON_Yesterday', '2023-11-13 12:00:00'],
  ['19000101', '1970-08-08 21:48:21'],
])('%s is %s', (text, expected) => {
  expect(shown(parseTime(text, UTC))).toBe(expected);
});

test.each([
  'garbage',
  '-1',
  '-1x',
  '-1m',
  '25:00',
  '99999999999999',
  '+',
  'jan',
  '13/01/23',
  'jan32',
  '-h',
  '__proto__',
])('"%s" is no time', (text) => {
  expect(() => parseTime(text, UTC)).toThrow(`"${text}" is no time`);
});

test('days begin by the clock of the zone', () => {
  const berlin = { now: 1_700_000_000, timeZone: 'Europe/Berlin' };
  expect(shown(parseTime('midnight', berlin))).toBe('2023-11-13 23:00:00');
  expect(shown(parseTime('noon_20230701', berlin))).toBe('2023-07-01 10:00:00');
  expect(localTime(1_700_000_000, 'Asia/Kolkata')).toMatchObject({ day: 15, hour: 3, minute: 43 });
  expect(isSummerTime(1_688_169_600, 'Europe/Berlin')).toBe(true);
  expect(isSummerTime(1_700_000_000, 'Europe/Berlin')).toBe(false);
  expect(isSummerTime(1_700_000_000, 'UTC')).toBe(false);
  const noon = { year: 2023, month: 10, day: 29, hour: 12, minute: 0, second: 0 };
  expect(shown(epochOf(noon, 'Europe/Berlin'))).toBe('2023-10-29 11:00:00');
});

test.each([
  ['5min', 300],
  ['1h', 3_600],
  ['1d12h', 129_600],
  ['2weeks', 1_209_600],
  ['1mon', 2_592_000],
  ['-30s', -30],
  ['1hour', 3_600],
])('the interval %s has %i seconds', (text, seconds) => {
  expect(parseInterval(text)).toBe(seconds);
});
