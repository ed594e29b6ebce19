import { expect, test } from 'vitest';
import { type Case, type Told, UNTOLD } from '../../src/alerts/case.ts';
import { decide, type Standpoint } from '../../src/alerts/decide.ts';
import type { Alert } from '../../src/model/alert.ts';
import { ALERT } from '../support/alert.ts';

const NOW = 1_700_000_100_000;
const HOUR = 3_600_000;
const ACKED = { by: 'ann', comment: '', at: NOW - 10, until: null, sticky: false };

const told = (change: Partial<Told> = {}): Told => ({
  ...UNTOLD,
  state: 'critical',
  at: NOW - HOUR,
  count: 1,
  ...change,
});

interface Row {
  readonly alert?: Partial<Alert>;
  readonly told?: Told;
  readonly of?: Partial<Case>;
  readonly muted?: Partial<Standpoint['muted']>;
  readonly wish?: Partial<Standpoint['wish']>;
  readonly at?: Partial<Standpoint>;
}

function verdictOf({ alert, told: heard, of, muted, wish, at }: Row): string {
  const known: Case = {
    alert: { ...ALERT, ...alert },
    told: heard ? new Map([['ops', heard]]) : new Map(),
    ...{ known: null, isOnce: false, isWaiting: false, isResting: false, past: [] },
    ...of,
  };
  const verdict = decide({
    of: known,
    handler: 'ops',
    muted: { silences: [], maintenance: null, isEndMuted: false, ...muted },
    wish: { isWanted: true, isEndWanted: true, isAckWanted: true, why: '', ...wish },
    ...{ isEscalation: false, repeatMs: 4 * HOUR, graceUntil: 0, quietUntil: null, now: NOW },
    ...at,
  });
  if (verdict.type === 'send') return verdict.action;
  const until = verdict.type === 'wait' && verdict.until !== null ? ` until ${(verdict.until - NOW) / HOUR}h` : '';
  return `${verdict.type}: ${verdict.why}${until}`;
}

const over: Partial<Alert> = { status: 'resolved', severity: 'ok', state: 'ok' };
const unwanted = { isWanted: false, why: 'does not want it' };

test.each<readonly [string, Row, string]>([
  ['a problem that nobody heard of', {}, 'fired'],
  ['one that comes by a later step', { at: { isEscalation: true } }, 'escalated'],
  ['one that is not wanted', { wish: unwanted }, 'nothing: does not want it'],
  ['one that was known at the first look', { of: { known: 'critical' } }, 'nothing: was known before'],
  ['one that was known and changed', { of: { known: 'warning' } }, 'fired'],
  ['one that flaps from the start', { alert: { flapping: true } }, 'flapping'],
  ['one in the grace of the start', { at: { graceUntil: NOW + HOUR } }, 'wait: start of the agent until 1h'],
  ['one that is suppressed', { alert: { suppressedBy: ['a', 'b'] } }, 'wait: suppressed by a, b'],
  ['one that waits for its parents', { of: { isWaiting: true } }, 'wait: what it depends on is looked at'],
  ['one in maintenance', { muted: { maintenance: 'm1' } }, 'wait: maintenance m1'],
  ['one that is silenced', { muted: { silences: ['s1', 's2'] } }, 'wait: silenced by s1, s2'],
  ['one that is switched off', { of: { isResting: true } }, 'wait: switched off'],
  [
    'one in the quiet time of its route',
    { at: { quietUntil: NOW + 2 * HOUR } },
    'wait: quiet time of the route until 2h',
  ],
  ['one that was told', { told: told() }, 'wait: was told until 3h'],
  ['one that was told and is not repeated', { told: told(), at: { repeatMs: 0 } }, 'nothing: was told'],
  ['one that was told long ago', { told: told({ at: NOW - 4 * HOUR }) }, 'repeat'],
  ['a repeat while silenced', { told: told({ at: 0 }), muted: { silences: ['s'] } }, 'wait: silenced by s'],
  ['another state', { told: told({ state: 'warning' }) }, 'updated'],
  [
    'another state that is not wanted',
    { told: told({ state: 'warning' }), wish: unwanted },
    'nothing: does not want it',
  ],
  ['flapping that began', { alert: { flapping: true }, told: told() }, 'flapping'],
  [
    'flapping that was told',
    { alert: { flapping: true }, told: told({ isFlapping: true }) },
    'nothing: flapping was told',
  ],
  ['flapping that ended', { told: told({ isFlapping: true }) }, 'flapping'],
  ['an acknowledgement', { alert: { acked: ACKED }, told: told() }, 'acked'],
  [
    'one that is not wanted',
    { alert: { acked: ACKED }, told: told(), wish: { isAckWanted: false } },
    'wait: acknowledged',
  ],
  ['one that was told', { alert: { acked: ACKED }, told: told({ ackedAt: ACKED.at, at: 0 }) }, 'wait: acknowledged'],
  [
    'another state under one that lasts',
    { alert: { acked: { ...ACKED, sticky: true } }, told: told({ state: 'warning', ackedAt: ACKED.at }) },
    'wait: acknowledged',
  ],
  ['an end that was not begun', { alert: over }, 'nothing: was over before it was told'],
  ['an end', { alert: over, told: told() }, 'resolved'],
  ['an end under a silence', { alert: over, told: told(), muted: { silences: ['s'] } }, 'resolved'],
  ['an end in maintenance', { alert: over, told: told(), muted: { maintenance: 'm' } }, 'resolved'],
  [
    'an end that is muted itself',
    { alert: over, told: told(), muted: { isEndMuted: true } },
    'wait: muted with its end',
  ],
  ['an end of what is unwanted now', { alert: over, told: told(), wish: unwanted }, 'resolved'],
  [
    'an end that is not wanted',
    { alert: over, told: told(), wish: { isEndWanted: false } },
    'nothing: is not told of ends',
  ],
  ['an end that was told', { alert: over, told: told({ isOver: true }) }, 'nothing: was told that it is over'],
  ['what does not apply any more', { alert: { status: 'closed' }, told: told() }, 'nothing: does not apply any more'],
  [
    'what was given up',
    { told: told({ state: null, gaveUp: 'on critical false' }) },
    'nothing: could not be delivered',
  ],
  ['what was given up and is over', { alert: over, told: told({ gaveUp: 'on critical false' }) }, 'resolved'],
  ['an event', { alert: { kind: 'group', status: 'closed' }, of: { isOnce: true } }, 'fired'],
  ['an event that was told', { of: { isOnce: true }, told: told() }, 'nothing: was told'],
  ['an event under a silence', { of: { isOnce: true }, muted: { silences: ['s'] } }, 'wait: silenced by s'],
])('%s', (_, row, verdict) => {
  expect(verdictOf(row)).toBe(verdict);
});
