import { z } from 'zod';
import { matchesAny } from '../base/glob.ts';
import { numberIn, toRate } from '../base/numbers.ts';
import type { Metrics } from '../model/metrics.ts';
import type { Host } from '../net/host.ts';
import { readIfThere, readNeeded } from '../plugins/files.ts';
import { defineCollector, type KeyDoc } from '../plugins/kinds.ts';
import { NotEligible } from '../plugins/outcomes.ts';
import { advance, inPairs, type Width } from '../plugins/rates.ts';
import { known } from '../plugins/trees.ts';

/** The columns of `/proc/net/dev`, in their order, and what each counts. */
const COLUMNS = [
  ['recv_bytes', 'Bytes received'],
  ['recv_packets', 'Packets received'],
  ['recv_errs', 'Packets received with an error'],
  ['recv_drop', 'Packets received and thrown away'],
  ['recv_fifo', 'Packets lost as the buffer was full'],
  ['recv_frame', 'Frames received with an error'],
  ['recv_compressed', 'Compressed packets received'],
  ['recv_multicast', 'Multicast frames received'],
  ['trans_bytes', 'Bytes sent'],
  ['trans_packets', 'Packets sent'],
  ['trans_errs', 'Packets that failed to be sent'],
  ['trans_drop', 'Packets thrown away instead of sent'],
  ['trans_fifo', 'Packets not sent as the buffer was full'],
  ['trans_colls', 'Collisions while sending'],
  ['trans_carrier', 'Losses of the carrier while sending'],
  ['trans_compressed', 'Compressed packets sent'],
] as const;

const unitOf = (name: string): string => (name.endsWith('_bytes') ? 'bytes' : '');

const keysOf = ([name, meaning]: readonly [string, string]): KeyDoc[] => [
  { key: `*.${name}`, kind: 'delta', unit: unitOf(name), meaning: `${meaning} since the last look.` },
  { key: `*.${name}/s`, kind: 'rate', unit: `${unitOf(name) || '1'}/s`, meaning: `${meaning} per second.` },
  { key: `*.counters.${name}`, kind: 'cumulative', unit: unitOf(name), meaning: `${meaning} since it is up.` },
];

export default defineCollector({
  name: 'networktraffic',
  description: 'What each network interface receives and sends.',
  options: z.object({
    loopback: z.boolean().default(false).describe('Whether to look at the loopback interface as well.'),
    exclude: z
      .array(z.string())
      .default(['veth*', 'docker*', 'br-*', 'virbr*'])
      .describe('Patterns of interface names to pass over.'),
  }),
  keys: [
    ...COLUMNS.flatMap(keysOf),
    { key: '*.speed_mbit', kind: 'gauge', unit: 'Mbit/s', meaning: 'Speed of the link; absent when it has none.' },
    { key: '*.operstate', kind: 'info', unit: '', meaning: 'State of the link, such as `up` or `down`.' },
  ],

  configure: ({ loopback, exclude }) => {
    const isWanted = (name: string) => (loopback || name !== 'lo') && !matchesAny(exclude, name);
    const look = inPairs(async (host: Host) => parseInterfaces(await readNeeded(host, '/proc/net/dev'), isWanted));
    let known: Width | undefined;
    return async (host, signal) => {
      const { before, after, seconds } = await look(host, signal);
      if (after.size === 0) throw new NotEligible('this system has no network interface to look at');
      const width = known ?? widthOf((await host.facts()).architecture);
      known = width;
      const trees = [...after].map(async ([name, counters]) => {
        const traffic = trafficOf({ before: before.get(name), after: counters, seconds }, width);
        return [name, { ...traffic, ...(await linkOf(name, host)) }] as const;
      });
      return Object.fromEntries(await Promise.all(trees));
    };
  },
});

type Counters = ReadonlyMap<string, number>;

/** The counters of each interface of `/proc/net/dev` that is wanted; one whose line is not whole is left out. */
export function parseInterfaces(
  dev: string,
  isWanted: (name: string) => boolean = () => true,
): ReadonlyMap<string, Counters> {
  const interfaces = new Map<string, Counters>();
  for (const line of dev.split('\n')) {
    // A name may have a colon, and the first number may follow without a blank.
    const colon = line.lastIndexOf(':');
    const name = line.slice(0, Math.max(0, colon)).trim();
    const numbers = line
      .slice(colon + 1)
      .trim()
      .split(/\s+/)
      .map(Number);
    if (name === '' || numbers.length < COLUMNS.length || !numbers.every(Number.isFinite) || !isWanted(name)) continue;
    interfaces.set(name, new Map(COLUMNS.map(([column], place) => [column, numbers[place] ?? 0])));
  }
  return interfaces;
}

interface Looks {
  /** Missing for an interface that has just come. */
  readonly before: Counters | undefined;
  readonly after: Counters;
  readonly seconds: number;
}

/** What went through an interface between two looks; a counter that was reset has only its total. */
export function trafficOf({ before, after, seconds }: Looks, width: Width): Metrics {
  const tree: Record<string, number> = {};
  for (const [name, count] of after) {
    const went = advance(before?.get(name), count, width);
    if (went === undefined) continue;
    tree[name] = went;
    tree[`${name}/s`] = toRate(went / seconds);
  }
  return { ...tree, counters: Object.fromEntries(after) };
}

/** The kernel counts in machine words. */
const widthOf = (architecture: string): Width => (/64|s390x|alpha/.test(architecture) ? 64 : 32);

async function linkOf(name: string, host: Host): Promise<Metrics> {
  const operstate = await readIfThere(host, `/sys/class/net/${name}/operstate`);
  // A link that is down refuses to tell its speed.
  const mbit = operstate === 'up' ? numberIn(await readIfThere(host, `/sys/class/net/${name}/speed`)) : undefined;
  // A link without a speed of its own says -1.
  return known({ speed_mbit: mbit !== undefined && mbit > 0 ? mbit : undefined, operstate });
}
