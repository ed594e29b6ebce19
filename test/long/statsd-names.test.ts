import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { seeded } from '../../src/base/random.ts';
import { windowOf } from '../statsd/windows.ts';

const NAMES = 1_000_000;
const MOST_SERIES = 100_000;
const MOST_GROWTH = 5 * 1_024 * 1_024;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

function memory(): number {
  collectGarbage();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

test('of a million random names as many become series as there may be; the others cost nothing', () => {
  const { send, counters } = windowOf({ maxSeries: MOST_SERIES });
  const random = seeded(17);
  let begun = 0;
  const begin = (count: number) => {
    for (const end = begun + count; begun < end; )
      send(`app.${Math.floor(random() * 2 ** 32).toString(36)}.${begun++}:5|ms`);
  };
  begin(2 * MOST_SERIES);
  expect(counters).toMatchObject({ series: MOST_SERIES, seriesDropped: MOST_SERIES });
  const before = memory();
  begin(NAMES - 2 * MOST_SERIES);
  expect(memory() - before).toBeLessThan(MOST_GROWTH);
  expect(counters).toMatchObject({ series: MOST_SERIES, seriesDropped: NAMES - MOST_SERIES, badLines: 0 });
});
