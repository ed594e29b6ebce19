import { z } from 'zod';
import { type Item, openApi } from '../openstack/api.ts';
import { ProbeError } from '../openstack/metric.ts';
import { localOptions } from '../openstack/options.ts';
import { defineProbe } from './support/maas-probe.ts';
import {
  combined,
  type HostService,
  noteServices,
  SERVICE_TREE,
  type ServiceState,
  serviceMetrics,
  textIn,
} from './support/maas-services.ts';

export default defineProbe({
  name: 'neutron_service_check',
  description: 'Whether the agents of neutron are alive, on all hosts or on one.',
  group: 'openstack-neutron',
  measurement: 'maas_neutron',
  positionals: ['ip?'],
  downMetric: 'neutron_api_local_status',
  options: z.object({
    ...localOptions(9696),
    host: z.string().default('').describe('Only the agents of this host; all when empty.'),
    fqdn: z.string().default('').describe('Full name of the host, when neutron knows it by that.'),
  }),
  metrics: [
    {
      name: 'neutron_api_local_status',
      type: 'uint32',
      meaning: 'Is 0 when neutron does not answer, so that nothing is known of its agents.',
    },
    ...serviceMetrics('neutron'),
  ],
  keys: SERVICE_TREE,

  configure: (options) => async (probing) => {
    const host = options.host || options.fqdn;
    const api = await openApi(probing, { type: 'network', version: 'v2.0' }, options);
    const path = host === '' ? '/agents' : `/agents?host=${encodeURIComponent(host)}`;
    const agents: Item[] = [];
    for await (const page of api.pages('agents', path)) agents.push(...page);
    if (agents.length === 0) throw new ProbeError('No host(s) found in the agents list');
    if (probing.profile === 'full') probing.report.set('neutron_api_local_status', 1);
    const services = agents.map((agent) => toService(agent, host));
    noteServices(probing, 'neutron', host === '' ? services : combined(services));
  },
});

function toService(agent: Item, wanted: string): HostService {
  const [binary, host, id] = [textIn(agent, 'binary'), textIn(agent, 'host'), textIn(agent, 'id')];
  const name = wanted === '' ? `${binary}_${id}_on_host_${host}` : `${binary}_status`;
  return { binary, host, name, state: stateOf(agent), zone: textIn(agent, 'availability_zone'), tags: { id } };
}

function stateOf({ admin_state_up: isWanted, alive }: Item): ServiceState {
  if (isWanted === false) return 'disabled';
  return alive === true ? 'up' : alive === false ? 'down' : 'unknown';
}
