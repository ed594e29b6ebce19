import { numberIn } from '../../base/numbers.ts';
import type { Host } from '../../net/host.ts';
import { readIfThere } from '../../plugins/files.ts';
import type { CgroupPlace } from './cgroup-place.ts';

/** What one look at a control group shows, by name; what it does not show is absent. */
export interface CgroupSample {
  /** Bytes and counts as they are now. */
  readonly gauges: ReadonlyMap<string, number>;
  /** What only grows: times in seconds, bytes, events. */
  readonly counters: ReadonlyMap<string, number>;
}

/** Parts of the memory, by our names; the kernel's of version 2, and of version 1 with `total_` before them. */
const MEMORY: readonly (readonly [ours: string, version2: string, version1: string])[] = [
  ['memory.rss', 'anon', 'rss'],
  ['memory.cache', 'file', 'cache'],
  ['memory.swap', '', 'swap'],
  ['memory.active_anon', 'active_anon', 'active_anon'],
  ['memory.inactive_anon', 'inactive_anon', 'inactive_anon'],
  ['memory.active_file', 'active_file', 'active_file'],
  ['memory.inactive_file', 'inactive_file', 'inactive_file'],
  ['memory.mapped_file', 'file_mapped', 'mapped_file'],
  ['memory.unevictable', 'unevictable', 'unevictable'],
];
const FAULTS = ['pgfault', 'pgmajfault', 'pgpgin', 'pgpgout'];

/** Version 1 says "no limit" by a number near the end of 64 bits. */
const NO_LIMIT = 2 ** 60;

/** Of the times in `cpuacct.stat`, the same on every Linux that we run on. */
const TICKS = 100;

/** Looks at a control group; nothing is found of one that is gone. */
export async function sampleOf(place: CgroupPlace, host: Host): Promise<CgroupSample> {
  return place.version === 2 ? await sampleOf2(place, host) : await sampleOf1(place, host);
}

type Found = readonly (readonly [string, number | undefined])[];

function sample(gauges: Found, counters: Found): CgroupSample {
  const found = (all: Found) => all.filter((one): one is [string, number] => one[1] !== undefined);
  return { gauges: new Map(found(gauges)), counters: new Map(found(counters)) };
}

async function sampleOf2(place: CgroupPlace, host: Host): Promise<CgroupSample> {
  const folder = place.folder('memory');
  const read = async (file: string) => (await readIfThere(host, `${folder}/${file}`)) ?? '';
  const [usage, limit, swap, pids, events] = [
    await read('memory.current'),
    await read('memory.max'),
    await read('memory.swap.current'),
    await read('pids.current'),
    linesOf(await read('memory.events')),
  ];
  const [memory, cpu, io] = [await read('memory.stat'), await read('cpu.stat'), await read('io.stat')];
  const stat = linesOf(memory);
  const times = linesOf(cpu);
  return sample(
    [
      ['memory.usage', numberIn(usage)],
      ['memory.limit', numberIn(limit)],
      ...MEMORY.map(([ours, theirs]) => [ours, stat.get(theirs)] as const),
      ['memory.swap', numberIn(swap)],
      ['pids', numberIn(pids)],
    ],
    [
      ...FAULTS.map((name) => [`memory.${name}`, stat.get(name)] as const),
      ['memory.oom_kill', events.get('oom_kill')],
      ['cpu.usage', scaled(times.get('usage_usec'), 1e6)],
      ['cpu.user', scaled(times.get('user_usec'), 1e6)],
      ['cpu.system', scaled(times.get('system_usec'), 1e6)],
      ['cpu.periods', times.get('nr_periods')],
      ['cpu.throttled', times.get('nr_throttled')],
      ...transferred(io, /\b(?:(rbytes)|wbytes)=(\d+)/g),
    ],
  );
}

async function sampleOf1(place: CgroupPlace, host: Host): Promise<CgroupSample> {
  const read = async (controller: string, file: string) =>
    (await readIfThere(host, `${place.folder(controller)}/${file}`)) ?? '';
  const [usage, limit] = [
    numberIn(await read('memory', 'memory.usage_in_bytes')),
    numberIn(await read('memory', 'memory.limit_in_bytes')),
  ];
  const stat = linesOf(await read('memory', 'memory.stat'));
  const events = linesOf(await read('memory', 'memory.oom_control'));
  const [times, periods] = [linesOf(await read('cpuacct', 'cpuacct.stat')), linesOf(await read('cpu', 'cpu.stat'))];
  const spent = numberIn(await read('cpuacct', 'cpuacct.usage'));
  const below = await read('blkio', 'blkio.throttle.io_service_bytes_recursive');
  const io = below === '' ? await read('blkio', 'blkio.throttle.io_service_bytes') : below;
  return sample(
    [
      ['memory.usage', usage],
      ['memory.limit', limit !== undefined && limit < NO_LIMIT ? limit : undefined],
      ...MEMORY.map(([ours, , theirs]) => [ours, stat.get(`total_${theirs}`) ?? stat.get(theirs)] as const),
      ['pids', numberIn(await read('pids', 'pids.current'))],
    ],
    [
      ...FAULTS.map((name) => [`memory.${name}`, stat.get(`total_${name}`) ?? stat.get(name)] as const),
      ['memory.oom_kill', events.get('oom_kill')],
      ['cpu.usage', scaled(spent, 1e9)],
      ['cpu.user', scaled(times.get('user'), TICKS)],
      ['cpu.system', scaled(times.get('system'), TICKS)],
      ['cpu.periods', periods.get('nr_periods')],
      ['cpu.throttled', periods.get('nr_throttled')],
      ...transferred(io, /^\S+ (?:(Read)|Write) (\d+)$/gm),
    ],
  );
}

const scaled = (count: number | undefined, perSecond: number): number | undefined =>
  count === undefined ? undefined : count / perSecond;

/** Lines such as `anon 4096` by their first word. */
function linesOf(text: string): ReadonlyMap<string, number> {
  const lines = new Map<string, number>();
  for (const line of text.split('\n')) {
    const blank = line.indexOf(' ');
    const number = numberIn(line.slice(blank + 1));
    if (blank > 0 && number !== undefined) lines.set(line.slice(0, blank), number);
  }
  return lines;
}

/** Bytes read and written, summed over all devices; a pattern's first group is there for those that were read. */
function transferred(text: string, pattern: RegExp): Found {
  const bytes = { read: 0, written: 0 };
  for (const [, isRead, count] of text.matchAll(pattern))
    bytes[isRead === undefined ? 'written' : 'read'] += Number(count);
  return text === ''
    ? []
    : [
        ['io.read_bytes', bytes.read],
        ['io.write_bytes', bytes.written],
      ];
}
