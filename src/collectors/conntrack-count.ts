import { z } from 'zod';
import { type MetricDoc, NotHere, ProbeError } from '../openstack/metric.ts';
import type { Probing } from '../openstack/probing.ts';
import { readIfThere } from '../plugins/files.ts';
import { defineProbe } from './support/maas-probe.ts';

const FOLDERS = ['/proc/sys/net/netfilter/nf_conntrack_', '/proc/sys/net/ipv4/netfilter/ip_conntrack_'] as const;
const STATISTICS = '/proc/net/stat/nf_conntrack';
const NAMESPACES = '/run/netns';
const NAMESPACE_MS = 2_000;
const MOST_NAMESPACES = 200;

/** What is counted on each processor. */
const COUNTERS = ['found', 'invalid', 'insert_failed', 'drop', 'early_drop', 'search_restart'];

const counter = (name: string): MetricDoc => ({
  ...{ name: `nf_conntrack_${name}`, type: 'uint64', profile: 'full', isTotal: true },
  meaning: `The sum of ${name} over all processors.`,
});

export default defineProbe({
  name: 'conntrack_count',
  description: 'How many connections the kernel tracks, and how many it can.',
  group: 'openstack-controller',
  measurement: 'maas_conntrack',
  positionals: [],
  options: z.object({
    container: z
      .string()
      .regex(/^[\w.-]*$/)
      .default('')
      .describe('Name of a container of lxc to look into; this machine when empty.'),
    all_namespaces: z.boolean().default(false).describe('Also look into all network namespaces that have names.'),
  }),
  metrics: [
    { name: 'nf_conntrack_max', type: 'uint32', meaning: 'Connections that can be tracked.' },
    {
      name: 'nf_conntrack_count',
      type: 'uint32',
      meaning: 'Connections that are tracked; the most of all namespaces that are looked into.',
    },
    {
      name: 'nf_conntrack_used_pct',
      type: 'double',
      unit: 'percent',
      profile: 'full',
      meaning: 'Part of them that is in use.',
    },
    ...COUNTERS.map(counter),
  ],

  configure: (options) => async (probing) => {
    const read = readerOf(probing, options.container);
    const max = await numberAt(read, 'max');
    const here = await numberAt(read, 'count');
    const others = options.all_namespaces ? await countsElsewhere(probing) : [];
    const count = Math.max(here, ...others);
    const { report } = probing;
    report.set('nf_conntrack_max', max);
    report.set('nf_conntrack_count', count);
    report.set('nf_conntrack_used_pct', max === 0 ? undefined : (100 * count) / max);
    if (probing.profile === 'full') await noteCounters(probing);
  },
});

type Read = (path: string) => Promise<string | undefined>;

function readerOf({ host, signal }: Probing, container: string): Read {
  if (container === '') return (path) => readIfThere(host, path);
  return async (path) => {
    const argv = ['lxc-attach', '-n', container, '--', 'cat', path] as const;
    const { stdout, exit } = await host.run({ argv: [...argv], timeoutMs: NAMESPACE_MS }, signal).catch(failed);
    return exit === 0 ? stdout.trim() : undefined;
  };
}

const failed = () => ({ stdout: '', exit: 1 });

async function numberAt(read: Read, name: string): Promise<number> {
  for (const folder of FOLDERS) {
    const text = await read(folder + name);
    if (text !== undefined && /^\d{1,10}$/.test(text)) return Number(text);
  }
  throw new NotHere(`Unable to read "${FOLDERS[0]}${name}", the appropriate kernel module is probably not loaded.`);
}

async function countsElsewhere({ host, signal }: Probing): Promise<readonly number[]> {
  const names = await host.readdir(NAMESPACES, MOST_NAMESPACES).catch(() => []);
  const counts: number[] = [];
  for (const name of names) {
    const argv = ['ip', 'netns', 'exec', name, 'cat', `${FOLDERS[0]}count`] as const;
    const { stdout, exit, stderr } = await host.run({ argv: [...argv], timeoutMs: NAMESPACE_MS }, signal);
    if (exit !== 0) throw new ProbeError(`the namespace ${name} cannot be looked into: ${stderr.trim()}`);
    counts.push(Number.parseInt(stdout, 10) || 0);
  }
  return counts;
}

/** A heading, and a line of hexadecimal numbers for each processor. */
async function noteCounters({ host, report }: Probing): Promise<void> {
  const [heading = '', ...rows] = ((await readIfThere(host, STATISTICS)) ?? '').split('\n');
  const names = heading.trim().split(/\s+/);
  for (const name of COUNTERS) {
    const at = names.indexOf(name);
    if (at < 0) continue;
    const numbers = rows.map((row) => Number.parseInt(row.trim().split(/\s+/)[at] ?? '', 16));
    report.set(
      `nf_conntrack_${name}`,
      numbers.reduce((sum, each) => sum + (Number.isFinite(each) ? each : 0), 0),
    );
  }
}
