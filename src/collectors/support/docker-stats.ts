import { z } from 'zod';
import type { CgroupSample } from './cgroup-sample.ts';

const numbers = z.record(z.string(), z.unknown()).nullish();

/** What the engine itself says of the use of a container, for where its control group cannot be seen. */
export const EngineStats = z.object({
  memory_stats: z.object({ usage: z.number().optional(), limit: z.number().optional(), stats: numbers }).nullish(),
  cpu_stats: z
    .object({
      cpu_usage: z
        .object({
          total_usage: z.number().optional(),
          usage_in_usermode: z.number().optional(),
          usage_in_kernelmode: z.number().optional(),
        })
        .nullish(),
      throttling_data: z.object({ periods: z.number().optional(), throttled_periods: z.number().optional() }).nullish(),
    })
    .nullish(),
  blkio_stats: z
    .object({ io_service_bytes_recursive: z.array(z.object({ op: z.string(), value: z.number() })).nullish() })
    .nullish(),
  networks: z.record(z.string(), z.object({ rx_bytes: z.number(), tx_bytes: z.number() })).nullish(),
  pids_stats: z.object({ current: z.number().optional() }).nullish(),
});
type EngineStats = z.output<typeof EngineStats>;

/** Our names, then those of version 2 and of version 1 of control groups. */
const MEMORY: readonly (readonly [string, string, string])[] = [
  ['memory.rss', 'anon', 'total_rss'],
  ['memory.cache', 'file', 'total_cache'],
  ['memory.swap', 'swap', 'total_swap'],
  ['memory.active_anon', 'active_anon', 'total_active_anon'],
  ['memory.inactive_anon', 'inactive_anon', 'total_inactive_anon'],
  ['memory.active_file', 'active_file', 'total_active_file'],
  ['memory.inactive_file', 'inactive_file', 'total_inactive_file'],
  ['memory.mapped_file', 'file_mapped', 'total_mapped_file'],
  ['memory.unevictable', 'unevictable', 'total_unevictable'],
];

const NANOSECONDS = 1e9;

/** What the engine says of the use of a container, in the form of a look at its control group. `memory` is all that the machine has, in bytes. */
export function sampleOfStats(stats: EngineStats, memory: number): CgroupSample {
  const { memory_stats: used, cpu_stats: cpu, pids_stats: pids } = stats;
  const stat = (name: string) => numberAt(used?.stats, name);
  const seconds = (ns: number | undefined) => (ns === undefined ? undefined : ns / NANOSECONDS);
  // Without a limit of its own the engine says what the machine has.
  const limit = used?.limit !== undefined && used.limit < memory ? used.limit : undefined;
  const gauges = [
    ['memory.usage', used?.usage],
    ['memory.limit', limit],
    ...MEMORY.map(([ours, version2, version1]) => [ours, stat(version1) ?? stat(version2)] as const),
    ['pids', pids?.current],
  ] as const;
  const counters = [
    ...['pgfault', 'pgmajfault', 'pgpgin', 'pgpgout'].map(
      (name) => [`memory.${name}`, stat(`total_${name}`) ?? stat(name)] as const,
    ),
    ['cpu.usage', seconds(cpu?.cpu_usage?.total_usage)],
    ['cpu.user', seconds(cpu?.cpu_usage?.usage_in_usermode)],
    ['cpu.system', seconds(cpu?.cpu_usage?.usage_in_kernelmode)],
    ['cpu.periods', cpu?.throttling_data?.periods],
    ['cpu.throttled', cpu?.throttling_data?.throttled_periods],
    ...transferred(stats),
    ...networked(stats),
  ] as const;
  return { gauges: found(gauges), counters: found(counters) };
}

const found = (values: readonly (readonly [string, number | undefined])[]): ReadonlyMap<string, number> =>
  new Map(values.filter((value): value is [string, number] => value[1] !== undefined));

function numberAt(map: Readonly<Record<string, unknown>> | null | undefined, name: string): number | undefined {
  const value = map && Object.hasOwn(map, name) ? map[name] : undefined;
  return typeof value === 'number' ? value : undefined;
}

function transferred({ blkio_stats: blocks }: EngineStats): [string, number][] {
  const list = blocks?.io_service_bytes_recursive;
  if (!list) return [];
  const sum = (wanted: string) =>
    list.reduce((bytes, { op, value }) => (op.toLowerCase() === wanted ? bytes + value : bytes), 0);
  return [
    ['io.read_bytes', sum('read')],
    ['io.write_bytes', sum('write')],
  ];
}

function networked({ networks }: EngineStats): [string, number][] {
  if (!networks) return [];
  const all = Object.values(networks);
  return [
    ['net.rx_bytes', all.reduce((bytes, { rx_bytes: received }) => bytes + received, 0)],
    ['net.tx_bytes', all.reduce((bytes, { tx_bytes: sent }) => bytes + sent, 0)],
  ];
}
