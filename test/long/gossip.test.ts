import { describe, expect, test } from 'vitest';
import { partition } from '../support/simulation/cuts.ts';
import { faultOf, randomScript, shrunk } from '../support/simulation/fuzz.ts';
import { eventually } from '../support/simulation/script.ts';
import { Simulation } from '../support/simulation.ts';

/** A night has time for 10,000. */
const RUNS = Number(process.env['OPSBRO_FUZZ_RUNS'] ?? 200);
const FIRST_SEED = Number(process.env['OPSBRO_FUZZ_SEED'] ?? 1_000);
const MS_PER_RUN = 30_000;
const LONG = { timeout: 1_800_000 };
/** Who told what how often is kept for each pair of members; of a million pairs that takes gigabytes and most of the time. */
const CHECKED_UP_TO = 100;

const dead = (pool: Simulation): Set<string> =>
  new Set(pool.sightings.filter(({ change }) => change === 'member-failed').map(({ member }) => member));

const living = (seed: number, size: number): Simulation => {
  const pool = new Simulation({ seed, unchecked: size > CHECKED_UP_TO });
  pool.addPrimed(size);
  pool.run(5_000);
  return pool;
};

test(`${RUNS} random lives of pools go well`, { timeout: RUNS * MS_PER_RUN }, () => {
  for (let seed = FIRST_SEED; seed < FIRST_SEED + RUNS; seed += 1) {
    const life = randomScript(seed);
    const fault = faultOf(life);
    if (fault === undefined) continue;
    expect.fail(`${fault}; shortest: ${JSON.stringify(shrunk(life, (shorter) => faultOf(shorter) !== undefined))}`);
  }
});

test(
  'a pool of 1000 cut in halves for a minute is whole a minute later; nobody of the own half was taken for dead',
  LONG,
  () => {
    const pool = living(1, 1_000);
    const names = pool.living;
    const side = (name: string) => Number(name.slice(1)) % 2;
    const heal = pool.network.cut(
      partition(
        names.filter((name) => side(name) === 0),
        names.filter((name) => side(name) === 1),
      ),
    );
    pool.run(60_000);
    heal();
    pool.run(60_000);
    expect(pool.allSee(names, 'alive')).toBe(true);
    const fratricides = pool.sightings.filter(
      ({ change, by, member }) => change === 'member-failed' && side(by) === side(member),
    );
    expect(fratricides).toEqual([]);
  },
);

test('a member that joins 1000 others is seen by all within 3 s', LONG, () => {
  for (let seed = 1; seed <= 3; seed += 1) {
    const pool = living(seed, 1_000);
    pool.add('late');
    pool.join('late', 'n7');
    eventually(pool, 3_000, 'all see the late one', () => pool.allSee(['late'], 'alive'));
  }
});

describe.each([0.05, 0.15])('where %d of all datagrams is lost', (loss) => {
  test('nobody of 30 is taken for dead in ten minutes', LONG, () => {
    for (let seed = 1; seed <= 5; seed += 1) {
      const pool = living(seed, 30);
      pool.loss = loss;
      pool.run(600_000);
      expect(dead(pool)).toEqual(new Set());
    }
  });
});

test('where 30 % are lost, at most one false death comes in an hour of a member', LONG, () => {
  const pool = living(6, 30);
  pool.loss = 0.3;
  pool.run(600_000);
  expect(dead(pool).size).toBeLessThanOrEqual(30 / 6);
});
