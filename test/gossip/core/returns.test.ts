import { expect, test } from 'vitest';
import { seeded } from '../../../src/base/random.ts';
import { Desk } from '../../../src/gossip/core/desk.ts';
import { PROFILES } from '../../../src/gossip/core/profile.ts';
import { Returns } from '../../../src/gossip/core/returns.ts';
import { partition } from '../../support/simulation/cuts.ts';
import { Simulation } from '../../support/simulation.ts';

/** When one that sees members return at these times exchanges everything. */
function exchangesAfter(times: readonly number[]): number[] {
  const desk = new Desk(PROFILES.lan, seeded(1));
  const exchanges: number[] = [];
  const returns = new Returns(desk, () => exchanges.push(desk.now));
  const pass = (until: number) => {
    for (let at = desk.agenda.next; at !== undefined && at <= until; at = desk.agenda.next) {
      desk.now = at;
      desk.agenda.takeDue(at)?.run();
    }
    desk.now = until;
  };
  for (const at of times) {
    pass(at);
    returns.noticed();
  }
  pass(100_000);
  return exchanges;
}

const times = (count: number, every: number) => Array.from({ length: count }, (_, place) => place * every);

test('members that return one by one are no pool that is whole again', () => {
  expect(exchangesAfter(times(7, 10))).toEqual([]);
  expect(exchangesAfter(times(60, 200))).toEqual([]);
});

test('after many at once everything is exchanged once, some seconds later', () => {
  const [at = 0, ...others] = exchangesAfter(times(500, 1));
  expect(others).toEqual([]);
  expect(at).toBeGreaterThan(4_000);
  expect(at).toBeLessThan(8_100);
});

test('those that return after that exchange make for another one', () => {
  expect(exchangesAfter([...times(8, 1), ...times(8, 1).map((at) => at + 20_000)])).toHaveLength(2);
});

test('in a pool that is whole again every member exchanges with another what gossip has not brought yet', () => {
  const pool = new Simulation({ seed: 1, unchecked: true });
  const names = pool.addPrimed(40);
  pool.run(5_000);
  const half = names.length / 2;
  const heal = pool.network.cut(partition(names.slice(0, half), names.slice(half)));
  pool.run(40_000);
  const asked = () => names.map((name) => pool.core(name).counts.get('push_pulls_out') ?? 0);
  const before = asked();
  heal();
  pool.run(20_000);
  expect(asked().every((count, place) => count > (before[place] ?? 0))).toBe(true);
});
