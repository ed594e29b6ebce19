/** The doors for samples and points over a real store, without the rest of an agent: `server.ts DIRECTORY`; prints its ports as JSON. */
import { Level } from 'level';
import { systemClock } from '../../src/base/clock.ts';
import { silent } from '../../src/base/log.ts';
import { systemRandom } from '../../src/base/random.ts';
import { type GraphiteSettings, startGraphite } from '../../src/graphite/graphite.ts';
import { DATABASE_OPTIONS, type Database } from '../../src/metrics/database.ts';
import { openMetricStore } from '../../src/metrics/metric-store.ts';
import { startStatsd } from '../../src/statsd/statsd.ts';
import { percentileOf } from '../../src/statsd/timer-stats.ts';

const [directory = '.'] = process.argv.slice(2);
const database: Database = new Level(directory, DATABASE_OPTIONS);
await database.open();
const store = await openMetricStore({
  ...{ database, clock: systemClock, log: silent, maxSeries: 2_000_000, maxBytes: 0, maxFuture: 60 },
});
const common = { bind: ['127.0.0.1'], port: 0, clock: systemClock, random: systemRandom, log: silent } as const;
const statsd = await startStatsd({
  ...common,
  settings: {
    ...{ interval: 3_600, prefix: 'stats', counterNames: 'usual', percentiles: [percentileOf(99)], histograms: [] },
    ...{ idleFlushes: 6, gaugeTtl: 60, maxSeries: 1_000_000, timerReservoir: 10_000, influxTags: 'plain keys' },
    ...{ allow: ['127.0.0.0/8'], transports: 'udp and tcp', takesChecks: false, takesEvents: false },
  },
  store: (name, value, time) => void store.put(name, value, time, 'own'),
  takeEvent: () => {},
  takeCheck: () => false,
  shelf: {
    load: async () => new Map(),
    ...{ put: () => {}, delete: () => {}, flush: () => {}, flushed: async () => {} },
  },
  trouble: () => {},
});
const graphite = (listener: 'tcp' | 'pickle') => {
  const settings: GraphiteSettings = {
    ...{ allow: ['127.0.0.0/8'], listeners: new Set([listener]), idleMs: 600_000, maxConnections: 100 },
  };
  return startGraphite({ ...common, settings, store, trouble: () => {} });
};
const [lines, pickles] = [await graphite('tcp'), await graphite('pickle')];
process.stdout.write(`${JSON.stringify({ statsd: statsd.port, graphite: lines.port, pickle: pickles.port })}\n`);
// Timers of the agent's clock do not keep a process alive.
setInterval(() => {}, 60_000);
process.on('SIGUSR2', () => {
  const { samples, badLines } = statsd.counters;
  process.stderr.write(
    `${JSON.stringify({ samples, badLines, store: { ...store.stats(), refused: [...store.stats().refused] } })}\n`,
  );
});
process.once('SIGTERM', () => process.exit(0));
