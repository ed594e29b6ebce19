import { z } from 'zod';
import { type Api, openApi } from '../openstack/api.ts';
import { countOf, healthOf, more, statusAndTime } from '../openstack/docs.ts';
import { noteHealth } from '../openstack/health.ts';
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
  await beyond(probing, 'nova_hypervisors', async () => {
    let [all, up] = [0, 0];
    for await (const page of api.pages('hypervisors', '/os-hypervisors/detail')) {
      all += page.length;
      up += page.filter(({ state }) => state === 'up').length;
    }
    probing.report.set('nova_hypervisors', all);
    probing.report.set('nova_hypervisors_up', up);
  });
}
