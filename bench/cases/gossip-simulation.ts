import { Simulation } from '../../test/support/simulation.ts';
import type { BenchCase, Row } from '../case.ts';

/** Members of each run, by commas; a thousand is what the target names, `OPSBRO_BENCH_NODES=1000,5000` measures the limit. */
const SIZES = (process.env['OPSBRO_BENCH_NODES'] ?? '100,1000').split(',').map(Number);
const VIRTUAL_MS = 60_000;

/** Processor time of this process so far, in seconds. */
function processorSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

const mebibytes = (): number => process.memoryUsage().rss / 2 ** 20;

const bench: BenchCase = {
  name: 'gossip-simulation: real cores in one process',
  async run() {
    const rows: Row[] = [];
    for (const size of SIZES) {
      const before = mebibytes();
      const start = processorSeconds();
      const pool = new Simulation({ seed: 1, unchecked: true });
      pool.addPrimed(size);
      const formed = processorSeconds();
      pool.run(VIRTUAL_MS);
      const seconds = processorSeconds() - formed;
      rows.push({ case: `${size} members, to begin with`, value: formed - start, unit: 's CPU' });
      rows.push({
        case: `${size} members, a virtual minute`,
        value: seconds,
        unit: 's CPU',
        ratio: seconds / (VIRTUAL_MS / 1_000),
        peer: 'real time',
      });
      rows.push({ case: `${size} members, memory`, value: mebibytes() - before, unit: 'MiB' });
    }
    return rows;
  },
};

export default bench;
