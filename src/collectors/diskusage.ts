import { z } from 'zod';
import { systemCode } from '../base/errors.ts';
import { matchesAny } from '../base/glob.ts';
import { toHundredths } from '../base/numbers.ts';
import type { Metrics } from '../model/metrics.ts';
import type { FileSystemSpace, Host } from '../net/host.ts';
import { type Mount, parseMounts } from '../net/mounts.ts';
import { readNeeded } from '../plugins/files.ts';
import { defineCollector, type KeyDoc } from '../plugins/kinds.ts';
import { NotEligible } from '../plugins/outcomes.ts';
import { known } from '../plugins/trees.ts';

/** What has no space of its own, what is always full, and what is somebody else's. */
const EXCLUDED_TYPES =
  'autofs binfmt_misc bpf cgroup* cifs configfs debugfs devpts devtmpfs efivarfs fuse.* fusectl hugetlbfs iso9660 mqueue nfs4 nsfs overlay proc pstore ramfs rpc_pipefs securityfs selinuxfs smbfs squashfs sysfs tmpfs tracefs udf'.split(
    ' ',
  );

/** Files that container engines mount over those of the image. */
const CONTAINER_FILES = new Set(['/etc/hosts', '/etc/hostname', '/etc/resolv.conf']);

const MEGABYTE = 1_024 * 1_024;

/** How many file systems are asked at one time. */
const AT_ONCE = 4;

const gauge = (key: string, unit: string, meaning: string): KeyDoc => ({
  key: `*.${key}`,
  kind: 'gauge',
  unit,
  meaning,
});

export default defineCollector({
  name: 'diskusage',
  description: 'How full each mounted file system is.',
  intervalMs: 30_000,
  options: z.object({
    exclude_types: z
      .array(z.string())
      .default(EXCLUDED_TYPES)
      .describe('Patterns of file system types to pass over; the one mounted at / is always looked at.'),
    include_types: z
      .array(z.string())
      .default([])
      .describe('Patterns of file system types to look at although they are excluded, such as fuse.sshfs.'),
  }),
  keys: [
    gauge('total', 'MB', 'Space there is. The first segment is the mount point.'),
    gauge('used', 'MB', 'Space that is used.'),
    gauge('available', 'MB', 'Space that a normal user may still use.'),
    gauge('pct_used', 'percent', 'Part that is used of what a normal user may use, rounded up.'),
    gauge('inodes_total', '', 'Files there may be; 0 where there is no such limit.'),
    gauge('inodes_used', '', 'Files there are.'),
    gauge('inodes_pct_used', 'percent', 'Part of the files there may be, rounded up; absent where there is no limit.'),
    gauge('hung', '', 'Is 1 when the file system does not answer; nothing else is known of it then.'),
    gauge('readonly', '', 'Whether nothing may be written.'),
    { key: '*.fstype', kind: 'info', unit: '', meaning: 'Type of the file system.' },
    { key: '*.device', kind: 'info', unit: '', meaning: 'What is mounted.' },
  ],

  configure: ({ exclude_types, include_types }) => {
    const isExcluded = (type: string) => matchesAny(exclude_types, type) && !matchesAny(include_types, type);
    return async (host, signal) => {
      const mounts = chooseMounts(parseMounts(await readNeeded(host, '/proc/self/mountinfo')), isExcluded);
      const trees = await inTurns(mounts, (mount) => lookAt(mount, host, signal));
      const found = trees.filter((tree) => tree !== undefined);
      if (found.length === 0) throw new NotEligible('this system has no file system to look at');
      return Object.fromEntries(found);
    };
  },
});

/** The mounts worth a look: `/` and those of wanted types, each file system once, under its shortest path. */
export function chooseMounts(mounts: readonly Mount[], isExcluded: (type: string) => boolean): Mount[] {
  const byDevice = new Map<string, Mount>();
  for (const mount of mounts) {
    const isRoot = mount.mountPoint === '/';
    if (!isRoot && (isExcluded(mount.type) || CONTAINER_FILES.has(mount.mountPoint))) continue;
    const other = byDevice.get(mount.deviceId);
    if (!other || mount.mountPoint.length < other.mountPoint.length) byDevice.set(mount.deviceId, mount);
  }
  return [...byDevice.values()];
}

async function lookAt(mount: Mount, host: Host, signal: AbortSignal): Promise<[string, Metrics] | undefined> {
  signal.throwIfAborted();
  const key = keyOf(mount);
  const about = { fstype: mount.type, device: mount.source, readonly: mount.isReadOnly };
  try {
    const space = await host.statfs(mount.mountPoint);
    // What has no blocks is no place to keep things.
    return space.blocks > 0 ? [key, { ...about, hung: 0, ...usageOf(space) }] : undefined;
  } catch (error) {
    const code = systemCode(error);
    if (code === undefined) throw error;
    // Any other failure: unmounted meanwhile, or hidden from the agent's user.
    return code === 'ETIMEDOUT' ? [key, { ...about, hung: 1 }] : undefined;
  }
}

/** The path as `df` prints it: a disk that somebody plugs in may have a name with a line end. */
const keyOf = ({ mountPoint }: Mount): string => mountPoint.replace(/\p{Cc}/gu, '?');

/** Space in MB and percents as `df` prints them. */
export function usageOf(space: FileSystemSpace): Metrics {
  const megabytes = (blocks: number) => toHundredths((blocks * space.blockSize) / MEGABYTE);
  const used = space.blocks - space.blocksFree;
  const inodes = space.files - space.filesFree;
  return known({
    total: megabytes(space.blocks),
    used: megabytes(used),
    available: megabytes(space.blocksAvailable),
    pct_used: percentUp(used, used + space.blocksAvailable),
    inodes_total: space.files,
    inodes_used: inodes,
    inodes_pct_used: space.files > 0 ? percentUp(inodes, space.files) : undefined,
  });
}

/** Whole percents, rounded up; by remainder, as a quotient may be rounded down to a whole number. */
function percentUp(part: number, whole: number): number {
  if (whole <= 0) return 0;
  const hundredfold = part * 100;
  return Math.floor(hundredfold / whole) + (hundredfold % whole === 0 ? 0 : 1);
}

async function inTurns<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (let from = 0; from < items.length; from += AT_ONCE) {
    results.push(...(await Promise.all(items.slice(from, from + AT_ONCE).map(work))));
  }
  return results;
}
