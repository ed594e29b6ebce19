import { percentOf, toHundredths, toRate } from '../../base/numbers.ts';
import type { Metrics } from '../../model/metrics.ts';
import type { KeyDoc } from '../../plugins/kinds.ts';
import { advance, type Pair } from '../../plugins/rates.ts';
import type { CgroupSample } from './cgroup-sample.ts';

type Kind = KeyDoc['kind'];

/** Every value of a control group, and what it means. */
const VALUES: readonly (readonly [key: string, kind: Kind, unit: string, meaning: string])[] = [
  ['memory.usage', 'gauge', 'bytes', 'Memory in use, the page cache included.'],
  ['memory.working_set', 'gauge', 'bytes', 'Memory in use without pages of files that were not used of late.'],
  ['memory.limit', 'gauge', 'bytes', 'Memory it may have; absent without a limit.'],
  ['memory.pct', 'gauge', 'percent', 'Part of the limit that the working set takes; absent without a limit.'],
  ['memory.rss', 'gauge', 'bytes', 'Memory of programs.'],
  ['memory.cache', 'gauge', 'bytes', 'Pages of files held in memory.'],
  ['memory.swap', 'gauge', 'bytes', 'Swap space in use.'],
  ['memory.active_anon', 'gauge', 'bytes', 'Memory of programs that was used of late.'],
  ['memory.inactive_anon', 'gauge', 'bytes', 'Memory of programs that was not used of late.'],
  ['memory.active_file', 'gauge', 'bytes', 'Pages of files that were used of late.'],
  ['memory.inactive_file', 'gauge', 'bytes', 'Pages of files that were not used of late.'],
  ['memory.mapped_file', 'gauge', 'bytes', 'Files that are mapped into memory.'],
  ['memory.unevictable', 'gauge', 'bytes', 'Memory that must stay.'],
  ['memory.pgfault', 'rate', '1/s', 'Page faults.'],
  ['memory.pgmajfault', 'rate', '1/s', 'Page faults that had to wait for a disk.'],
  ['memory.pgpgin', 'rate', '1/s', 'Pages charged; not with version 2 of control groups.'],
  ['memory.pgpgout', 'rate', '1/s', 'Pages given back; not with version 2 of control groups.'],
  ['memory.oom_kill', 'cumulative', '', 'Processes ended for want of memory.'],
  ['cpu.pct', 'rate', 'percent', 'Processor time; 100 is one processor.'],
  ['cpu.user', 'rate', 'percent', 'Processor time in programs.'],
  ['cpu.system', 'rate', 'percent', 'Processor time in the kernel.'],
  [
    'cpu.throttled_pct',
    'rate',
    'percent',
    'Part of the periods in which it had used up its time; absent without a limit.',
  ],
  ['io.read_bytes/s', 'rate', 'bytes/s', 'Bytes read from disks.'],
  ['io.write_bytes/s', 'rate', 'bytes/s', 'Bytes written to disks.'],
  ['net.rx_bytes/s', 'rate', 'bytes/s', 'Bytes received.'],
  ['net.tx_bytes/s', 'rate', 'bytes/s', 'Bytes sent.'],
  ['pids', 'gauge', '', 'Processes and threads.'],
];

/** What makes no sense of several control groups together. */
const NOT_SUMMED = new Set(['memory.limit', 'memory.pct', 'cpu.throttled_pct']);

/** Documents the values of control groups below a key such as `containers.*`. */
export const valueKeys = (below: string, without: readonly string[] = []): KeyDoc[] =>
  VALUES.filter(([key]) => !without.some((begin) => key.startsWith(begin))).map(([key, kind, unit, meaning]) => ({
    key: `${below}.${key}`,
    kind,
    unit,
    meaning,
  }));

/** Documents the values that are summed over several control groups. */
export const sumKeys = (below: string): KeyDoc[] => valueKeys(below, [...NOT_SUMMED]);

/** The values of a control group by key, from what was seen now and, for rates, before. */
export function valuesOf(now: CgroupSample, pair: Pair<CgroupSample> | undefined): ReadonlyMap<string, number> {
  const values = new Map(now.gauges);
  const [usage, inactive, limit] = ['memory.usage', 'memory.inactive_file', 'memory.limit'].map((key) =>
    values.get(key),
  );
  if (usage !== undefined && inactive !== undefined) {
    const workingSet = Math.max(0, usage - inactive);
    values.set('memory.working_set', workingSet);
    if (limit !== undefined) values.set('memory.pct', percentOf(workingSet, limit));
  }
  const killed = now.counters.get('memory.oom_kill');
  if (killed !== undefined) values.set('memory.oom_kill', killed);
  if (pair !== undefined) addRates(values, pair);
  return values;
}

/** Rates by our key: of which counter, and how many of it make one. */
const RATES: readonly (readonly [key: string, counter: string, factor: number])[] = [
  ...['pgfault', 'pgmajfault', 'pgpgin', 'pgpgout'].map((name) => [`memory.${name}`, `memory.${name}`, 1] as const),
  ['cpu.pct', 'cpu.usage', 100],
  ['cpu.user', 'cpu.user', 100],
  ['cpu.system', 'cpu.system', 100],
  ...['io.read_bytes', 'io.write_bytes', 'net.rx_bytes', 'net.tx_bytes'].map((name) => [`${name}/s`, name, 1] as const),
];

function addRates(values: Map<string, number>, { before, after, seconds }: Pair<CgroupSample>): void {
  const went = (counter: string) => advance(before.counters.get(counter), after.counters.get(counter));
  for (const [key, counter, factor] of RATES) {
    const count = went(counter);
    if (count === undefined) continue;
    const rate = (factor * count) / seconds;
    values.set(key, key.startsWith('cpu.') ? toHundredths(rate) : toRate(rate));
  }
  const [periods, throttled] = [went('cpu.periods'), went('cpu.throttled')];
  if (periods !== undefined && throttled !== undefined && periods > 0) {
    values.set('cpu.throttled_pct', percentOf(throttled, periods));
  }
}

/** What several control groups take together; a value that none has is absent. */
export function sumOf(groups: Iterable<ReadonlyMap<string, number>>): ReadonlyMap<string, number> {
  const sum = new Map<string, number>();
  for (const values of groups) {
    for (const [key, value] of values)
      if (!NOT_SUMMED.has(key)) sum.set(key, toHundredths((sum.get(key) ?? 0) + value));
  }
  return sum;
}

/** Values by keys such as `memory.usage` as a tree. */
export function nested(values: ReadonlyMap<string, number>): Metrics {
  const tree = new Map<string, number | [string, number][]>();
  for (const [key, value] of values) {
    const dot = key.indexOf('.');
    if (dot < 0) tree.set(key, value);
    else {
      const branch = tree.get(key.slice(0, dot)) ?? [];
      if (typeof branch !== 'number') tree.set(key.slice(0, dot), [...branch, [key.slice(dot + 1), value]]);
    }
  }
  return Object.fromEntries(
    [...tree].map(([key, value]) => [key, typeof value === 'number' ? value : Object.fromEntries(value)]),
  );
}
