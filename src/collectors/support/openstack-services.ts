/** A service of OpenStack, by a page that wants no login. */
export interface OpenstackService {
  /** The end of the group `openstack-<name>`, with `_` for `-`. */
  readonly name: string;
  readonly port: number;
  readonly path: string;
  /** What the page answers. */
  readonly statuses: readonly number[];
  /** What is on the page. */
  readonly body: RegExp;
}

const VERSIONS = /"versions"|"version"|"id"\s*:\s*"v\d/;

const api = (name: string, port: number, ...statuses: readonly number[]): OpenstackService => ({
  name,
  port,
  path: '/',
  statuses,
  body: VERSIONS,
});

/** Every service that is looked for. Ports are those that the projects choose. */
export const OPENSTACK_SERVICES: readonly OpenstackService[] = [
  api('keystone', 5000, 300),
  api('nova', 8774, 200),
  { name: 'nova_metadata', port: 8775, path: '/', statuses: [200], body: /^1\.0\r?$/m },
  api('neutron', 9696, 200),
  api('glance', 9292, 300),
  api('cinder', 8776, 200, 300),
  api('heat', 8004, 300),
  api('heat_cfn', 8000, 300),
  api('heat_cw', 8003, 300),
  api('octavia', 9876, 200),
  api('designate', 9001, 200),
  api('ironic', 6385, 200),
  api('barbican', 9311, 300),
  api('masakari', 15_868, 300),
  api('magnum', 9511, 200),
  api('placement', 8778, 200),
  { name: 'glance_registry', port: 9191, path: '/', statuses: [300, 401], body: /./s },
  { name: 'horizon', port: 80, path: '/auth/login/', statuses: [200], body: /openstack|csrfmiddlewaretoken/i },
  { name: 'swift', port: 8080, path: '/healthcheck', statuses: [200], body: /^OK\s*$/ },
];
