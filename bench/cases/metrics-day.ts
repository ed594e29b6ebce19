import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BenchCase, Row } from '../case.ts';
import { openStore, takeIn } from '../telemetry/store.ts';

const SERIES = Number(process.env['METRICS_BENCH_SERIES'] ?? 10_000);
const STEP_S = 10;
const DAY = { series: SERIES, slots: 86_400 / STEP_S, step: STEP_S };
const GOAL_BYTES = 3;
const GOAL_S = 5;

async function bytesIn(folder: string): Promise<number> {
  const files = await readdir(folder);
  const sizes = await Promise.all(files.map(async (file) => (await stat(join(folder, file))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}

const bench: BenchCase = {
  name: 'metrics-day: a day of very many series, on disk and after a restart',
  async run(): Promise<Row[]> {
    const folder = await mkdtemp(join(tmpdir(), 'opsbro-bench-metrics-day-'));
    try {
      const points = DAY.series * DAY.slots;
      let [cpu, end] = [0, 0];
      {
        await using open = await openStore(folder);
        cpu = await takeIn(open, DAY);
        end = open.at.now;
      }
      const bytes = (await bytesIn(folder)) / points;
      const start = performance.now();
      await using again = await openStore(folder);
      again.at.now = end;
      const [name = ''] = again.store.names('*.*.*');
      const [first] = await again.store.read([name], { from: end - 3_600, until: end });
      const seconds = (performance.now() - start) / 1_000;
      if (!first?.values.some((value) => !Number.isNaN(value))) throw new Error('the last hour is not there');
      return [
        {
          ...{ case: `${SERIES} series, on disk`, value: bytes, unit: 'bytes/point' },
          ...{ ratio: bytes / GOAL_BYTES, peer: 'goal of 3' },
        },
        {
          ...{ case: 'until the first is read after a start', value: seconds, unit: 's' },
          ...{ ratio: seconds / GOAL_S, peer: 'goal of 5 s' },
        },
        { case: 'taken in, log and blocks, per CPU second', value: points / cpu, unit: 'points/s' },
      ];
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};

export default bench;
