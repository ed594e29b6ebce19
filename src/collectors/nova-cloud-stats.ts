import { z } from 'zod';
import { type Api, type Item, openApi } from '../openstack/api.ts';
import type { MetricDoc } from '../openstack/metric.ts';
import { localOptions } from '../openstack/options.ts';
import { defineProbe } from './support/maas-probe.ts';

const metric = (name: string, unit: string, meaning: string): MetricDoc => ({
  name: `cloud_resource_${name}`,
  type: 'uint32',
  unit,
  meaning,
});

const ratio = (preset: number, what: string) =>
  z.coerce
    .number()
    .positive()
    .max(1_000)
    .default(preset)
    .describe(`How many times its ${what} a hypervisor may give away.`);

export default defineProbe({
  name: 'nova_cloud_stats',
  description: 'How much of all hypervisors together is given away.',
  // The same on every controller, so that only a node asks whose parameter `cloud_stats` says so.
  group: 'openstack-cloud-stats',
  measurement: 'maas_nova',
  intervalMs: 300_000,
  positionals: ['ip?'],
  downMetric: 'nova_api_local_status',
  options: z.object({ ...localOptions(8774), cpu: ratio(2, 'processors'), mem: ratio(1, 'memory') }),
  metrics: [
    {
      name: 'nova_api_local_status',
      type: 'uint32',
      meaning: 'Is 0 when nova does not answer, so that nothing is known.',
    },
    metric('hypervisor_count', 'hypervisors', 'Hypervisors there are.'),
    metric('total_vcpus', 'vcpus', 'Processors that can be given away.'),
    metric('used_vcpus', 'vcpus', 'Processors that are given away.'),
    metric('total_disk_space', 'Gigabytes', 'Disk space there is.'),
    metric('used_disk_space', 'Gigabytes', 'Disk space that is given away.'),
    metric('free_disk_space', 'Gigabytes', 'Disk space that is left.'),
    metric('total_memory', 'Megabytes', 'Memory that can be given away.'),
    metric('used_memory', 'Megabytes', 'Memory that is given away.'),
    metric('free_memory', 'Megabytes', 'Memory that is left.'),
  ],

  configure:
    ({ cpu, mem, ...options }) =>
    async (probing) => {
      const { report } = probing;
      const api = await openApi(probing, { type: 'compute', version: 'v2.1' }, options);
      const hypervisors = await listed(api);
      const sum = (field: string) => sumOf(hypervisors, field);
      const parts = [
        ['vcpus', 'vcpus', cpu, false],
        ['disk_space', 'local_gb', 1, true],
        ['memory', 'memory_mb', mem, true],
      ] as const;
      if (probing.profile === 'full') report.set('nova_api_local_status', 1);
      report.set('cloud_resource_hypervisor_count', hypervisors.length);
      for (const [name, field, factor, hasFree] of parts) {
        const [total, used] = [sum(field), sum(`${field}_used`)];
        const whole = total === undefined ? undefined : Math.floor(total * factor);
        report.set(`cloud_resource_total_${name}`, whole);
        report.set(`cloud_resource_used_${name}`, used);
        if (hasFree && whole !== undefined && used !== undefined)
          report.set(`cloud_resource_free_${name}`, Math.max(0, whole - used));
      }
    },
});

async function listed(api: Api): Promise<readonly Item[]> {
  const items: Item[] = [];
  for await (const page of api.pages('hypervisors', '/os-hypervisors/detail')) items.push(...page);
  return items;
}

/** Newer versions of the API leave these numbers to placement: then there is no sum. */
function sumOf(items: readonly Item[], field: string): number | undefined {
  const numbers = items
    .map((item) => item[field])
    .filter((value): value is number => typeof value === 'number' && Number.isSafeInteger(value) && value >= 0);
  return numbers.length === 0 ? undefined : numbers.reduce((sum, value) => sum + value, 0);
}
