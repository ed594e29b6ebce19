import { z } from 'zod';
import { type Api, openApi } from '../openstack/api.ts';
import { countOf, healthOf, more, statusAndTime } from '../openstack/docs.ts';
import { noteHealth } from '../openstack/health.ts';
import { localOptions } from '../openstack/options.ts';
import { beyond, counting, type Probing } from '../openstack/probing.ts';
import type { Answer } from '../openstack/web.ts';
import { defineProbe } from './support/maas-probe.ts';

export default defineProbe({
  name: 'neutron_api_local_check',
  description: 'Whether the API of neutron answers here, and how many networks, agents, routers and subnets there are.',
  group: 'openstack-neutron',
  measurement: 'maas_neutron',
  positionals: ['ip?'],
  downMetric: 'neutron_api_local_status',
  options: z.object(localOptions(9696)),
  metrics: [
    ...statusAndTime('neutron_api', 'neutron'),
    countOf('neutron_networks', 'networks', 'Networks there are.'),
    countOf('neutron_agents', 'agents', 'Agents there are; 0 when we may not see them.'),
    countOf('neutron_routers', 'routers', 'Routers there are.'),
    countOf('neutron_subnets', 'subnets', 'Subnets there are.'),
    more(countOf('neutron_routers_not_active', 'routers', 'Routers whose status is not ACTIVE.')),
    more(countOf('neutron_floating_ips', 'addresses', 'Floating addresses there are.')),
    more(countOf('neutron_floating_ips_not_active', 'addresses', 'Floating addresses whose status is not ACTIVE.')),
    healthOf('neutron'),
  ],

  configure: (options) => async (probing) => {
    const api = await openApi(probing, { type: 'network', version: 'v2.0' }, options);
    const agents = await api.timed('/agents?fields=id');
    const { report } = probing;
    report.set('neutron_api_local_status', 1);
    report.set('neutron_api_local_response_time', probing.ttfbMs);
    await count(probing, api, 'agents', agents);
    for (const list of ['networks', 'routers', 'subnets']) await count(probing, api, list);
    await beyond(probing, 'neutron_routers_not_active', async () =>
      report.set('neutron_routers_not_active', (await inactive(api, 'routers')).notActive),
    );
    await beyond(probing, 'neutron_floating_ips', async () => {
      const { all, notActive } = await inactive(api, 'floatingips');
      report.set('neutron_floating_ips', all);
      report.set('neutron_floating_ips_not_active', notActive);
    });
    await noteHealth(probing, 'neutron', { url: api.base });
  },
});

const count = (probing: Probing, api: Api, list: string, first?: Answer): Promise<void> =>
  counting(probing, `neutron_${list}`, async () =>
    probing.report.set(`neutron_${list}`, await api.count(list, `/${list}?fields=id`, first)),
  );

async function inactive(api: Api, list: string): Promise<{ readonly all: number; readonly notActive: number }> {
  const counts = await api.statuses(list, `/${list}?fields=status`);
  const all = [...counts.values()].reduce((sum, each) => sum + each, 0);
  return { all, notActive: all - (counts.get('ACTIVE') ?? 0) };
}
