import { expect, test } from 'vitest';
import type { ShownState } from '../../src/model/check.ts';
import { type Aggregate, serviceState, zoneState } from '../../src/runtime/service-state.ts';

const [worst, best]: Aggregate[] = [{ type: 'worst' }, { type: 'best' }];
const atLeast = (count: number): Aggregate => ({ type: 'at-least', count });
const text: Aggregate = { type: 'expression', text: 'x' };
const state = (aggregate: Aggregate | undefined, states: ShownState[], said = '') =>
  serviceState(aggregate ?? { type: 'worst' }, states, () => said);

test.each<[string, Aggregate | undefined, ShownState[], ShownState]>([
  ['no check', worst, [], 'ok'],
  ['none has run', worst, ['pending', 'pending'], 'pending'],
  ['what has not run counts as nothing', worst, ['pending', 'warning'], 'warning'],
  ['critical is worse than unknown', worst, ['unknown', 'critical', 'ok'], 'critical'],
  ['unknown is worse than a warning', worst, ['warning', 'unknown'], 'unknown'],
  ['the best counts', best, ['critical', 'warning'], 'warning'],
  ['enough are ok', atLeast(2), ['ok', 'ok', 'critical'], 'ok'],
  ['one too few', atLeast(2), ['ok', 'critical', 'critical'], 'warning'],
  ['two too few', atLeast(2), ['critical', 'critical'], 'critical'],
  ['the only one that is needed', atLeast(1), ['critical'], 'critical'],
])('%s', (_, aggregate, states, expected) => {
  expect(state(aggregate, states)).toBe(expected);
});

test('an expression names the state; anything else is unknown', () => {
  expect(state(text, ['ok'], 'Warning')).toBe('warning');
  expect(state(text, ['ok'], 'fine')).toBe('unknown');
});

test.each<[string, [number, number], Parameters<typeof zoneState>[2], ShownState]>([
  ['all are well', [3, 3], { atLeast: 2, warningBelow: 3 }, 'ok'],
  ['fewer than is good', [2, 3], { atLeast: 2, warningBelow: 3 }, 'warning'],
  ['too few', [1, 3], { atLeast: 2, warningBelow: 3 }, 'critical'],
  ['half of them', [2, 4], { atLeast: '50%', warningBelow: undefined }, 'ok'],
  ['less than half', [1, 3], { atLeast: '50%', warningBelow: undefined }, 'critical'],
  ['nobody offers it, and nobody has to', [0, 0], { atLeast: 0, warningBelow: undefined }, 'ok'],
])('a zone: %s', (_, [good, all], quorum, expected) => {
  expect(zoneState(good, all, quorum)).toBe(expected);
});
