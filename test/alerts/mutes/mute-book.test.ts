import { expect, test, vi } from 'vitest';
import { type MaintenanceWish, MuteBook, type SilenceWish } from '../../../src/alerts/mutes/mute-book.ts';
import type { Alert } from '../../../src/model/alert.ts';
import { ALERT } from '../../support/alert.ts';
import { SimulatedClock } from '../../support/clock.ts';
import { memoryShelf } from '../../support/shelf.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

async function bookOf({ clock = new SimulatedClock(), shelf = memoryShelf(), name = 'a' } = {}) {
  let count = 0;
  const newId = () => `${name}-${++count}`;
  const book = await MuteBook.open({ shelf, clock, functions: new Map(), newId });
  const silence = (wish: Partial<SilenceWish> = {}) =>
    book.addSilence({
      matchers: {},
      if: '',
      ends: clock.wall() + HOUR,
      comment: '',
      by: 'ann',
      isEndMuted: false,
      ...(wish.matchers === undefined && wish.if === undefined ? { matchers: { check: ['linux/*'] } } : {}),
      ...wish,
    });
  const maintain = (wish: Partial<MaintenanceWish> = {}) =>
    book.addMaintenance({
      of: 'node',
      name: 'db-1',
      drain: true,
      ends: clock.wall() + HOUR,
      comment: '',
      by: 'ann',
      ...wish,
    });
  return { book, clock, shelf, silence, maintain };
}

const NODE_ALERT: Alert = { ...ALERT, kind: 'node', name: '', pack: '' };
const SERVICE_ALERT: Alert = { ...ALERT, kind: 'service', name: 'mysql', labels: new Map([['team', 'dba']]) };

test.each<[string, Partial<SilenceWish>, Alert, boolean]>([
  ['a check by a pattern', { matchers: { check: ['linux/*'] } }, ALERT, true],
  ['another check', { matchers: { check: ['mysql/*'] } }, ALERT, false],
  ['no check by a pattern of checks', { matchers: { check: ['*'] } }, NODE_ALERT, false],
  ['one of several patterns', { matchers: { check: ['mysql/*', '*/load-?verage'] } }, ALERT, true],
  ['a node by its name', { matchers: { node: ['db-*'] } }, ALERT, true],
  ['a node by its id', { matchers: { node: [ALERT.node.uuid] } }, ALERT, true],
  ['another node', { matchers: { node: ['web-*'] } }, ALERT, false],
  ['a group', { matchers: { group: ['my*'] } }, ALERT, true],
  ['another group', { matchers: { group: ['kv'] } }, ALERT, false],
  ['a zone', { matchers: { zone: ['lan'] } }, ALERT, true],
  ['a pack', { matchers: { pack: ['linux'] } }, ALERT, true],
  ['a kind', { matchers: { kind: ['node'] } }, NODE_ALERT, true],
  ['another kind', { matchers: { kind: ['node'] } }, ALERT, false],
  ['a service', { matchers: { service: ['my*'] } }, SERVICE_ALERT, true],
  ['no service by its check', { matchers: { service: ['*'] } }, ALERT, false],
  ['a severity', { matchers: { severity: ['critical'] } }, ALERT, true],
  ['another severity', { matchers: { severity: ['warning'] } }, ALERT, false],
  [
    'the end of a problem whatever its severity',
    { matchers: { severity: ['warning'] } },
    { ...ALERT, severity: 'ok' },
    true,
  ],
  ['a label', { matchers: { 'label.team': ['db?'] } }, SERVICE_ALERT, true],
  ['a label that it has not', { matchers: { 'label.team': ['*'] } }, ALERT, false],
  ['what fits all of several matchers', { matchers: { check: ['linux/*'], node: ['db-1'] } }, ALERT, true],
  ['not what fits only one of them', { matchers: { check: ['linux/*'], node: ['db-2'] } }, ALERT, false],
  ['what an expression says', { if: "pack == 'linux' and 'mysql' in node['groups']" }, ALERT, true],
  ['not what an expression denies', { if: "severity == 'warning'" }, ALERT, false],
  ['nothing by what is not known', { if: "acked['by'] == 'ann'" }, ALERT, false],
])('a silence is about %s', async (_, wish, alert, isSilenced) => {
  const { book, silence } = await bookOf();
  const { id } = silence(wish);
  expect(book.of(alert).silences).toEqual(isSilenced ? [id] : []);
  expect(book.fitting(id, [alert])).toBe(isSilenced ? 1 : 0);
});

test.each<[string, Partial<SilenceWish>, string]>([
  ['is about everything', { matchers: {}, if: '' }, 'say which alerts'],
  ['has an expression that cannot be read', { if: 'severity ==' }, 'missing at the end'],
  ['has an expression with names that alerts have not', { if: "severty == 'ok'" }, 'severty'],
  ['ended already', { ends: 5 }, 'lies in the past'],
  ['ends before it begins', { starts: 1_700_009_000_000 }, 'end after it begins'],
  ['lasts for ever', { ends: 1_800_000_000_000 }, 'a year at most'],
])('a silence that %s is refused', async (_, wish, message) => {
  const { silence, shelf } = await bookOf();
  expect(() => silence(wish)).toThrow(message);
  expect(shelf.content.size).toBe(0);
});

