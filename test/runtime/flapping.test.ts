import { expect, test } from 'vitest';
import type { CheckState } from '../../src/model/check.ts';
import { changeShare, FLAP_LIMITS, type FlapMemory, NEVER_SEEN, withState } from '../../src/runtime/flapping.ts';

const steady = (count: number): CheckState[] => new Array<CheckState>(count).fill('ok');
const alternating: CheckState[] = Array.from({ length: 21 }, (_, place) => (place % 2 === 0 ? 'ok' : 'critical'));

test.each<[string, CheckState[], number]>([
  ['no change', steady(21), 0],
  ['only the newest change', [...steady(20), 'critical'], 6.25],
  ['only the oldest change', ['critical', ...steady(20)], 3.75],
  ['one blip in the middle', [...steady(10), 'critical', ...steady(10)], 10],
  ['always another state', alternating, 100],
])('%s', (_, states, percent) => {
  expect(changeShare(states)).toBe(percent);
});

/** The shares after each of these states. */
function sharesOf(states: readonly CheckState[], start: FlapMemory) {
  let memory = start;
  const shares = states.map((state) => {
    memory = withState(memory, state, FLAP_LIMITS);
    return [memory.percent, memory.isFlapping];
  });
  return { memory, shares };
}

test('a steady check that begins to alternate flaps from the sixth change on', () => {
  const { memory } = sharesOf(steady(5), NEVER_SEEN);
  const { shares } = sharesOf(['critical', 'ok', 'critical', 'ok', 'critical', 'ok'], memory);
  expect(shares).toEqual([
    [6.25, false],
    [12.37, false],
    [18.36, false],
    [24.21, false],
    [29.93, false],
    [35.53, true],
  ]);
});

test('a check that alternated and is steady again has settled after 16 results', () => {
  const { memory } = sharesOf(alternating, NEVER_SEEN);
  expect(memory).toMatchObject({ percent: 100, isFlapping: true });
  const { shares } = sharesOf(steady(16), memory);
  expect([0, 13, 14, 15].map((place) => shares[place])).toEqual([
    [93.75, true],
    [24.47, true],
    [20.07, true],
    [15.79, false],
  ]);
});

test('without limits nothing flaps', () => {
  expect(alternating.reduce((memory, state) => withState(memory, state, undefined), NEVER_SEEN).isFlapping).toBe(false);
});
