import { z } from 'zod';
import { numberIn } from '../base/numbers.ts';
import type { Metrics } from '../model/metrics.ts';
import type { Host } from '../net/host.ts';
import { readIfThere, readNeeded } from '../plugins/files.ts';
import { defineCollector, type KeyDoc } from '../plugins/kinds.ts';
import { inPairs, type Pair, ratesOf } from '../plugins/rates.ts';
import { known } from '../plugins/trees.ts';

/** Counters that are shown as rates, and what each counts. */
const RATES = new Map([
  ['ctxt', 'Switches between tasks.'],
  ['processes', 'Processes started.'],
  ['intr', 'Interrupts.'],
  ['softirq', 'Deferred interrupts.'],
  ['pgfault', 'Page faults.'],
  ['pgmajfault', 'Page faults that had to wait for a disk.'],
  ['pswpin', 'Pages read from swap space.'],
  ['pswpout', 'Pages written to swap space.'],
]);

/** Counters whose rates replace them. */
const ONLY_RATES = new Set(['ctxt', 'processes', 'intr', 'softirq', 'pgfault', 'pgmajfault']);

const schema = z.object({
  vmstat: z
    .enum(['listed', 'all'])
    .default('listed')
    .describe('`all`: every line of `/proc/vmstat` is a series, not only those that have a line of their own here.'),
});

const gauge = (key: string, meaning: string, unit = ''): KeyDoc => ({ key, kind: 'gauge', unit, meaning });

export default defineCollector({
  name: 'kernelstats',
  description: 'What the kernel counts: switches, faults, pages, files and more.',
  options: schema,
  storesAll: (options) => schema.safeParse(options).data?.vmstat === 'all',
  keys: [
    ...Array.from(RATES, ([name, meaning]): KeyDoc => ({ key: `${name}/s`, kind: 'rate', unit: '1/s', meaning })),
    gauge('btime', 'Seconds since 1970 at which the kernel started.', 's'),
    gauge('procs_running', 'Tasks that could run at this moment.'),
    gauge('procs_blocked', 'Tasks that wait for a disk at this moment.'),
    gauge('entropy_avail', 'Random bits that the kernel has in store.', 'bits'),
    gauge('file_nr.used', 'Files that are open.'),
    gauge('file_nr.max', 'Files that may be open.'),
    gauge('pid_max', 'Process numbers there may be.'),
    gauge('threads', 'Threads there are.'),
    {
      key: '*',
      kind: 'cumulative',
      unit: '',
      meaning: 'Any line of `/proc/vmstat`; those that begin with `nr_` are gauges.',
      stored: false,
    },
  ],

  configure: () => {
    const look = inPairs(readCounters);
    return async (host, signal) => ({ ...shown(await look(host, signal)), ...(await readLimits(host)) });
  },
});

async function readCounters(host: Host): Promise<ReadonlyMap<string, number>> {
  const stat = parseLines(await readNeeded(host, '/proc/stat'));
  const vmstat = parseLines((await readIfThere(host, '/proc/vmstat')) ?? '');
  return new Map([...vmstat, ...stat]);
}

/** The first number of every line that is not about a processor, by the line's name. */
export function parseLines(text: string): ReadonlyMap<string, number> {
  const lines = new Map<string, number>();
  for (const line of text.split('\n')) {
    // The line of interrupts may have thousands of numbers, of which the first is their sum.
    const [name = '', first] = line.split(' ', 2);
    const number = numberIn(first);
    if (number !== undefined && !name.startsWith('cpu')) lines.set(name, number);
  }
  return lines;
}

function shown(pair: Pair<ReadonlyMap<string, number>>): Metrics {
  const plain = [...pair.after].filter(([name]) => !ONLY_RATES.has(name));
  return { ...Object.fromEntries(plain), ...ratesOf(pair, RATES.keys()) };
}

async function readLimits(host: Host): Promise<Metrics> {
  const [entropy, files, pids, load] = await Promise.all(
    ['/proc/sys/kernel/random/entropy_avail', '/proc/sys/fs/file-nr', '/proc/sys/kernel/pid_max', '/proc/loadavg'].map(
      (path) => readIfThere(host, path),
    ),
  );
  const [used, , max] = files?.split(/\s+/).map(numberIn) ?? [];
  return known({
    entropy_avail: numberIn(entropy),
    file_nr: used === undefined || max === undefined ? undefined : { used, max },
    pid_max: numberIn(pids),
    threads: numberIn(load?.split(' ')[3]?.split('/')[1]),
  });
}
