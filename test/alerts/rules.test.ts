import { expect, test } from 'vitest';
import { alertKey, incidentId } from '../../src/alerts/alert-key.ts';
import { quietUntil } from '../../src/alerts/mute-times.ts';
import { Rate } from '../../src/alerts/rate.ts';
import { retryMs } from '../../src/alerts/retry.ts';
import { Routes } from '../../src/alerts/routes.ts';
import { wishesOf } from '../../src/alerts/wishes.ts';
import { ALERT } from '../support/alert.ts';
import { settingsOf } from '../support/alerting.ts';

test.each([
  ['check', '11111111-1111-4111-8111-111111111111', 'linux/disks', 'be2b3141e696fa34'],
  ['node', '22222222-2222-4222-8222-222222222222', '', 'd24321311717087e'],
] as const)('the key of %s %s %s', (kind, node, name, key) => {
  expect(alertKey(kind, node, name)).toBe(key);
});

test('the id of a problem names the second in which it began, or what the others know it by', () => {
  expect(incidentId('be2b3141e696fa34', 1_700_000_000_999)).toBe('be2b3141e696fa34-1700000000');
  expect(incidentId('d24321311717087e', 1_700_000_000_999, '7')).toBe('d24321311717087e-7');
});

const night = { days: ['mon', 'tue'], from: '18:00', to: '08:00', timezone: 'Europe/Paris' };
const noon = { from: '12:00', to: '13:30', timezone: 'UTC' };

test.each([
  // Monday 2024-01-08, an hour later in Paris.
  [night, '2024-01-08T16:59:00Z', null],
  [night, '2024-01-08T17:00:00Z', '2024-01-09T07:00:00Z'],
  [night, '2024-01-10T06:59:30Z', '2024-01-10T07:00:00Z'],
  [night, '2024-01-10T07:00:00Z', null],
  [night, '2024-01-10T18:00:00Z', null],
  [noon, '2024-01-13T12:00:00Z', '2024-01-13T13:30:00Z'],
  [noon, '2024-01-13T13:30:00Z', null],
])('%j is quiet at %s until %s', (time, at, until) => {
  const [route] = settingsOf({ routes: [{ mute_times: [time] }] }).routes;
  const end = quietUntil(route?.mute_times ?? [], Date.parse(at));
  expect(end).toBe(until === null ? null : Date.parse(until));
});

test('waits between attempts grow to ten minutes, a fifth more or less', () => {
  const middle = [1, 2, 3, 4, 5, 6, 99].map((failures) => retryMs(failures, () => 0.5) / 1_000);
  expect(middle).toEqual([5, 15, 45, 120, 300, 600, 600]);
  expect([retryMs(1, () => 0), retryMs(1, () => 1)]).toEqual([4_000, 6_000]);
});

test('a rate lets ten through at once and then so many a minute', () => {
  const rate = new Rate({ count: 30, perMs: 60_000 }, 0);
  expect(Array.from({ length: 11 }, () => rate.take(0))).toEqual([...Array.from({ length: 10 }, () => true), false]);
  expect(rate.waitMs()).toBe(2_000);
  expect([rate.take(1_900), rate.take(2_000), rate.take(2_000)]).toEqual([false, true, false]);
});

const to = (routes: readonly object[], change = {}) => {
  const {
    ways,
    everybody,
    routes: seen,
  } = new Routes(settingsOf({ routes }), () => () => true).directionOf({
    ...ALERT,
    ...change,
  });
  return { handlers: everybody ? 'all' : [...ways.keys()].join(' '), seen: seen.map(({ why }) => why) };
};

test.each([
  [{ kind: 'check' }, 'a'],
  [{ kind: 'node' }, 'all'],
  [{ severity: ['critical', 'unknown'] }, 'a'],
  [{ check: 'linux/*' }, 'a'],
  [{ check: 'mysql/*' }, 'all'],
  [{ pack: 'lin?x', zone: 'lan', node: 'db-*' }, 'a'],
  [{ group: ['galera', 'mysql'] }, 'a'],
  [{ 'label.team': 'db*' }, 'a'],
  [{ 'label.other': '*' }, 'all'],
  [{ service: 'base' }, 'a'],
  [{ state: 'warning' }, 'all'],
  [{ if: 'whatever' }, 'a'],
])('a route that matches %j leads to %s', (match, handlers) => {
  const change = { labels: new Map([['team', 'dba']]), service: 'base' };
  expect(to([{ match, handlers: ['a'] }], change).handlers).toBe(handlers);
});

test('the first route that fits ends the search, unless it says otherwise; one to nobody is one', () => {
  expect(to([{ handlers: ['a'], continue: true }, { handlers: ['b', 'a'] }, { handlers: ['c'] }])).toEqual({
    handlers: 'a b',
    seen: ['', '', 'an earlier route ended the search'],
  });
  expect(to([{ match: { zone: 'wan' }, handlers: ['a'] }, { handlers: [] }])).toEqual({
    handlers: '',
    seen: ['its zone is another', ''],
  });
  expect(to([{ group_by: ['pack'] }]).handlers).toBe('all');
});

test.each([
  [{ severities: 'critcal' }, '"critcal" is no state of a check; did you mean "critical"?'],
  [{ events: ['chekc'] }, '"chekc" is no kind of alert; did you mean "check"?'],
  [{ rate: 'often' }, '"often" is no rate; write such as 30/m'],
])('a handler with %j is refused', (fields, message) => {
  expect(() => wishesOf(fields)).toThrow(message);
});
