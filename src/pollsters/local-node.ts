import { z } from 'zod';
import { matchesAny } from '../base/glob.ts';
import { numberIn } from '../base/numbers.ts';
import type { TakenSample } from '../model/sample.ts';
import { readIfThere, readNeeded } from '../plugins/files.ts';
import { definePollster, type MeterDoc } from '../plugins/kinds.ts';

const METERS = [
  { name: 'hardware.cpu.load.1min', type: 'gauge', unit: 'process', meaning: 'Tasks that run or wait, over 1 minute.' },
  {
    name: 'hardware.cpu.load.5min',
    type: 'gauge',
    unit: 'process',
    meaning: 'Tasks that run or wait, over 5 minutes.',
  },
  {
    name: 'hardware.cpu.load.15min',
    type: 'gauge',
    unit: 'process',
    meaning: 'Tasks that run or wait, over 15 minutes.',
  },
  { name: 'hardware.cpu.busy', type: 'cumulative', unit: 's', meaning: 'Time that all processors spent on work.' },
  { name: 'hardware.memory.total', type: 'gauge', unit: 'KB', meaning: 'Memory there is.' },
  { name: 'hardware.memory.used', type: 'gauge', unit: 'KB', meaning: 'Memory that is not available to programs.' },
  { name: 'hardware.memory.swap.total', type: 'gauge', unit: 'KB', meaning: 'Swap space there is.' },
  { name: 'hardware.memory.swap.avail', type: 'gauge', unit: 'KB', meaning: 'Swap space that is free.' },
  { name: 'hardware.disk.read.bytes', type: 'cumulative', unit: 'B', meaning: 'What was read from a disk.' },
  { name: 'hardware.disk.write.bytes', type: 'cumulative', unit: 'B', meaning: 'What was written to a disk.' },
  { name: 'hardware.network.incoming.bytes', type: 'cumulative', unit: 'B', meaning: 'What came in at an interface.' },
  { name: 'hardware.network.outgoing.bytes', type: 'cumulative', unit: 'B', meaning: 'What went out at an interface.' },
  {
    name: 'hardware.network.incoming.errors',
    type: 'cumulative',
    unit: 'packet',
    meaning: 'Packets that came in broken.',
  },
] as const satisfies readonly MeterDoc[];

type MeterName = (typeof METERS)[number]['name'];

/** A number of a meter, of the node or of a part of it. */
interface Measured {
  readonly meter: MeterName;
  readonly volume: number | undefined;
  /** Such as `eth0`. */
  readonly part?: string;
}

/** Ticks of the kernel's clock per second, as programs see it. */
const TICKS = 100;
const SECTOR = 512;
/** Columns of /proc/stat that are work: user, nice, system, irq, softirq. */
const BUSY = [1, 2, 3, 6, 7];

export default definePollster({
  name: 'local_node',
  description: 'Samples of the processors, memory, disks and network of this node.',
  namespace: 'node',
  meters: METERS,
  options: z.object({
    exclude: z
      .array(z.string())
      .default(['lo', 'veth*', 'docker*', 'br-*', 'virbr*', 'ram*', 'loop*', 'sr*', 'fd*', 'zram*'])
      .describe('Patterns of interfaces and disks to pass over.'),
  }),

  configure: ({ exclude }) =>
    async function* ({ host, signal }, [node]) {
      signal.throwIfAborted();
      const [loadavg, meminfo, stat, netdev = '', diskstats = ''] = await Promise.all([
        readNeeded(host, '/proc/loadavg'),
        readNeeded(host, '/proc/meminfo'),
        readNeeded(host, '/proc/stat'),
        readIfThere(host, '/proc/net/dev'),
        readIfThere(host, '/proc/diskstats'),
      ]);
      const disks = new Set(await host.readdir('/sys/block').catch(() => []));
      const parts = [...parseNetwork(netdev), ...parseDisks(diskstats).filter(({ part = '' }) => disks.has(part))];
      const wanted = parts.filter(({ part = '' }) => !matchesAny(exclude, part));
      const measured = [...parseLoad(loadavg), parseBusy(stat), ...parseMemory(meminfo), ...wanted];
      for (const each of measured) yield* sampleFrom(each, node?.id ?? '');
    },
});

function* sampleFrom({ meter, volume, part }: Measured, node: string): Generator<TakenSample> {
  const doc = METERS.find(({ name }) => name === meter);
  if (volume === undefined || doc === undefined) return;
  const resourceId = part === undefined ? node : `${node}.${part}`;
  yield {
    name: meter,
    type: doc.type,
    unit: doc.unit,
    volume,
    resourceId,
    ...(part !== undefined && { metadata: { name: part } }),
  };
}

/** The averages of a text such as `0.26 0.11 0.07 1/95 9284`. */
function parseLoad(text: string): Measured[] {
  const [one, five, fifteen] = text.trim().split(/\s+/).map(numberIn);
  return [
    { meter: 'hardware.cpu.load.1min', volume: one },
    { meter: 'hardware.cpu.load.5min', volume: five },
    { meter: 'hardware.cpu.load.15min', volume: fifteen },
  ];
}

function parseBusy(stat: string): Measured {
  const columns = /^cpu .*$/m.exec(stat)?.[0].split(/\s+/).map(numberIn) ?? [];
  const ticks = BUSY.map((at) => columns[at]);
  const isWhole = ticks.every((each) => each !== undefined);
  const sum = ticks.reduce((all: number, each) => all + (each ?? 0), 0);
  return { meter: 'hardware.cpu.busy', volume: isWhole ? sum / TICKS : undefined };
}

function parseMemory(meminfo: string): Measured[] {
  const kb = (name: string) => numberIn(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(meminfo)?.[1]);
  const [total, available] = [kb('MemTotal'), kb('MemAvailable')];
  const used = total === undefined || available === undefined ? undefined : total - available;
  return [
    { meter: 'hardware.memory.total', volume: total },
    { meter: 'hardware.memory.used', volume: used },
    { meter: 'hardware.memory.swap.total', volume: kb('SwapTotal') },
    { meter: 'hardware.memory.swap.avail', volume: kb('SwapFree') },
  ];
}

/** Received bytes are the first number behind the name, sent ones the ninth. */
function parseNetwork(netdev: string): Measured[] {
  return [...netdev.matchAll(/^\s*([^\s:]+):(.*)$/gm)].flatMap(([, part = '', rest = '']) => {
    const numbers = rest.trim().split(/\s+/).map(numberIn);
    return [
      { meter: 'hardware.network.incoming.bytes' as const, volume: numbers[0], part },
      { meter: 'hardware.network.incoming.errors' as const, volume: numbers[2], part },
      { meter: 'hardware.network.outgoing.bytes' as const, volume: numbers[8], part },
    ];
  });
}

/** Sectors read are the sixth column, those written the tenth. */
function parseDisks(diskstats: string): Measured[] {
  return diskstats.split('\n').flatMap((line) => {
    const columns = line.trim().split(/\s+/);
    const [part, read, written] = [columns[2], numberIn(columns[5]), numberIn(columns[9])];
    if (part === undefined) return [];
    return [
      { meter: 'hardware.disk.read.bytes' as const, volume: read === undefined ? undefined : read * SECTOR, part },
      {
        meter: 'hardware.disk.write.bytes' as const,
        volume: written === undefined ? undefined : written * SECTOR,
        part,
      },
    ];
  });
}
