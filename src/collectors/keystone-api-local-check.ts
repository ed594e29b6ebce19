import { z } from 'zod';
import { Api, accepted } from '../openstack/api.ts';
import { openCloud } from '../openstack/cloud.ts';
import { countOf, healthOf, more, statusAndTime } from '../openstack/docs.ts';
import { originOf, withVersion } from '../openstack/endpoint.ts';
import { noteHealth } from '../openstack/health.ts';
import { localOptions, placeOf } from '../openstack/options.ts';
import { beyond, counting, type Probing } from '../openstack/probing.ts';
import { defineProbe } from './support/maas-probe.ts';

/** Where the second version of the API has what only admins may see. */
const ADMIN_PORT = 35_357;
const PUBLIC_PORT = 5_000;
const FORBIDDEN = 403;

/** What is counted, by version. */
const LISTS = {
  v3: { services: '/services', users: ['users', '/users'], projects: ['projects', '/projects'] },
  'v2.0': { services: '/OS-KSADM/services', users: ['users', '/users'], projects: ['tenants', '/tenants'] },
} as const;

export default defineProbe({
  name: 'keystone_api_local_check',
  description: 'Whether the API of keystone answers here, and how many users and projects there are.',
  group: 'openstack-keystone',
  measurement: 'maas_keystone',
  positionals: ['ip?'],
  downMetric: 'keystone_api_local_status',
  options: z.object(localOptions(PUBLIC_PORT)),
  metrics: [
    ...statusAndTime('keystone_api', 'keystone'),
    countOf('keystone_user_count', 'users', 'Users there are; absent when we may not see them.'),
    countOf('keystone_tenant_count', 'tenants', 'Projects there are; absent when we may not see them.'),
    more(countOf('keystone_domain_count', 'domains', 'Domains there are; absent when we may not see them.')),
    more(countOf('keystone_region_count', 'regions', 'Regions there are; absent when we may not see them.')),
    healthOf('keystone'),
  ],

  configure: (options) => async (probing) => {
    const cloud = await openCloud(probing, options);
    const { version } = cloud.token();
    const place = placeOf(options);
    const isOld = version === 'v2.0' && place?.port === PUBLIC_PORT;
    const base = withVersion(cloud.url('identity', isOld ? { ...place, port: ADMIN_PORT } : place), version);
    const api = new Api(probing, cloud, base);
    await timedCall(probing, api, LISTS[version].services);
    const { report } = probing;
    report.set('keystone_api_local_status', 1);
    report.set('keystone_api_local_response_time', probing.ttfbMs);
    const { users, projects } = LISTS[version];
    await count(probing, api, { metric: 'keystone_tenant_count', list: projects });
    await count(probing, api, { metric: 'keystone_user_count', list: users });
    await noteHealth(probing, 'keystone', { url: place === undefined ? base : originOf(place) });
    if (version === 'v3') {
      await beyond(probing, 'keystone_domain_count', async () =>
        report.set('keystone_domain_count', await api.count('domains', '/domains')),
      );
      await beyond(probing, 'keystone_region_count', async () =>
        report.set('keystone_region_count', await api.count('regions', '/regions')),
      );
    }
  },
});

/** Who may not see the services is told by the page of the version whether keystone answers. */
async function timedCall(probing: Probing, api: Api, services: string): Promise<void> {
  const first = await api.ask(services);
  const answer = first.status === FORBIDDEN ? await api.ask('') : first;
  probing.ttfbMs = accepted(answer).ttfbMs;
  if (first.status !== FORBIDDEN)
    for await (const _ of api.pages(SERVICES_KEY.get(services) ?? '', services, first)) break;
}

const SERVICES_KEY = new Map<string, string>([
  [LISTS.v3.services, 'services'],
  [LISTS['v2.0'].services, 'OS-KSADM:services'],
]);

interface Counted {
  readonly metric: string;
  /** The key of the list and its path. */
  readonly list: readonly [string, string];
}

const count = (probing: Probing, api: Api, { metric, list: [key, path] }: Counted): Promise<void> =>
  counting(probing, metric, async () => probing.report.set(metric, await api.count(key, path)));
