import { describe, expect, test } from 'vitest';
import { seeded } from '../../../src/base/random.ts';
import { constant, type Delay, longTail, normal, uniform } from '../../support/simulation/link.ts';
import { always, play } from '../../support/simulation/script.ts';
import { Simulation } from '../../support/simulation.ts';

describe('delays', () => {
  const drawn = (delay: Delay) => Array.from({ length: 2_000 }, () => delay(random)).sort((a, b) => a - b);
  const random = seeded(1);

  test.each<[string, Delay, readonly [low: number, median: number, high: number]]>([
    ['constant', constant(5), [5, 5, 5]],
    ['uniform', uniform(10, 20), [10, 15, 20]],
    ['normal', normal(30, 5), [0, 30, 60]],
    ['with a long tail', longTail(10, 400), [10, 16, 400]],
  ])('%s', (_, delay, [low, median, high]) => {
    const times = drawn(delay);
    expect(times[0]).toBeGreaterThanOrEqual(low);
    expect(times.at(-1)).toBeLessThanOrEqual(high);
    expect(times[1_000]).toBeCloseTo(median, -0.5);
  });
});

test('a way that is slow in one direction, and a long tail on all others, make nobody suspect', () => {
  const pool = new Simulation({ seed: 2 });
  pool.network.link = { ...pool.network.link, delay: longTail(5, 200) };
  pool.network.set('n1', 'n2', { delay: constant(300) });
  const names = pool.addPool(6);
  pool.run(120_000);
  expect(pool.allSee(names, 'alive')).toBe(true);
  expect(pool.sightings.filter(({ change }) => change === 'member-suspect')).toEqual([]);
});

test('a script says at which second it went wrong, and by which seed', () => {
  const lonely = { seed: 3, size: 3, steps: [{ at: 2_500, action: { do: 'kill', name: 'n2' } }], ms: 9_000 } as const;
  const threeLive = always('three live', (pool) => pool.living.length === 3);
  expect(() => play(lonely, {}, [threeLive])).toThrow(/^seed 3, at 3\d+.* ms: not any more: three live$/);
});
