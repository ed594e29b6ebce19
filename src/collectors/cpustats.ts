import { z } from 'zod';
import { numberIn, percentOf, toHundredths } from '../base/numbers.ts';
import type { Metrics } from '../model/metrics.ts';
import type { Host } from '../net/host.ts';
import { readNeeded } from '../plugins/files.ts';
import { defineCollector, type KeyDoc } from '../plugins/kinds.ts';
import { inPairs } from '../plugins/rates.ts';

/** The columns of a `cpu` line. The first eight add up to all time; the guests' is also in user and nice. */
const COLUMNS = ['user', 'nice', 'system', 'idle', 'iowait', 'irq', 'softirq', 'steal', 'guest', 'guest_nice'] as const;
const ADDING_UP = 8;

const share = (name: string, meaning: string): KeyDoc => ({
  key: `*.%${name}`,
  kind: 'rate',
  unit: 'percent',
  meaning,
});

export default defineCollector({
  name: 'cpustats',
  description: 'What the processors spend their time on, together and each.',
  options: z.object({}),
  keys: [
    { key: 'count', kind: 'gauge', unit: '', meaning: 'Processors that are online.' },
    share('user', 'Time in programs. The first segment is `cpu_all` or `cpu0`, `cpu1`...'),
    share('nice', 'Time in programs of lowered priority.'),
    share('system', 'Time in the kernel.'),
    share('idle', 'Time without anything to do.'),
    share('iowait', 'Time without anything to do but wait for a disk.'),
    share('irq', 'Time in interrupts.'),
    share('softirq', 'Time in deferred interrupts.'),
    share('steal', 'Time that the hypervisor gave to others.'),
    share('guest', 'Time in virtual machines; also part of user.'),
    share('guest_nice', 'Time in virtual machines of lowered priority; also part of nice.'),
    {
      key: 'cpu_all.%used',
      kind: 'rate',
      unit: 'percent',
      meaning: 'Time of all processors that was neither idle nor spent waiting for a disk.',
    },
  ],

  configure: () => {
    const look = inPairs(async (host: Host) => parseCpus(await readNeeded(host, '/proc/stat')));
    return async (host, signal) => {
      const { before, after } = await look(host, signal);
      return sharesOf(before, after);
    };
  },
});

/** Ticks by column of each processor of `/proc/stat`; all of them together are `cpu_all`. */
export function parseCpus(stat: string): ReadonlyMap<string, readonly number[]> {
  const cpus = new Map<string, readonly number[]>();
  for (const line of stat.split('\n')) {
    // What follows is a line of all interrupts, which may be long.
    if (!line.startsWith('cpu')) break;
    const [name = '', ...columns] = line.trim().split(/\s+/);
    const ticks = columns.slice(0, COLUMNS.length).map(numberIn);
    if (ticks.length > 0 && ticks.every((tick) => tick !== undefined))
      cpus.set(name === 'cpu' ? 'cpu_all' : name, ticks);
  }
  return cpus;
}

/** How the time between two looks was spent, in percent; a processor that was not there before is left out. */
export function sharesOf(
  before: ReadonlyMap<string, readonly number[]>,
  after: ReadonlyMap<string, readonly number[]>,
): Metrics {
  const tree: Record<string, Metrics> = {};
  for (const [name, ticks] of after) {
    const earlier = before.get(name);
    const shares = earlier && sharesOfOne(earlier, ticks);
    if (shares) tree[name] = name === 'cpu_all' ? withUsed(shares) : shares;
  }
  const count = [...after.keys()].filter((name) => name !== 'cpu_all').length;
  return count > 0 ? { ...tree, count } : tree;
}

function sharesOfOne(before: readonly number[], after: readonly number[]): Metrics | undefined {
  // The kernel takes time back from iowait now and then.
  const spent = after.map((ticks, column) => Math.max(0, ticks - (before[column] ?? ticks)));
  const all = spent.slice(0, ADDING_UP).reduce((sum, ticks) => sum + ticks, 0);
  if (all === 0) return undefined;
  return Object.fromEntries(spent.map((ticks, column) => [`%${COLUMNS[column]}`, percentOf(ticks, all)]));
}

function withUsed(shares: Metrics): Metrics {
  const { '%idle': idle, '%iowait': waiting } = shares;
  if (typeof idle !== 'number') return shares;
  return { ...shares, '%used': toHundredths(100 - idle - (typeof waiting === 'number' ? waiting : 0)) };
}
