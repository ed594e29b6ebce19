import { z } from 'zod';
import { type Api, accepted, type Item, openApi } from '../openstack/api.ts';
import { isObject } from '../openstack/json.ts';
import { ProbeError } from '../openstack/metric.ts';
import { localOptions } from '../openstack/options.ts';
import type { Probing } from '../openstack/probing.ts';
import { type Answer, jsonOf } from '../openstack/web.ts';
import { defineProbe } from './support/maas-probe.ts';
import {
  type HostService,
  listedState,
  noteServices,
  SERVICE_TREE,
  serviceMetrics,
  textIn,
} from './support/maas-services.ts';

const PATH = '/os-services';
const FORBIDDEN = 403;

export default defineProbe({
  name: 'nova_service_check',
  description: 'Whether the services of nova are up, on all hosts or on one.',
  group: 'openstack-nova',
  measurement: 'maas_nova',
  positionals: ['ip?'],
  downMetric: 'nova_api_local_status',
  options: z.object({
    ...localOptions(8774),
    host: z.string().default('').describe('Only the services of this host; all when empty.'),
  }),
  metrics: [
    {
      name: 'nova_api_local_status',
      type: 'uint32',
      meaning: 'Is 0 when nova does not answer, so that nothing is known of its services.',
    },
    ...serviceMetrics('nova'),
  ],
  keys: SERVICE_TREE,

  configure: (options) => async (probing) => {
    const api = await openApi(probing, { type: 'compute', version: 'v2.1' }, options);
    const services = (await listed(probing, api)).map((item) => toService(item, options.host));
    if (services.length === 0) throw new ProbeError('No host(s) found in the service list');
    if (probing.profile === 'full') probing.report.set('nova_api_local_status', 1);
    const wanted = services.filter(({ host }) => options.host === '' || host === options.host);
    noteServices(probing, 'nova', wanted);
  },
});

async function listed(probing: Probing, api: Api): Promise<readonly Item[]> {
  const answer = await api.ask(PATH);
  if (answer.status === FORBIDDEN) throw new ProbeError(refusalIn(probing, answer));
  const items: Item[] = [];
  for await (const page of api.pages('services', PATH, accepted(answer))) items.push(...page);
  return items;
}

function refusalIn({ web }: Probing, answer: Answer): string {
  const document = jsonOf(web, answer);
  const forbidden = isObject(document) ? document['forbidden'] : undefined;
  const message = isObject(forbidden) ? forbidden['message'] : undefined;
  return typeof message === 'string' ? message : `${answer.url} answers ${answer.status}`;
}

function toService(item: Item, wanted: string): HostService {
  const [binary, host] = [textIn(item, 'binary'), textIn(item, 'host')];
  const name = wanted === '' ? `${binary}_on_host_${host}` : `${binary}_status`;
  const service = { binary, host, name, state: listedState(item), zone: textIn(item, 'zone') };
  return wanted === '' ? { ...service, alias: `${name}_status` } : service;
}
