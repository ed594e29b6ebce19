/** A store of time series in a folder of its own, and series as machines have them. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Level } from 'level';
import { systemClock } from '../../src/base/clock.ts';
import { silent } from '../../src/base/log.ts';
import { DATABASE_OPTIONS, type Database } from '../../src/metrics/database.ts';
import { type MetricStore, openMetricStore, type StoreSetting } from '../../src/metrics/metric-store.ts';

/** Points between two moments in which the store may write. */
const GULP = 20_000;

/** An open store, whose clock stands at `at.now` (epoch seconds). */
export interface OpenStore extends AsyncDisposable {
  readonly store: MetricStore;
  readonly at: { now: number };
  readonly database: Database;
}

export async function openStore(path: string, over: Partial<StoreSetting> = {}): Promise<OpenStore> {
  const database: Database = new Level(path, DATABASE_OPTIONS);
  await database.open();
  const at = { now: Math.floor(systemClock.wall() / 3_600_000) * 3_600 };
  const clock = { ...systemClock, wall: () => at.now * 1_000 };
  const setting = { database, clock, log: silent, maxSeries: 200_000, maxBytes: 0, maxFuture: 60 };
  const store = await openMetricStore({ ...setting, ...over });
  return {
    ...{ store, at, database },
    async [Symbol.asyncDispose]() {
      await store[Symbol.asyncDispose]();
      await database.close();
    },
  };
}

/** Opens a store in a folder of its own, which is gone afterwards. */
export async function withStore<Answer>(
  use: (open: OpenStore) => Promise<Answer>,
  over: Partial<StoreSetting> = {},
): Promise<Answer> {
  const path = await mkdtemp(join(tmpdir(), 'opsbro-bench-metrics-'));
  try {
    await using open = await openStore(path, over);
    return await use(open);
  } finally {
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

/** How much there is to take in: so many series, and of each so many points, a step of seconds apart. */
export interface Amount {
  readonly series: number;
  readonly slots: number;
  readonly step: number;
}

/** Takes points in up to now, and gives the seconds of processor time that took, with everything in blocks. */
export async function takeIn({ store, at }: OpenStore, { series, slots, step }: Amount): Promise<number> {
  const names = Array.from({ length: series }, (_, one) => `node${one % 20}.collector${one % 7}.key${one}`);
  const values = new Float64Array(series).fill(50);
  const start = process.cpuUsage();
  const first = at.now - slots * step;
  let gulp = 0;
  for (let slot = 0; slot < slots; slot++) {
    at.now = first + slot * step;
    for (let one = 0; one < series; one++) {
      const value = valueAt(one, slot, values[one] ?? 0);
      values[one] = value;
      store.add({ name: names[one] ?? '', value, time: at.now });
    }
    gulp += series;
    if (gulp < GULP) continue;
    gulp = 0;
    await store.write();
  }
  at.now = first + slots * step;
  await store.store();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1e6;
}
