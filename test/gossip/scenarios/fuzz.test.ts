import { describe, expect, test } from 'vitest';
import { faultOf, randomScript, shrunk } from '../../support/simulation/fuzz.ts';
import type { Script } from '../../support/simulation/script.ts';

/** So many lives in an ordinary run; `OPSBRO_FUZZ_RUNS` asks for more, `OPSBRO_FUZZ_SEED` for others. */
const RUNS = Number(process.env['OPSBRO_FUZZ_RUNS'] ?? 12);
const FIRST_SEED = Number(process.env['OPSBRO_FUZZ_SEED'] ?? 1);
const MS_PER_RUN = 30_000;

/** Lives that once went wrong. */
const KEPT_SEEDS = [9, 12, 48];

const script = (steps: readonly string[], size = 40): Script => ({
  seed: 1,
  size,
  steps: steps.map((name, at) => ({ at, action: { do: 'kill', name } })),
  ms: 1,
});

test.each(KEPT_SEEDS)('the random life of seed %i, which once went wrong, goes well', (seed) => {
  expect(faultOf(randomScript(seed))).toBeUndefined();
});

test(`${RUNS} random lives of pools from seed ${FIRST_SEED} on go well: what must hold holds, and the living agree in the end`, {
  timeout: RUNS * MS_PER_RUN,
}, () => {
  for (let seed = FIRST_SEED; seed < FIRST_SEED + RUNS; seed += 1) {
    const life = randomScript(seed);
    const fault = faultOf(life);
    if (fault === undefined) continue;
    const shortest = shrunk(life, (shorter) => faultOf(shorter) !== undefined);
    expect.fail(`${fault}; the shortest life found in which it still goes wrong: ${JSON.stringify(shortest)}`);
  }
});

describe('a life that goes wrong is shortened', () => {
  test('to the steps that matter', () => {
    const isFaulty = ({ steps }: Script) => steps.some(({ action }) => action.do === 'kill' && action.name === 'n7');
    expect(shrunk(script(['n1', 'n7', 'n3', 'n7']), isFaulty)).toMatchObject({ size: 8, steps: [{ at: 1 }] });
  });

  test('but not to fewer members than it speaks of, nor when all of it matters', () => {
    const life = script(['n1', 'n33']);
    expect(shrunk(life, ({ steps }) => steps.length === 2)).toEqual(life);
  });
});
