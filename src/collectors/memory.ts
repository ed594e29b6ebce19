import { z } from 'zod';
import { numberIn, percentOf } from '../base/numbers.ts';
import type { Metrics } from '../model/metrics.ts';
import type { Host } from '../net/host.ts';
import { readIfThere, readNeeded } from '../plugins/files.ts';
import { defineCollector, type KeyDoc } from '../plugins/kinds.ts';
import { known } from '../plugins/trees.ts';

/** The files of version 2 and version 1 of control groups, as a container sees its own: limit and use. */
const CGROUP_FILES = [
  ['/sys/fs/cgroup/memory.max', '/sys/fs/cgroup/memory.current'],
  ['/sys/fs/cgroup/memory/memory.limit_in_bytes', '/sys/fs/cgroup/memory/memory.usage_in_bytes'],
] as const;

const kilobytes = (key: string, meaning: string): KeyDoc => ({ key, kind: 'gauge', unit: 'KB', meaning });
const percent = (key: string, meaning: string): KeyDoc => ({ key, kind: 'gauge', unit: 'percent', meaning });
const bytes = (key: string, meaning: string): KeyDoc => ({ key, kind: 'gauge', unit: 'bytes', meaning });

export default defineCollector({
  name: 'memory',
  description: 'How much memory and swap space there is, is used and what for.',
  options: z.object({}),
  keys: [
    kilobytes('phys_total', 'Memory there is.'),
    kilobytes('phys_free', 'Memory that is free or could be at once: free, buffers, cache and reclaimable slabs.'),
    percent('phys_used', 'Memory that is neither free nor could be at once.'),
    percent('available_pct', 'Memory that a new program could have without swapping, as the kernel estimates it.'),
    kilobytes('swap_free', 'Swap space that is free.'),
    percent('swap_used', 'Swap space in use; 0 without any.'),
    bytes('cgroup.limit', 'Memory this container may have.'),
    bytes('cgroup.used', 'Memory this container has, with its part of the page cache.'),
    percent('cgroup.used_pct', 'Part of the limit that is used.'),
    kilobytes('memtotal', 'Memory there is, as the kernel says.'),
    kilobytes('memfree', 'Memory that nothing is in.'),
    kilobytes('memavailable', 'Memory that a new program could have without swapping.'),
    kilobytes('buffers', 'Blocks of disks held in memory.'),
    kilobytes('cached', 'Pages of files held in memory.'),
    kilobytes('shmem', 'Shared memory and memory file systems.'),
    kilobytes('dirty', 'Memory that waits to be written to a disk.'),
    kilobytes('slab', 'Memory of the kernel’s own data.'),
    kilobytes('sreclaimable', 'Kernel data that could be given up.'),
    kilobytes('swaptotal', 'Swap space there is.'),
    kilobytes('swapfree', 'Swap space that is free, as the kernel says.'),
    kilobytes('committed_as', 'Memory that was promised to programs.'),
    kilobytes('commitlimit', 'Memory that may be promised when overcommitting is off.'),
    kilobytes('*', 'Any other line of `/proc/meminfo`, lower-cased; in KB, but counts for `hugepages_*`.'),
  ],

  configure: () => async (host, signal) => {
    signal.throwIfAborted();
    const lines = parseMeminfo(await readNeeded(host, '/proc/meminfo'));
    return { ...Object.fromEntries(lines), ...summary(lines), ...(await cgroup(host, lines)) };
  },
});

/** The lines of `/proc/meminfo` by their lower-cased names: KB, or counts where no unit stands. */
export function parseMeminfo(meminfo: string): ReadonlyMap<string, number> {
  const lines = new Map<string, number>();
  for (const line of meminfo.split('\n')) {
    const [name = '', value = ''] = line.split(':');
    const number = numberIn(value.replace(/ kB\s*$/, ''));
    if (number !== undefined) lines.set(name.trim().toLowerCase(), number);
  }
  return lines;
}

/** What people ask of memory, from the kernel's lines; what cannot be told is left out. */
export function summary(lines: ReadonlyMap<string, number>): Metrics {
  const at = (name: string): number => lines.get(name) ?? 0;
  const total = lines.get('memtotal');
  const free = at('memfree') + at('buffers') + at('cached') + at('sreclaimable');
  const available = lines.get('memavailable');
  const swap = lines.get('swaptotal');
  return known({
    phys_total: total,
    phys_free: total === undefined ? undefined : free,
    phys_used: total === undefined ? undefined : percentOf(Math.max(0, total - free), total),
    available_pct: total === undefined || available === undefined ? undefined : percentOf(available, total),
    swap_free: lines.get('swapfree'),
    swap_used: swap === undefined ? undefined : percentOf(swap - at('swapfree'), swap),
  });
}

async function cgroup(host: Host, lines: ReadonlyMap<string, number>): Promise<Metrics> {
  const memory = 1_024 * (lines.get('memtotal') ?? 0);
  for (const [limitFile, usedFile] of CGROUP_FILES) {
    const limit = numberIn(await readIfThere(host, limitFile));
    // Version 1 says "no limit" by a number larger than any memory.
    if (limit === undefined || limit >= memory) continue;
    const used = numberIn(await readIfThere(host, usedFile));
    if (used !== undefined) return { cgroup: { limit, used, used_pct: percentOf(used, limit) } };
  }
  return {};
}
