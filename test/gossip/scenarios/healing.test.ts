import { expect, test } from 'vitest';
import { partition } from '../../support/simulation/cuts.ts';
import { eventually, never, play } from '../../support/simulation/script.ts';
import { Simulation } from '../../support/simulation.ts';

test('a pool of ten that is cut in halves for 40 s is whole again within 15 s, and nobody of the own half was taken for dead', () => {
  for (let seed = 1; seed <= 5; seed += 1) {
    const side = (name: string) => Number(name.slice(1)) % 2;
    const pool = play({ seed, size: 10, steps: [{ at: 1_000, action: { do: 'halve', ms: 40_000 } }], ms: 41_000 }, {}, [
      never('one of the own half is dead', ({ change, by, member }) => {
        return change === 'member-failed' && side(by) === side(member);
      }),
    ]);
    const names = Array.from({ length: 10 }, (_, place) => `n${place}`);
    eventually(pool, 15_000, 'all see all', () => pool.allSee(names, 'alive'));
  }
});

test('a cut in three parts heals too', () => {
  const pool = new Simulation({ seed: 4 });
  const names = pool.addPrimed(30);
  const part = (which: number) => names.filter((_, place) => place % 3 === which);
  pool.run(3_000);
  const heal = pool.network.cut(partition(part(0), part(1), part(2)));
  pool.run(60_000);
  expect(pool.seen('n0', 'n1')).toBe('dead');
  heal();
  eventually(pool, 30_000, 'all see all', () => pool.allSee(names, 'alive'));
});

test('a member that restarts with its disk, without it, or at another address is alive everywhere soon', () => {
  const pool = new Simulation({ seed: 5 });
  const names = pool.addPrimed(8);
  pool.run(2_000);
  for (const change of [{ disk: 'kept' }, { disk: 'lost' }, { disk: 'kept', elsewhere: true }] as const) {
    pool.kill('n3');
    eventually(pool, 60_000, 'it is dead', () => pool.living.every((by) => pool.seen(by, 'n3') === 'dead'));
    pool.restart('n3', change);
    pool.join('n3', 'n0');
    eventually(pool, 5_000, `it is back with ${JSON.stringify(change)}`, () => pool.allSee(names, 'alive'));
  }
});

test('of five that all ended, two that start again know all five: three are dead, and nobody is forgotten', () => {
  const pool = new Simulation({ seed: 9 });
  const names = pool.addPrimed(5);
  pool.run(5_000);
  for (const name of names) pool.kill(name);
  pool.run(3_600_000);
  for (const name of ['n1', 'n3']) pool.restart(name, { disk: 'kept' });
  eventually(pool, 30_000, 'the two see each other', () => pool.allSee(['n1', 'n3'], 'alive'));
  pool.run(1_800_000);
  expect(pool.allSee(['n0', 'n2', 'n4'], 'dead')).toBe(true);
  expect(pool.sightings.filter(({ change }) => change === 'member-reap')).toEqual([]);
});

test('a replayed recording of a minute changes nothing an hour later', { timeout: 60_000 }, () => {
  const pool = new Simulation({ seed: 6 });
  const names = pool.addPrimed(4);
  const adversary = pool.addAdversary();
  const stop = adversary.record();
  pool.say('n2', 'checks', { 'core/load': 'critical' });
  pool.leave('n3');
  pool.run(60_000);
  const recording = stop();
  pool.run(3_600_000);
  pool.sightings.length = 0;
  adversary.replay(recording);
  pool.run(60_000);
  expect(pool.sightings).toEqual([]);
  expect(names.slice(0, 3).every((name) => pool.living.every((by) => pool.seen(by, name) === 'alive'))).toBe(true);
});

test('damaged datagrams are thrown away, and the pool lives on', () => {
  const pool = new Simulation({ seed: 7, bytes: true });
  pool.network.link = { ...pool.network.link, corrupt: 0.05, duplicate: 0.05, reorder: 0.1 };
  const names = pool.addPool(10);
  eventually(pool, 10_000, 'all see all', () => pool.allSee(names, 'alive'));
  pool.run(120_000);
  expect(pool.sightings.filter(({ change }) => change === 'member-failed')).toEqual([]);
});

test('streams that are refused, break and hang delay a join, no more', () => {
  const pool = new Simulation({ seed: 8 });
  pool.network.streams = { refuse: 0.2, reset: 0.1, halfOpen: 0.1, bytesPerMs: 100 };
  const names = pool.addPrimed(5);
  pool.add('late');
  const attempts = [0, 1, 2, 3, 4, 5, 6, 7].map((second) => second * 1_000);
  for (const ms of attempts) pool.clock.after(ms, () => pool.join('late', 'n0'));
  eventually(pool, 15_000, 'all see all', () => pool.allSee([...names, 'late'], 'alive'));
});
