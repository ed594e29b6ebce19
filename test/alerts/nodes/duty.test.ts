import { expect, test } from 'vitest';
import { type Case, cutOff, dutyOf, isTeller, orderOf, type SeenNotice } from '../../../src/alerts/nodes/duty.ts';
import { incidentId } from '../../../src/alerts/nodes/incident.ts';
import { idOf } from './zone.ts';

test.each([
  [1, [2, 3, 4, 5], '2 5 3 4'],
  [2, [1, 3, 4, 5], '1 3 4 5'],
  [3, [1, 2, 4, 5], '5 1 4 2'],
  [4, [1, 2, 3, 5], '1 2 3 5'],
  [5, [1, 2, 3, 4], '4 1 3 2'],
  [1, [3, 4, 5], '5 3 4'],
])('of node %i among %o the order is %s', (dead, candidates, order) => {
  const ids = orderOf(`alert/node/${idOf(dead)}`, candidates.map(idOf));
  expect(ids.map((id) => id[0]).join(' ')).toBe(order);
});

test('an incident has the same id on all observers', () => {
  expect(incidentId(idOf(2), 7)).toBe('d24321311717087e-7');
});

const notice = (by: string, state: SeenNotice['state'], seenAt: number): SeenNotice => ({ by, state, seenAt });
const caseOf = (over: Partial<Case> = {}): Case => ({
  self: 'b',
  order: ['a', 'b', 'c'],
  dueAt: 30_000,
  notices: [],
  isAlive: () => true,
  ...over,
});

test.each<[string, Partial<Case>, number, string]>([
  ['the responsible node waits for the grace', { self: 'a' }, 29_000, 'wait 30000'],
  ['the responsible node tells', { self: 'a' }, 30_000, 'tell'],
  ['the first backup waits 15 s longer', {}, 30_000, 'wait 45000'],
  ['the second backup waits 30 s longer', { self: 'c' }, 45_000, 'wait 60000'],
  ['a backup tells when nobody did', {}, 45_000, 'tell'],
  ['who is no candidate does nothing', { self: 'x' }, 90_000, 'nothing'],
  ['a young claim is waited for', { notices: [notice('a', 'claimed', 31_000)] }, 45_000, 'wait 91000'],
  ['an old claim counts no more', { notices: [notice('a', 'claimed', 31_000)] }, 91_000, 'tell'],
  [
    'the claim of a dead node does not count',
    { notices: [notice('a', 'claimed', 31_000)], isAlive: (id) => id !== 'a' },
    45_000,
    'tell',
  ],
  [
    'what was sent is not sent again',
    { notices: [notice('a', 'sent', 31_000)], isAlive: (id) => id !== 'a' },
    99_000,
    'nothing',
  ],
  ['what is over is not begun', { notices: [notice('a', 'resolved', 31_000)] }, 99_000, 'nothing'],
  [
    'who has claimed it has nothing more to do',
    { self: 'a', notices: [notice('a', 'claimed', 31_000)] },
    99_000,
    'nothing',
  ],
])('%s', (_, over, now, duty) => {
  const found = dutyOf(caseOf(over), now);
  expect(found.type === 'wait' ? `wait ${found.until}` : found.type).toBe(duty);
});

test.each<[string, Partial<Case>, boolean]>([
  ['nobody tells the end of what was not told', {}, false],
  ['who told it tells its end', { notices: [notice('b', 'sent', 1)] }, true],
  ['another does not', { notices: [notice('c', 'sent', 1)] }, false],
  [
    'the first candidate does for one that is gone',
    { self: 'a', notices: [notice('c', 'sent', 1)], isAlive: (id) => id !== 'c' },
    true,
  ],
  ['the second does not', { notices: [notice('c', 'sent', 1)], isAlive: (id) => id !== 'c' }, false],
])('%s', (_, over, isOurs) => {
  expect(isTeller(caseOf(over))).toBe(isOurs);
});

test.each<[string, readonly number[], number, number]>([
  ['one of two is a death', [0], 1, 0],
  ['two of three are cut off', [0, 10_000], 1, 2],
  ['two of five are deaths', [0, 0], 3, 0],
  ['three of five are cut off', [0, 0, 0], 2, 3],
  ['three of five, one long before, are deaths', [0, 100_000, 100_000], 2, 0],
  ['no death is nothing', [], 5, 0],
])('%s', (_, deaths, living, count) => {
  const dead = deaths.map((at, place) => ({ id: String(place), at }));
  expect(cutOff(dead, living).length).toBe(count);
});
