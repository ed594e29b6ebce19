import { Level } from 'level';
import { systemClock } from '../../src/base/clock.ts';
import { silent } from '../../src/base/log.ts';
import type { Database } from '../../src/metrics/database.ts';
import { openMetricStore } from '../../src/metrics/metric-store.ts';

// Adds points to twenty series for ever, slot after slot, and prints the number of the last slot each time its points are written down,
// while blocks are stored as often as they can be; started by a test that kills it.

const [path = '', start = '', first = ''] = process.argv.slice(2);
const database: Database = new Level(path, { keyEncoding: 'view', valueEncoding: 'view', compression: false });
await database.open();
const store = await openMetricStore({
  database,
  clock: systemClock,
  log: silent,
  maxSeries: 100,
  maxBytes: 0,
  maxFuture: 10_000_000,
});

for (let slot = Number(first); ; slot++) {
  for (let series = 0; series < 20; series++) {
    store.add({ name: `s${series}`, value: slot * series, time: Number(start) + slot * 10 });
  }
  await store.write();
  process.stdout.write(`${slot}\n`);
  if (slot % 5 === 0) void store.store();
}
