import { z } from 'zod';
import { numberIn } from '../base/numbers.ts';
import type { Metrics } from '../model/metrics.ts';
import { readNeeded } from '../plugins/files.ts';
import { defineCollector } from '../plugins/kinds.ts';
import { known } from '../plugins/trees.ts';

export default defineCollector({
  name: 'loadaverage',
  description: 'How many tasks run or wait for the processor or a disk.',
  options: z.object({}),
  keys: [
    { key: 'load1', kind: 'gauge', unit: '', meaning: 'Tasks that run or wait, averaged over 1 minute.' },
    { key: 'load5', kind: 'gauge', unit: '', meaning: 'Tasks that run or wait, averaged over 5 minutes.' },
    { key: 'load15', kind: 'gauge', unit: '', meaning: 'Tasks that run or wait, averaged over 15 minutes.' },
    { key: 'runnable', kind: 'gauge', unit: '', meaning: 'Tasks that could run at this moment.' },
    { key: 'threads', kind: 'gauge', unit: '', meaning: 'Threads there are.' },
  ],

  configure: () => async (host, signal) => {
    signal.throwIfAborted();
    return parseLoad(await readNeeded(host, '/proc/loadavg'));
  },
});

/** The numbers of a text such as `0.26 0.11 0.07 1/95 9284`. */
export function parseLoad(loadavg: string): Metrics {
  const [load1, load5, load15, tasks = ''] = loadavg.trim().split(/\s+/);
  const [runnable, threads] = tasks.split('/');
  return known({
    load1: numberIn(load1),
    load5: numberIn(load5),
    load15: numberIn(load15),
    runnable: numberIn(runnable),
    threads: numberIn(threads),
  });
}
