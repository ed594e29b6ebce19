import { expect, test } from 'vitest';
import { MIXTURES, runPlan } from '../../support/kv-cluster/schedule.ts';

const SEEDS = 8;

test.each(MIXTURES)(
  'whatever comes of %s, nothing acknowledged is lost and nothing deleted returns',
  async (_, troubles) => {
    for (let seed = 1; seed <= SEEDS; seed += 1) {
      const { faults, events } = await runPlan({ seed, troubles, steps: 15, carries: seed === 1 ? 'bytes' : 'values' });
      expect({ seed, faults }).toEqual({ seed, faults: [] });
      // A cluster that answers nobody loses nothing either.
      expect(events.filter(({ result }) => result === 'ok').length).toBeGreaterThan(20);
    }
  },
  60_000,
);
