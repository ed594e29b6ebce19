import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Level } from 'level';
import { loadPlugins } from '../../src/agent/plugins.ts';
import { systemClock } from '../../src/base/clock.ts';
import { silent } from '../../src/base/log.ts';
import { parseRetentions } from '../../src/config/retentions.ts';
import { nameNumbers, numbersIn } from '../../src/metrics/collector-series.ts';
import type { Database } from '../../src/metrics/database.ts';
import { mergeSeries } from '../../src/metrics/merging.ts';
import { type MetricStore, openMetricStore, type StoreSetting } from '../../src/metrics/metric-store.ts';
import { allBlocks, readBlockKey } from '../../src/metrics/places.ts';
import { systemHost } from '../../src/net/system-host.ts';
import { standsFor } from '../../src/plugins/key-match.ts';
import { type BenchCase, median, type Row } from '../case.ts';

const SERIES = 1_000;
const STEP_S = 10;
const DAY_S = 86_400;
const READS = 7;
/** Points between two moments in which the store may write. */
const GULP = 20_000;
/** What whisper, carbon's files, takes for a point. */
const WHISPER_BYTES = 12;
const RECORDED_S = Number(process.env['METRICS_BENCH_SECONDS'] ?? 600);

/** A store in a folder of its own, whose clock stands at `now` (epoch seconds). */
async function withStore<Answer>(
  use: (store: MetricStore, at: { now: number }, database: Database) => Promise<Answer>,
  over: Partial<StoreSetting> = {},
): Promise<Answer> {
  const path = await mkdtemp(join(tmpdir(), 'opsbro-bench-metrics-'));
  const options = {
    keyEncoding: 'view',
    valueEncoding: 'view',
    compression: false,
    writeBufferSize: 1_048_576,
  } as const;
  const database: Database = new Level(path, options);
  await database.open();
  const at = { now: Math.floor(systemClock.wall() / 3_600_000) * 3_600 };
  const clock = { ...systemClock, wall: () => at.now * 1_000 };
  const store = await openMetricStore({
    database,
    clock,
    log: silent,
    maxSeries: 200_000,
    maxBytes: 0,
    maxFuture: 60,
    ...over,
  });
  try {
    return await use(store, at, database);
  } finally {
    await store[Symbol.asyncDispose]();
    await database.close();
    await rm(path, { recursive: true, force: true });
  }
}

/** Series as machines have them: percents that wander, counters, memory in pages, and some that hardly ever change. */
function valueAt(series: number, slot: number, before: number): number {
  const noise = ((Math.imul(slot * 2_654_435_761 + series * 40_503, 1_597_334_677) >>> 0) / 2 ** 32) * 2 - 1;
  switch (series % 4) {
    case 0:
      return Math.round(100 * Math.min(100, Math.max(0, before + 3 * noise))) / 100;
    case 1:
      return before + 120_000 + Math.round(15_000 * noise);
    case 2:
      return before + 4_096 * Math.round(500 * noise);
    default:
      return noise > 0.98 ? before + 1 : before;
  }
}

/** Takes in so many slots of all series up to now, and gives the seconds of processor time that took, with everything in blocks. */
async function takeIn(store: MetricStore, at: { now: number }, slots: number, step = STEP_S): Promise<number> {
  const names = Array.from({ length: SERIES }, (_, series) => `node${series % 20}.collector${series % 7}.key${series}`);
  const values = new Float64Array(SERIES).fill(50);
  const start = process.cpuUsage();
  const first = at.now - slots * step;
  let gulp = 0;
  for (let slot = 0; slot < slots; slot++) {
    at.now = first + slot * step;
    for (let series = 0; series < SERIES; series++) {
      const value = valueAt(series, slot, values[series] ?? 0);
      values[series] = value;
      store.add({ name: names[series] ?? '', value, time: at.now });
    }
    gulp += SERIES;
    if (gulp < GULP) continue;
    gulp = 0;
    await store.write();
  }
  at.now = first + slots * step;
  await store.store();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1e6;
}

async function ingest(): Promise<Row[]> {
  return await withStore(async (store, at) => {
    const slots = 1_440;
    const wall = performance.now();
    const cpu = await takeIn(store, at, slots);
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
      perPoint('made-up series, blocks of all archives', store.stats().bytes / points),
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
    async (store, at) => {
      await takeIn(store, at, DAY_S / step, step);
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
  return await withStore(async (store, at, database) => {
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
