/** Files of control groups of several systems, below the path of a group. */
type Files = Readonly<Record<string, string>>;

const ROOT = '/sys/fs/cgroup';

/** What a group has used since it began. */
export interface Used {
  readonly cpuS: number;
  readonly readBytes: number;
  readonly throttled?: number;
}

/** A group of version 2 with 64 MiB in use, and no limit unless one is given. */
export function version2(path: string, { cpuS, readBytes, throttled = 0 }: Used, limit = 'max'): Files {
  const folder = ROOT + path;
  const us = cpuS * 1e6;
  return {
    [`${folder}/memory.current`]: '67108864\n',
    [`${folder}/memory.max`]: `${limit}\n`,
    [`${folder}/memory.swap.current`]: '4096\n',
    [`${folder}/memory.stat`]: [
      'anon 33554432',
      'file 29360128',
      'file_mapped 1048576',
      'inactive_anon 33550336',
      'active_anon 4096',
      'inactive_file 16777216',
      'active_file 12582912',
      'unevictable 0',
      'slab 2097152',
      `pgfault ${1_000 + readBytes / 1_000}`,
      'pgmajfault 5',
      '',
    ].join('\n'),
    [`${folder}/memory.events`]: 'low 0\nhigh 0\nmax 0\noom 0\noom_kill 2\noom_group_kill 0\n',
    [`${folder}/cpu.stat`]: `usage_usec ${us}\nuser_usec ${us / 2}\nsystem_usec ${us / 2}\nnr_periods ${100 + throttled * 4}\nnr_throttled ${throttled}\nthrottled_usec 7\n`,
    [`${folder}/io.stat`]: `254:0 rbytes=${readBytes} wbytes=4096 rios=1 wios=1 dbytes=0 dios=0\n254:16 rbytes=0 wbytes=4096 rios=0 wios=1 dbytes=0 dios=0\n`,
    [`${folder}/pids.current`]: '3\n',
    [`${folder}/pids.max`]: 'max\n',
  };
}

/** The same group as version 1 shows it. */
export function version1(path: string, { cpuS, readBytes, throttled = 0 }: Used, limit = '9223372036854771712'): Files {
  const at = (controller: string) => `${ROOT}/${controller}${path}`;
  return {
    [`${at('memory')}/memory.usage_in_bytes`]: '67108864\n',
    [`${at('memory')}/memory.limit_in_bytes`]: `${limit}\n`,
    [`${at('memory')}/memory.stat`]: [
      'cache 4096',
      'rss 4096',
      'total_cache 29360128',
      'total_rss 33554432',
      'total_mapped_file 1048576',
      'total_swap 4096',
      `total_pgpgin ${500 + readBytes / 1_000}`,
      'total_pgpgout 400',
      `total_pgfault ${1_000 + readBytes / 1_000}`,
      'total_pgmajfault 5',
      'total_inactive_anon 33550336',
      'total_active_anon 4096',
      'total_inactive_file 16777216',
      'total_active_file 12582912',
      'total_unevictable 0',
      '',
    ].join('\n'),
    [`${at('memory')}/memory.oom_control`]: 'oom_kill_disable 0\nunder_oom 0\noom_kill 2\n',
    [`${at('cpuacct')}/cpuacct.usage`]: `${cpuS * 1e9}\n`,
    [`${at('cpuacct')}/cpuacct.stat`]: `user ${cpuS * 50}\nsystem ${cpuS * 50}\n`,
    [`${at('cpu')}/cpu.stat`]: `nr_periods ${100 + throttled * 4}\nnr_throttled ${throttled}\nthrottled_time 7000\n`,
    [`${at('blkio')}/blkio.throttle.io_service_bytes`]: `254:0 Read ${readBytes}\n254:0 Write 4096\n254:16 Write 4096\n254:0 Total ${readBytes + 4096}\nTotal ${readBytes + 8192}\n`,
    [`${at('pids')}/pids.current`]: '3\n',
  };
}

/** `/proc/PID/cgroup` of a process in that group: with version 2, version 1, and both, of which the first keeps the accounts. */
export const MEMBERSHIP = {
  2: (path: string) => `0::${path}\n`,
  1: (path: string) =>
    `9:name=systemd:${path}\n8:pids:${path}\n7:blkio:${path}\n4:memory:${path}\n2:cpu,cpuacct:${path}\n`,
  hybrid: (path: string) =>
    `8:pids:${path}\n7:blkio:${path}\n4:memory:${path}\n2:cpuacct:${path}\n1:cpu:${path}\n0::/\n`,
} as const;
