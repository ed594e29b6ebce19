import { describe, expect, test } from 'vitest';
import { oneWay, onlyOver } from '../../support/simulation/cuts.ts';
import { eventually } from '../../support/simulation/script.ts';
import { Simulation } from '../../support/simulation.ts';

const living = (seed: number, size: number): Simulation => {
  const pool = new Simulation({ seed });
  pool.addPrimed(size);
  pool.run(5_000);
  return pool;
};

const times = (pool: Simulation, change: string, member: string, since: number): number[] =>
  pool.sightings
    .filter((sighting) => sighting.change === change && sighting.member === member && sighting.at >= since)
    .map(({ at }) => at - since)
    .sort((a, b) => a - b);

const deaths = (pool: Simulation): string[] =>
  pool.sightings.filter(({ change }) => change === 'member-failed').map(({ by, member }) => `${by}: ${member}`);

test('of 100 members one crashes: the first suspects it after 2.5 s on average, 99 of 100 see it dead within 16 s', {
  timeout: 60_000,
}, () => {
  const firsts: number[] = [];
  const deadAfter: number[] = [];
  for (let seed = 1; seed <= 4; seed += 1) {
    const pool = living(seed, 100);
    const since = pool.clock.now();
    pool.kill('n42');
    pool.run(20_000);
    firsts.push(times(pool, 'member-suspect', 'n42', since)[0] ?? Number.POSITIVE_INFINITY);
    deadAfter.push(...times(pool, 'member-failed', 'n42', since));
    expect(deaths(pool).every((line) => line.endsWith(': n42'))).toBe(true);
  }
  expect(firsts.reduce((sum, ms) => sum + ms, 0) / firsts.length).toBeLessThanOrEqual(2_500);
  expect(deadAfter).toHaveLength(4 * 99);
  expect(deadAfter.sort((a, b) => a - b)[Math.floor(deadAfter.length * 0.99)]).toBeLessThanOrEqual(16_000);
});

test('who cannot reach another in one direction only does not get it killed in ten minutes', {
  timeout: 60_000,
}, () => {
  const pool = living(3, 5);
  pool.network.cut(oneWay('n1', 'n2'));
  pool.run(600_000);
  expect(deaths(pool)).toEqual([]);
  expect(pool.sightings.filter(({ change }) => change === 'member-suspect').length).toBeLessThanOrEqual(10 * 5);
});

test('where only UDP is blocked between two, nobody is suspected', () => {
  const pool = living(4, 5);
  const pair = new Set(['n1', 'n2']);
  pool.network.cut(onlyOver('udp', (from, to) => pair.has(from) && pair.has(to)));
  pool.run(120_000);
  expect(pool.sightings.filter(({ change }) => change !== 'member-join')).toEqual([]);
});

describe.each([0.05, 0.15])('where %d of all datagrams is lost', (loss) => {
  test('nobody is taken for dead in two minutes', { timeout: 60_000 }, () => {
    const pool = living(5, 20);
    pool.loss = loss;
    pool.run(120_000);
    expect(deaths(pool)).toEqual([]);
  });
});

test('a process that stood still for three seconds is not taken for dead, one that did for 20 comes back, and neither accuses anyone', () => {
  const pool = living(7, 5);
  pool.pause('n1', 3_000);
  pool.run(20_000);
  expect(deaths(pool)).toEqual([]);
  pool.pause('n1', 20_000);
  pool.run(20_000);
  expect(new Set(deaths(pool).map((line) => line.split(': ')[1]))).toEqual(new Set(['n1']));
  eventually(pool, 5_000, 'the one that slept is back', () => pool.allSee(['n1'], 'alive'));
  pool.run(60_000);
  expect(deaths(pool).filter((line) => line.startsWith('n1: '))).toEqual([]);
});

test('clocks that run apart by 500 parts in a million make nobody suspect', { timeout: 60_000 }, () => {
  const pool = new Simulation({ seed: 8 });
  for (let place = 0; place < 10; place += 1) {
    pool.add(`n${place}`, { driftPpm: place % 2 === 0 ? 500 : -500 });
    if (place > 0) pool.join(`n${place}`, 'n0');
  }
  pool.run(10_000);
  pool.sightings.length = 0;
  pool.run(600_000);
  expect(pool.sightings).toEqual([]);
});

test('members that take 20 ms for each step are slow, not dead', () => {
  const pool = living(9, 10);
  for (const name of ['n1', 'n2', 'n3']) pool.slow(name, 20);
  pool.run(300_000);
  expect(deaths(pool)).toEqual([]);
});

test('a deaf member buries nobody, and once it hears again all are alive within five seconds', () => {
  const pool = living(10, 5);
  const heal = pool.network.cut((_, to) => to === 'n1');
  pool.run(60_000);
  const wrongly = deaths(pool).filter((line) => !line.startsWith('n1: ') && !line.endsWith(': n1'));
  expect(wrongly).toEqual([]);
  heal();
  eventually(pool, 5_000, 'all see all', () => pool.allSee(['n0', 'n1', 'n2', 'n3', 'n4'], 'alive'));
});
