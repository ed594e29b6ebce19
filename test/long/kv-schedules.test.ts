import { expect, test } from 'vitest';
import { MIXTURES, runPlan } from '../support/kv-cluster/schedule.ts';

/** Runs of each mixture of trouble: 10,000 in all, unless told otherwise. */
const SEEDS = Number(process.env['KV_SEEDS'] ?? 1_250);
const FIRST = Number(process.env['KV_FIRST_SEED'] ?? 1);

test.each(MIXTURES)(
  'no seed of %s loses what was acknowledged or brings back what was deleted',
  async (_, troubles) => {
    const failed: unknown[] = [];
    for (let seed = FIRST; seed < FIRST + SEEDS; seed += 1) {
      const { faults } = await runPlan({ seed, troubles, steps: 15 });
      if (faults.length > 0) failed.push({ seed, faults });
    }
    expect(failed).toEqual([]);
  },
  3_600_000,
);
