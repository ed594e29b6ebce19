import { z } from 'zod';
import { type Api, type Item, openApi } from '../openstack/api.ts';
import { ApiDown, ProbeError } from '../openstack/metric.ts';
import { localOptions } from '../openstack/options.ts';
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

export default defineProbe({
  name: 'cinder_service_check',
  description: 'Whether the services of cinder are up, on all hosts or on one.',
  group: 'openstack-cinder',
  measurement: 'maas_cinder',
  positionals: ['ip?'],
  options: z.object({
    ...localOptions(8776),
    host: z.string().default('').describe('Only the services of this host, or of HOST@BACKEND; all when empty.'),
  }),
  metrics: serviceMetrics('cinder'),
  keys: SERVICE_TREE,

  configure: (options) => async (probing) => {
    const api = await openApi(probing, { type: 'volume' }, options);
    const items = await listed(api);
    if (items.length === 0) throw new ProbeError('No host(s) found in the service list');
    const services = items.map((item) => toService(item, options.host));
    noteServices(
      probing,
      'cinder',
      services.filter(({ host }) => isOf(host, options.host)),
    );
  },
});

/** Without an answer of cinder nothing is known, which is an error here. */
async function listed(api: Api): Promise<readonly Item[]> {
  const items: Item[] = [];
  try {
    for await (const page of api.pages('services', PATH)) items.push(...page);
    return items;
  } catch (error) {
    if (!(error instanceof ApiDown)) throw error;
    throw new ProbeError(error.status === 0 ? error.message : 'Could not get response from Cinder API', {
      cause: error,
    });
  }
}

/** Volumes are served by `host@backend`. */
function isOf(host: string, wanted: string): boolean {
  if (wanted === '') return true;
  return wanted.includes('@') ? host.startsWith(wanted) : host === wanted || host.startsWith(`${wanted}@`);
}

function toService(item: Item, wanted: string): HostService {
  const [binary, host] = [textIn(item, 'binary'), textIn(item, 'host')];
  const [, backend] = host.split('@', 2);
  const own = backend === undefined ? `${binary}_status` : `${binary}-${backend}_status`;
  const name = wanted === '' ? `${binary}_on_host_${host}` : own;
  const tags = backend === undefined ? {} : { backend };
  return { binary, host, name, state: listedState(item), zone: textIn(item, 'zone'), tags };
}
