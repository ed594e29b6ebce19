import { expect, test } from 'vitest';
import { MIXTURES, runPlan, type Trouble } from '../../support/kv-cluster/schedule.ts';

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

const CRASHES: readonly Trouble[] = ['crash'];
const WEATHER: readonly Trouble[] = ['weather'];

test.each([
  ['a coordinator misses its own write', CRASHES, 3009],
  ['a node misses a write while it starts', [...CRASHES, 'wipe' as const], 1013],
  ['a node misses a write while the ring changes', [...CRASHES, 'ring' as const, 'weather' as const], 1028],
  ['a node promised one write and so refused another', [...CRASHES, 'ring' as const, 'weather' as const], 5050],
  ['a node promised one write, which never came, and so refused another', WEATHER, 1194],
])('%s', async (_, troubles, seed) => {
  expect((await runPlan({ seed, troubles, steps: 15 })).faults).toEqual([]);
});
