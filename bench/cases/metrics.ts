import { setTimeout as pause } from 'node:timers/promises';
import { loadPlugins } from '../../src/agent/plugins.ts';
import { systemClock } from '../../src/base/clock.ts';
import { parseRetentions } from '../../src/config/retentions.ts';
import { nameNumbers, numbersIn } from '../../src/metrics/collector-series.ts';
import type { Database } from '../../src/metrics/database.ts';
import { mergeSeries } from '../../src/metrics/merging.ts';
import { allBlocks, readBlockKey } from '../../src/metrics/places.ts';
import { systemHost } from '../../src/net/system-host.ts';
import { standsFor } from '../../src/plugins/key-match.ts';
import { type BenchCase, median, type Row } from '../case.ts';
import { takeIn, withStore } from '../telemetry/store.ts';

const SERIES = 1_000;
const STEP_S = 10;
const DAY_S = 86_400;
const READS = 7;
/** What whisper, carbon's files, takes for a point. */
const WHISPER_BYTES = 12;
const RECORDED_S = Number(process.env['METRICS_BENCH_SECONDS'] ?? 600);

async function ingest(): Promise<Row[]> {
  return await withStore(async (open) => {
    const slots = 1_440;
    const wall = performance.now();
    const cpu = await takeIn(open, { series: SERIES, slots, step: STEP_S });
    const seconds = (performance.now() - wall) / 1_000;
    const points = slots * SERIES;
    const goal = 'goal of 200,000, more is better';
    return [
      {
        case: 'taken in, log and blocks, per CPU second',
        value: points / cpu,
        unit: 'points/s',
        ratio: points / cpu / 200_000,
        peer: goal,
      },
      { case: 'taken in, log and blocks, per second', value: points / seconds, unit: 'points/s' },
      perPoint('made-up series, blocks of all archives', open.store.stats().bytes / points),
    ];
  });
}

const perPoint = (name: string, bytes: number): Row => ({
  case: name,
  value: bytes,
  unit: 'bytes/point',
  ratio: bytes / WHISPER_BYTES,
  peer: 'whisper (goal 0.15)',
});

async function readDay(retentions: string, step: number, what: string): Promise<Row[]> {
  const archives = parseRetentions(retentions);
  const rules = { schemas: [{ pattern: '.', archives }], aggregation: [{ pattern: '.', xFilesFactor: 0 }] };
  return await withStore(
    async (open) => {
      await takeIn(open, { series: SERIES, slots: DAY_S / step, step });
      const { store, at } = open;
      const took: number[] = [];
      const worked: number[] = [];
      let values = 0;
      for (let read = 0; read < READS; read++) {
        const start = performance.now();
        const before = process.cpuUsage();
        const day = await store.read(store.names('*.*.*'), { from: at.now - DAY_S, until: at.now });
        const mean = mergeSeries('mean', day, 'average');
        took.push(performance.now() - start);
        const { user, system } = process.cpuUsage(before);
        worked.push((user + system) / 1_000);
        values = day.reduce((sum, series) => sum + series.values.length, 0);
        if (mean.values.every((value) => Number.isNaN(value))) throw new Error('there is nothing to average');
      }
      const title = `a day of ${SERIES} series, averaged, ${what} (${values} values)`;
      const row = (name: string, ms: number): Row => {
        return { case: name, value: ms, unit: 'ms', ratio: ms / 100, peer: 'goal of 100 ms' };
      };
      // The processor time is what counts on a machine that has other work.
      return [row(title, median(took)), row('the same, processor time', median(worked))];
    },
    { rules },
  );
}

/** What the shipped collectors see on this machine: each runs as often as it would in the agent. */
async function realData(): Promise<Row[]> {
  const { collectors } = await loadPlugins();
  const host = systemHost(systemClock);
  return await withStore(async ({ store, at, database }) => {
    at.now = Math.floor(systemClock.wall() / 1_000);
    const running = [...collectors].map(async ({ name, configure, intervalMs = 10_000 }) => {
      const collect = configure({});
      const docs = collectors.get(name).keys;
      const isStored = (path: readonly string[]) => docs.find((key) => standsFor(key, path))?.stored ?? true;
      const end = performance.now() + RECORDED_S * 1_000;
      for (let due = performance.now(); due < end; due += intervalMs) {
        await pause(due - performance.now());
        const tree = await collect(host, AbortSignal.timeout(10_000)).catch(() => ({}));
        at.now = Math.floor(systemClock.wall() / 1_000);
        const leaves = [...numbersIn(tree)].filter(({ path }) => isStored(path));
        for (const number of nameNumbers(name, leaves, 'cleaned').numbers) {
          store.add({ name: `node.${number.name}`, value: number.value, time: at.now }, 'own');
        }
      }
    });
    await Promise.all(running);
    await store.store();
    const { points, bytes, series } = store.stats();
    await host[Symbol.asyncDispose]();
    return [
      perPoint(
        `${series} series of this machine over ${RECORDED_S} s, finest archive`,
        (await bytesOfStep(database, STEP_S)) / points,
      ),
      perPoint('the same, blocks of all four archives', bytes / points),
    ];
  });
}

/** Bytes of the blocks of one archive. */
async function bytesOfStep(database: Database, step: number): Promise<number> {
  let bytes = 0;
  for await (const [key, block] of database.iterator(allBlocks)) {
    if (readBlockKey(key).step === step) bytes += block.length;
  }
  return bytes;
}

const bench: BenchCase = {
  name: 'metrics: the store of time series',
  async run() {
    return [
      ...(await ingest()),
      ...(await readDay('10s:6h,1m:7d,5m:30d,1h:1y', 60, 'minutes, as shipped')),
      ...(await readDay('10s:2d,1m:7d', STEP_S, 'every 10 s')),
      ...(await realData()),
    ];
  },
};

export default bench;
