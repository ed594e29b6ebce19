import { z } from 'zod';
import { type Api, type Item, openApi } from '../openstack/api.ts';
import { countOf, healthOf, more, statusAndTime } from '../openstack/docs.ts';
import { noteHealth } from '../openstack/health.ts';
import { isObject } from '../openstack/json.ts';
import { ApiDown } from '../openstack/metric.ts';
import { localOptions } from '../openstack/options.ts';
import { beyond, counting, type Probing } from '../openstack/probing.ts';
import type { Answer } from '../openstack/web.ts';
import { defineProbe } from './support/maas-probe.ts';

const LIST = '/servers/detail';

/** States of servers beside the three that are always counted. */
const OTHER_STATES =
  'PAUSED SUSPENDED BUILD DELETED MIGRATING RESIZE VERIFY_RESIZE RESCUE SHELVED SHELVED_OFFLOADED UNKNOWN'.split(' ');

const instances = (state: string) =>
  countOf(`nova_instances_in_state_${state}`, 'instances', `Servers whose status is ${state}.`);

type Summed = readonly [field: string, name: string, unit: string, meaning: string];

/** What hypervisors tell of themselves, summed over all; newer versions of the API leave it to placement. */
const HYPERVISOR_SUMS: readonly Summed[] = [
  ['vcpus', 'nova_vcpus_total', 'vcpus', 'Processors of all hypervisors.'],
  ['vcpus_used', 'nova_vcpus_used', 'vcpus', 'Processors of the servers on all hypervisors.'],
  ['memory_mb', 'nova_memory_total', 'Megabytes', 'Memory of all hypervisors.'],
  ['memory_mb_used', 'nova_memory_used', 'Megabytes', 'Memory that is given away on all hypervisors.'],
  ['local_gb', 'nova_disk_total', 'Gigabytes', 'Disk space of all hypervisors.'],
  ['local_gb_used', 'nova_disk_used', 'Gigabytes', 'Disk space that is given away on all hypervisors.'],
];

/** What the own project may use and does; what has no limit has no number. */
const LIMITS: readonly Summed[] = [
  ['maxTotalInstances', 'nova_limit_instances', 'instances', 'Servers the own project may have.'],
  ['totalInstancesUsed', 'nova_limit_instances_used', 'instances', 'Servers of the own project.'],
  ['maxTotalCores', 'nova_limit_cores', 'vcpus', 'Processors the own project may use.'],
  ['totalCoresUsed', 'nova_limit_cores_used', 'vcpus', 'Processors the own project uses.'],
  ['maxTotalRAMSize', 'nova_limit_memory', 'Megabytes', 'Memory the own project may use.'],
  ['totalRAMUsed', 'nova_limit_memory_used', 'Megabytes', 'Memory the own project uses.'],
];

export default defineProbe({
  name: 'nova_api_local_check',
  description: 'Whether the API of nova answers here, and how many servers are in which state.',
  group: 'openstack-nova',
  measurement: 'maas_nova',
  positionals: ['ip?'],
  downMetric: 'nova_api_local_status',
  options: z.object(localOptions(8774)),
  metrics: [
    ...statusAndTime('nova_api', 'nova'),
    instances('ACTIVE'),
    {
      ...countOf(
        'nova_instances_in_state_STOPPED',
        'instances',
        'Servers that are switched off; nova calls it SHUTOFF.',
      ),
      alias: 'nova_instances_in_state_SHUTOFF',
    },
    instances('ERROR'),
    more(countOf('nova_instances_total', 'instances', 'Servers of all states.')),
    ...OTHER_STATES.map((state) => more(instances(state))),
    healthOf('nova'),
    more(countOf('nova_hypervisors', 'hypervisors', 'Hypervisors there are.')),
    more(countOf('nova_hypervisors_up', 'hypervisors', 'Hypervisors that are up.')),
    ...HYPERVISOR_SUMS.map(([, name, unit, meaning]) => more({ name, type: 'uint64', unit, meaning })),
    ...LIMITS.map(([, name, unit, meaning]) => more({ name, type: 'uint64', unit, meaning })),
  ],

  configure: (options) => async (probing) => {
    const api = await openApi(probing, { type: 'compute', version: 'v2.1' }, options);
    const { answer, path, tags } = await servers(api);
    const { report } = probing;
    report.set('nova_api_local_status', 1);
    report.set('nova_api_local_response_time', probing.ttfbMs);
    await counting(probing, 'nova_instances', async () => {
      const counts = await api.statuses('servers', path, { first: answer });
      const note = (state: string, from = state) =>
        report.set(`nova_instances_in_state_${state}`, counts.get(from) ?? 0, tags);
      for (const state of ['ACTIVE', 'ERROR', ...OTHER_STATES]) note(state);
      note('STOPPED', 'SHUTOFF');
      const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
      report.set('nova_instances_total', total, tags);
    });
    await noteHealth(probing, 'nova', { url: api.base });
    await noteHypervisors(probing, api);
    await noteLimits(probing, api);
  },
});

interface Listed {
  readonly answer: Answer;
  readonly path: string;
  /** Said when only the servers of the own project are seen. */
  readonly tags?: Readonly<Record<string, string>>;
}

/** Who is no admin may not see the servers of others on some releases. */
async function servers(api: Api): Promise<Listed> {
  try {
    const path = `${LIST}?all_tenants=1`;
    return { answer: await api.timed(path), path };
  } catch (error) {
    if (!(error instanceof ApiDown) || error.status !== 403) throw error;
    return { answer: await api.timed(LIST), path: LIST, tags: { scope: 'project' } };
  }
}

async function noteHypervisors(probing: Probing, api: Api): Promise<void> {
  const { report } = probing;
  await beyond(probing, 'nova_hypervisors', async () => {
    let [all, up] = [0, 0];
    const sums = new Map<string, number>();
    for await (const page of api.pages('hypervisors', '/os-hypervisors/detail')) {
      all += page.length;
      up += page.filter(({ state }) => state === 'up').length;
      for (const item of page) addTo(sums, item);
    }
    report.set('nova_hypervisors', all);
    report.set('nova_hypervisors_up', up);
    for (const [field, name] of HYPERVISOR_SUMS) report.set(name, sums.get(field));
  });
}

/** Hypervisors without such a field, as newer ones are, add nothing to it. */
function addTo(sums: Map<string, number>, item: Item): void {
  for (const [field] of HYPERVISOR_SUMS) {
    const value = wholeAt(item, field);
    if (value !== undefined) sums.set(field, (sums.get(field) ?? 0) + value);
  }
}

async function noteLimits(probing: Probing, api: Api): Promise<void> {
  await beyond(probing, 'nova_limits', async () => {
    const document = await api.json('/limits');
    const limits = isObject(document) ? document['limits'] : undefined;
    const absolute = isObject(limits) ? limits['absolute'] : undefined;
    if (!isObject(absolute)) return;
    for (const [field, name] of LIMITS) probing.report.set(name, wholeAt(absolute, field));
  });
}

/** A count; -1, which stands for no limit, is none. */
function wholeAt(item: Item, field: string): number | undefined {
  const value = item[field];
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}
