import { faultOf, randomScript } from '../../test/support/simulation/fuzz.ts';
import type { BenchCase } from '../case.ts';

/** A night has time for `OPSBRO_FUZZ_RUNS=10000`. */
const RUNS = Number(process.env['OPSBRO_FUZZ_RUNS'] ?? 20);
const FIRST_SEED = Number(process.env['OPSBRO_FUZZ_SEED'] ?? 1);

const bench: BenchCase = {
  name: 'gossip-fuzz: random lives of pools',
  async run() {
    const start = performance.now();
    let wrong = 0;
    for (let seed = FIRST_SEED; seed < FIRST_SEED + RUNS; seed += 1) {
      const fault = faultOf(randomScript(seed));
      if (fault === undefined) continue;
      wrong += 1;
      process.stdout.write(`  ${fault}\n`);
    }
    return [
      { case: `${RUNS} lives, gone wrong`, value: wrong, unit: '' },
      { case: 'time of one', value: (performance.now() - start) / RUNS, unit: 'ms' },
    ];
  },
};

export default bench;
