import { expect, test } from 'vitest';
import { CLOSED, failed, isBreaker } from '../../src/repair/breaker.ts';
import { isOccurrence, rulesOf } from '../../src/repair/rules.ts';
import {
  attemptsOf,
  ended,
  interrupted,
  isStanding,
  refusalOf,
  type Standing,
  seen,
  started,
  stateOf,
  UNTOUCHED,
} from '../../src/repair/standing.ts';

const START = 1_700_000_000_000;
const rules = rulesOf({ name: 'Fix', options: {} });
const at = (seconds: number): number => START + seconds * 1_000;

/** A start at each of these seconds, ended at once without a cure. */
const after = (...starts: number[]): Standing =>
  starts.reduce(
    (standing, second) => ended(started(standing, 'r', at(second)), rules, { isFixed: false, now: at(second) }),
    UNTOUCHED,
  );

test('a second start has to wait for the cool-down', () => {
  expect(refusalOf(after(0), rules, at(10))).toEqual({
    reason: 'it was started too short a time ago',
    code: 'cooling',
    retryAfterMs: 290_000,
  });
  expect(refusalOf(after(0), rules, at(300))).toBeUndefined();
  expect(stateOf(after(0), rules, at(10))).toBe('cooling');
});

test('a fourth start within the window is refused until the first has left it', () => {
  const three = after(0, 300, 600);
  expect(refusalOf(three, rules, at(1_000))).toMatchObject({ code: 'exhausted', retryAfterMs: 2_600_000 });
  expect(refusalOf(three, rules, at(3_600))).toBeUndefined();
  expect(three.isSpent).toBe(true);
  expect(after(0, 300).isSpent).toBe(false);
  expect(stateOf(three, rules, at(4_000))).toBe('exhausted');
});

test('while it runs it does not start', () => {
  const running = started(UNTOUCHED, 'r', at(0));
  expect(refusalOf(running, rules, at(4_000))?.code).toBe('busy');
  expect(stateOf(running, rules, at(0))).toBe('running');
});

test('attempts are forgotten when the check was healthy for long enough, and not before', () => {
  const isHealthy = true;
  let standing = seen(after(0, 300, 600), rules, { isHealthy, now: at(700) });
  standing = seen(standing, rules, { isHealthy, now: at(999) });
  expect(attemptsOf(standing, rules, at(999))).toBe(3);
  expect(seen(standing, rules, { isHealthy, now: at(1_000) })).toMatchObject({ starts: [], isSpent: false });
  const relapsed = seen(seen(standing, rules, { isHealthy: false, now: at(999) }), rules, {
    isHealthy,
    now: at(1_100),
  });
  expect(relapsed).toMatchObject({ isSpent: true, healthySince: at(1_100) });
});

test('an attempt that the end of the agent broke off counts, until the next result as interrupted', () => {
  const broken = interrupted(started(UNTOUCHED, 'r', at(0)));
  expect(stateOf(broken, rules, at(1))).toBe('interrupted');
  expect(attemptsOf(broken, rules, at(1))).toBe(1);
  expect(stateOf(seen(broken, rules, { isHealthy: false, now: at(2) }), rules, at(2))).toBe('cooling');
  expect(interrupted({ ...UNTOUCHED, activity: 'queued' }).activity).toBe('idle');
  expect(isStanding(JSON.parse(JSON.stringify(broken)))).toBe(true);
  expect(isStanding({ starts: ['x'], activity: 'idle' })).toBe(false);
});

test('a clock that was set back makes nobody wait longer than the cool-down', () => {
  expect(refusalOf(after(1_000), rules, at(0))?.retryAfterMs).toBe(300_000);
});

test('six failures within ten minutes are too many, five are not', () => {
  const minutes = (list: readonly number[]) =>
    list.reduce((breaker, minute) => failed(breaker, 5, at(minute * 60)), CLOSED);
  expect(minutes([0, 1, 2, 3, 4]).openSince).toBeNull();
  expect(minutes([0, 1, 2, 3, 4, 5]).openSince).toBe(at(300));
  expect(minutes([0, 1, 2, 3, 4, 11]).openSince).toBeNull();
  expect(isBreaker(CLOSED)).toBe(true);
});

test.each([
  [undefined, 7, true],
  [2, 2, true],
  [2, 3, false],
  [[1, 2], 2, true],
  ['3-10', 10, true],
  ['3-10', 11, false],
  ['2+', 1, false],
  ['2+', 99, true],
  ['4', 4, true],
])('occurrences %s at result %s: %s', (written, count, isWanted) => {
  expect(isOccurrence(written, count)).toBe(isWanted);
});

test('options that are wrong are named', () => {
  expect(() => rulesOf({ name: 'Fix', options: { cooldown: 'soon' } })).toThrow(
    /repair Fix\.cooldown: "soon" is not a duration/,
  );
  expect(() => rulesOf({ name: 'Fix', options: { params: { a: { type: 'x' } } } })).toThrow(
    /repair Fix\.params\.a\.type/,
  );
  expect(rulesOf({ name: 'Fix', options: { cooldown: 20, when: 'quasi', maxi: 1 } })).toMatchObject({
    cooldown: 20_000,
    when: ['quasi'],
  });
});
