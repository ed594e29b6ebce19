import { expect, test } from 'vitest';
import { Simulation } from '../support/simulation.ts';

const SEEDS = Array.from({ length: 40 }, (_, place) => 1_000 + place);

/** One life of a pool: it forms, loses packets, loses two members in two ways and gets them back. */
test.each(SEEDS)('a pool lives as it should with the dice of seed %i', (seed) => {
  const pool = new Simulation({ seed });
  const names = pool.addPool(3 + (seed % 20));
  const within = (ms: number, holds: () => boolean) => expect(pool.runUntil(holds, ms)).toBeDefined();
  // With twenty that join in one moment now and then one is missed; the next push/pull tells of it.
  within(35_000, () => pool.allSee(names, 'alive'));
  pool.loss = 0.05;
  pool.say('n1', 'checks', { 'core/load': 'critical' });
  pool.run(60_000);
  expect(pool.allSee(names, 'alive')).toBe(true);
  expect(pool.sightings.filter(({ change }) => change === 'member-failed')).toEqual([]);
  expect(pool.living.every((by) => pool.core(by).record('id-n1').checks.entries.has('core/load'))).toBe(true);

  pool.kill('n2');
  if (names.length > 3) pool.leave('n3');
  within(60_000, () => pool.allSee(['n2'], 'dead'));
  pool.run(40_000);
  pool.restart('n2');
  pool.join('n2', 'n0');
  within(30_000, () => pool.allSee(['n0', 'n1', 'n2'], 'alive'));
  for (const name of names) {
    const core = pool.core(name);
    expect(core.counts.get('internal_error')).toBeUndefined();
    for (const other of names) {
      const told = core.nodes.get(other)?.incarnation ?? 0;
      expect(told).toBeLessThanOrEqual(pool.core(other).self.incarnation);
    }
  }
  pool.loss = 0;
  pool.run(20_000);
  expect(pool.living.flatMap((name) => [...pool.core(name).queueDepths.values()]).every((depth) => depth === 0)).toBe(
    true,
  );
});