test('a silence begins and ends by the clock, and tells each time', async () => {
  const { book, clock, silence } = await bookOf();
  const heard = vi.fn();
  const listening = book.onChange(heard);
  silence({ starts: clock.wall() + HOUR, ends: clock.wall() + 2 * HOUR });
  expect([heard.mock.calls.length, book.of(ALERT).silences]).toEqual([1, []]);
  clock.run(HOUR);
  expect([heard.mock.calls.length, book.of(ALERT).silences]).toEqual([2, ['a-1']]);
  clock.run(HOUR);
  expect([heard.mock.calls.length, book.of(ALERT).silences]).toEqual([3, []]);
  listening[Symbol.dispose]();
  silence();
  expect(heard).toHaveBeenCalledTimes(3);
});

test('a silence is shown for 7 days after its end, then forgotten', async () => {
  const { book, clock, shelf, silence } = await bookOf();
  silence();
  clock.run(HOUR + 6 * DAY);
  expect(book.silences().map(({ id }) => id)).toEqual(['a-1']);
  clock.run(2 * DAY);
  expect([book.silences(), shelf.content.size]).toEqual([[], 0]);
});

test('a silence that is removed ends at once, and cannot be removed twice', async () => {
  const { book, silence } = await bookOf();
  const { id } = silence();
  expect(book.remove('silence', id)).toMatchObject({ isRemoved: true });
  expect(book.of(ALERT).silences).toEqual([]);
  expect(() => book.remove('silence', id)).toThrow('is over already');
  expect(() => book.remove('maintenance', id)).toThrow('there is no maintenance window');
});

test('only a silence that says so keeps the end of a problem quiet', async () => {
  const { book, silence } = await bookOf();
  silence();
  expect(book.of(ALERT).isEndMuted).toBe(false);
  silence({ isEndMuted: true });
  expect(book.of(ALERT).isEndMuted).toBe(true);
});

test.each<[Partial<MaintenanceWish>, boolean]>([
  [{ of: 'node', name: 'db-1' }, true],
  [{ of: 'node', name: ALERT.node.uuid }, true],
  [{ of: 'node', name: 'db-2' }, false],
  [{ of: 'group', name: 'mysql' }, true],
  [{ of: 'group', name: 'kv' }, false],
  [{ of: 'zone', name: 'lan' }, true],
  [{ of: 'zone', name: 'wan' }, false],
])('maintenance of %o is about all kinds of alerts of its nodes: %s', async (wish, isMuted) => {
  const { book, maintain } = await bookOf();
  maintain(wish);
  for (const alert of [ALERT, NODE_ALERT, SERVICE_ALERT])
    expect(book.of(alert).maintenance).toBe(isMuted ? 'a-1' : null);
});

test('of two maintenance windows the one that drains counts', async () => {
  const { book, maintain } = await bookOf();
  maintain({ drain: false });
  maintain({ of: 'zone', name: 'lan' });
  expect(book.maintenanceOf(ALERT.node)).toMatchObject({ id: 'a-2', drain: true });
});

test('entries outlive a restart', async () => {
  const { clock, shelf, silence, maintain } = await bookOf();
  silence();
  maintain();
  shelf.content.set('broken', { type: 'silence' });
  const { book } = await bookOf({ clock, shelf });
  expect(book.of(ALERT)).toEqual({ silences: ['a-1'], maintenance: 'a-2', isEndMuted: false });
  expect(shelf.content.has('broken')).toBe(false);
});

test('of what two nodes say of one entry the later counts, on both', async () => {
  const clock = new SimulatedClock();
  const [a, b] = [await bookOf({ clock, name: 'a' }), await bookOf({ clock, name: 'b' })];
  a.silence();
  expect(b.book.merge(a.book.all())).toBe(1);
  expect(b.book.merge(a.book.all())).toBe(0);
  clock.run(5);
  b.book.remove('silence', 'a-1');
  b.book.merge(a.book.all());
  a.book.merge(b.book.all());
  expect([a.book.of(ALERT).silences, b.book.of(ALERT).silences]).toEqual([[], []]);
});

test('what makes no sense of what another node tells is left out', async () => {
  const { book, clock, silence } = await bookOf();
  const good = silence();
  const { book: other, shelf } = await bookOf({ clock });
  const told = [
    null,
    'x',
    {},
    { ...good, id: '../x' },
    { ...good, updated: clock.wall() + DAY },
    { ...good, ends: clock.wall() + 400 * DAY },
    { ...good, matchers: { colour: ['red'] } },
    { ...good, comment: 'x'.repeat(5_000) },
    { ...good, id: 'ended', ends: clock.wall() - 8 * DAY },
  ];
  other.merge(told);
  expect([other.all(), shelf.content.size]).toEqual([[], 0]);
  // Its functions may be unknown here.
  other.merge([{ ...good, id: 'other', matchers: {}, if: 'nosuch(severity)' }]);
  expect([other.all().length, other.of(ALERT).silences, book.of(ALERT).silences]).toEqual([1, [], [good.id]]);
});

test('there is an end to how many are taken', async () => {
  const { book, silence } = await bookOf();
  for (let each = 0; each < 1_000; each += 1) silence();
  expect(() => silence()).toThrow('remove some first');
  expect(book.merge([{ ...book.all()[0], id: 'from-another' }])).toBe(0);
});
