import { z } from 'zod';
import { matchesAny } from '../base/glob.ts';
import { toHundredths, toRate } from '../base/numbers.ts';
import type { Metrics } from '../model/metrics.ts';
import type { Host } from '../net/host.ts';
import { namesIn, readNeeded } from '../plugins/files.ts';
import { defineCollector, type KeyDoc } from '../plugins/kinds.ts';
import { NotEligible } from '../plugins/outcomes.ts';
import { advance, inPairs } from '../plugins/rates.ts';
import { known } from '../plugins/trees.ts';

/** The columns of `/proc/diskstats` after the name. Those from `discards` on came with Linux 4.18, from `flushes` on with 5.5. */
const COLUMNS =
  'reads reads_merged sectors_read read_ms writes writes_merged sectors_written write_ms in_flight io_ms weighted_ms discards discards_merged sectors_discarded discard_ms flushes flush_ms'.split(
    ' ',
  );

/** Whatever the hardware has, the kernel counts in these. */
const SECTOR_BYTES = 512;

const rate = (key: string, unit: string, meaning: string): KeyDoc => ({ key: `*.${key}`, kind: 'rate', unit, meaning });
const patterns = z.array(z.string());

export default defineCollector({
  name: 'iostats',
  description: 'How much each disk reads and writes, and how busy it is.',
  options: z.object({
    include: patterns.default(['*']).describe('Patterns of device names to look at.'),
    exclude: patterns
      .default(['ram*', 'loop*', 'fd*', 'sr*', 'zram*'])
      .describe('Patterns of device names to pass over.'),
    partitions: z.boolean().default(false).describe('Whether to look at partitions as well as at whole disks.'),
  }),
  keys: [
    rate('reads/s', '1/s', 'Reads that were completed. The first segment is the device.'),
    rate('reads_merged/s', '1/s', 'Reads that were joined with a neighbour.'),
    rate('writes/s', '1/s', 'Writes that were completed.'),
    rate('writes_merged/s', '1/s', 'Writes that were joined with a neighbour.'),
    rate('read_bytes/s', 'bytes/s', 'Bytes read.'),
    rate('write_bytes/s', 'bytes/s', 'Bytes written.'),
    rate('discards/s', '1/s', 'Discards that were completed.'),
    rate('discard_bytes/s', 'bytes/s', 'Bytes discarded.'),
    rate('flushes/s', '1/s', 'Flushes that were completed.'),
    rate('util%', 'percent', 'Part of the time in which the device had something to do.'),
    rate('await_ms', 'ms', 'Mean time a read or a write took, waiting included; absent when there was none.'),
    rate('queue', '', 'Mean number of requests waiting or at work.'),
    { key: '*.in_flight', kind: 'gauge', unit: '', meaning: 'Requests at work at this moment.' },
  ],

  configure: ({ include, exclude, partitions }) => {
    const look = inPairs(async (host: Host) => {
      const disks = parseDisks(await readNeeded(host, '/proc/diskstats'));
      const whole = new Set(partitions ? [] : await namesIn(host, '/sys/block'));
      const isWanted = (name: string) =>
        (whole.size === 0 || whole.has(name)) && matchesAny(include, name) && !matchesAny(exclude, name);
      return new Map([...disks].filter(([name]) => isWanted(name)));
    });
    return async (host, signal) => {
      const { before, after, seconds } = await look(host, signal);
      if (after.size === 0) throw new NotEligible('this system has no disk to look at');
      return Object.fromEntries(
        [...after].map(([name, counters]) => [name, workOf(before.get(name) ?? new Map(), counters, seconds)]),
      );
    };
  },
});

type Counters = ReadonlyMap<string, number>;

/** The counters of each device by the names of their columns; a device whose line is not whole is left out. */
export function parseDisks(diskstats: string): ReadonlyMap<string, Counters> {
  const disks = new Map<string, Counters>();
  for (const line of diskstats.split('\n')) {
    const [, , name, ...columns] = line.trim().split(/\s+/);
    const numbers = columns.slice(0, COLUMNS.length).map(Number);
    if (name === undefined || numbers.length < 11 || !numbers.every(Number.isFinite)) continue;
    disks.set(name, new Map(numbers.map((number, column) => [COLUMNS[column] ?? '', number])));
  }
  return disks;
}

/** What a device did in the seconds between two looks; what cannot be told is left out. */
export function workOf(before: Counters, after: Counters, seconds: number): Metrics {
  const went = (name: string) => advance(before.get(name), after.get(name));
  // The kernel keeps times in 32 bits, on every machine.
  const spent = (name: string) => advance(before.get(name), after.get(name), 32);
  const perSecond = (name: string, factor = 1) => each(went(name), (count) => toRate((count * factor) / seconds));
  const elapsedMs = seconds * 1_000;
  const done = sum(went('reads'), went('writes'));
  const taken = sum(spent('read_ms'), spent('write_ms'));
  return known({
    'reads/s': perSecond('reads'),
    'reads_merged/s': perSecond('reads_merged'),
    'writes/s': perSecond('writes'),
    'writes_merged/s': perSecond('writes_merged'),
    'read_bytes/s': perSecond('sectors_read', SECTOR_BYTES),
    'write_bytes/s': perSecond('sectors_written', SECTOR_BYTES),
    'discards/s': perSecond('discards'),
    'discard_bytes/s': perSecond('sectors_discarded', SECTOR_BYTES),
    'flushes/s': perSecond('flushes'),
    'util%': each(spent('io_ms'), (ms) => Math.min(100, toHundredths((100 * ms) / elapsedMs))),
    await_ms: done ? each(taken, (ms) => toHundredths(ms / done)) : undefined,
    queue: each(spent('weighted_ms'), (ms) => toHundredths(ms / elapsedMs)),
    in_flight: after.get('in_flight'),
  });
}

const each = (value: number | undefined, turn: (value: number) => number): number | undefined =>
  value === undefined ? undefined : turn(value);

const sum = (a: number | undefined, b: number | undefined): number | undefined =>
  a === undefined || b === undefined ? undefined : a + b;
