import { describe, expect, test } from 'vitest';
import cinder from '../../src/collectors/cinder-api-local-check.ts';
import glance from '../../src/collectors/glance-api-local-check.ts';
import heat from '../../src/collectors/heat-api-local-check.ts';
import keystone from '../../src/collectors/keystone-api-local-check.ts';
import neutron from '../../src/collectors/neutron-api-local-check.ts';
import nova from '../../src/collectors/nova-api-local-check.ts';
import type { Probe } from '../../src/collectors/support/maas-probe.ts';
import type { FetchRequest } from '../../src/net/host.ts';
import {
  CLOUD,
  cloudHost,
  html,
  json,
  loginsIn,
  type Pages,
  PROJECT,
  probed,
  recordedPage,
  refusing,
  shown,
  tokenPage,
} from '../support/cloud.ts';
import { systemError } from '../support/host.ts';

const LOGIN = 'http://127.0.0.1:5000/v3/auth/tokens';
const SERVERS = 'http://127.0.0.1:8774/v2.1/servers/detail?all_tenants=1';

const server = (id: string, status: string) => ({ id, name: id, status });

/** Two pages whose link names the host that the public sees. */
const TWO_PAGES: Pages = {
  ...CLOUD,
  [SERVERS]: json({
    servers: [server('a', 'ACTIVE'), server('b', 'ACTIVE')],
    servers_links: [{ rel: 'next', href: 'http://vip:8774/v2.1/servers/detail?all_tenants=1&marker=b' }],
  }),
  'http://127.0.0.1:8774/v2.1/servers/detail?all_tenants=1&marker=b': json({
    servers: [server('c', 'SHUTOFF'), server('d', 'ERROR')],
  }),
};

const NOVA = [
  'status okay',
  'metric nova_api_local_status uint32 1',
  'metric nova_api_local_response_time double N ms',
  'metric nova_instances_in_state_ACTIVE uint32 2 instances',
  'metric nova_instances_in_state_STOPPED uint32 1 instances',
  'metric nova_instances_in_state_ERROR uint32 1 instances',
];

describe('nova', () => {
  test('prints servers by state, over all pages and nothing else', async () => {
    expect(shown(await probed(nova, { host: cloudHost(TWO_PAGES) }))).toEqual(NOVA);
  });

  test('prints the second spelling right behind the first', async () => {
    const lines = shown(await probed(nova, { host: cloudHost(TWO_PAGES) }), { aliases: 'printed' });
    expect(lines).toEqual(NOVA.toSpliced(5, 0, 'metric nova_instances_in_state_SHUTOFF uint32 1 instances'));
  });

  test('asks the address it is given instead of that of the catalog', async () => {
    const url = 'https://[fd00::1]:9774/v2.1/servers/detail?all_tenants=1';
    const host = cloudHost({ ...CLOUD, [url]: json({ servers: [] }) });
    const run = await probed(nova, { host, options: { ip: 'fd00::1', port: '9774', protocol: 'https' } });
    expect(run.metrics[0]).toMatchObject({ name: 'nova_api_local_status', value: 1 });
    expect(host.asked.at(-1)?.url).toBe(url);
  });

  test('sees only its own project where it may not see the others', async () => {
    const host = cloudHost({
      ...CLOUD,
      [SERVERS]: json({ forbidden: { code: 403, message: 'no' } }, 403),
      'http://127.0.0.1:8774/v2.1/servers/detail': json({ servers: [server('a', 'ACTIVE')] }),
    });
    const { metrics } = await probed(nova, { host });
    expect(metrics.find(({ name }) => name.endsWith('ACTIVE'))).toMatchObject({ value: 1, tags: { scope: 'project' } });
  });

  test('ends at a link that leads back', async () => {
    const links = [{ rel: 'next', href: SERVERS }];
    const host = cloudHost({ ...CLOUD, [SERVERS]: json({ servers: [server('a', 'ACTIVE')], servers_links: links }) });
    expect(shown(await probed(nova, { host }))).toContain('metric nova_instances_in_state_ACTIVE uint32 1 instances');
  });

  test('leaves counts out rather than printing them short', async () => {
    const host = cloudHost({
      ...TWO_PAGES,
      'http://127.0.0.1:8774/v2.1/servers/detail?all_tenants=1&marker=b': refusing,
    });
    const run = await probed(nova, { host });
    expect(shown(run)).toEqual(NOVA.slice(0, 3));
    expect(run.missing.get('nova_instances')).toMatch(/does not answer/);
  });

  test('tells everything when that is wanted', async () => {
    const lines = shown(await probed(nova, { profile: 'full' }), { profile: 'full' });
    expect(lines[1]).toBe('metric client_success uint32 1');
    expect(lines).toContain('metric nova_instances_total uint32 3 instances');
    expect(lines).toEqual(
      expect.arrayContaining([
        'metric nova_hypervisors uint32 1 hypervisors',
        'metric nova_vcpus_total uint64 2 vcpus',
        'metric nova_vcpus_used uint64 3 vcpus',
        'metric nova_memory_total uint64 8192 Megabytes',
        'metric nova_disk_total uint64 1028 Gigabytes',
        'metric nova_limit_instances uint64 10 instances',
        'metric nova_limit_cores_used uint64 0 vcpus',
      ]),
    );
  });

  test('sums over hypervisors, of which newer ones tell no sizes, and knows limits that are none', async () => {
    const hypervisors = [{ state: 'up', vcpus: 8, memory_mb: 100 }, { state: 'down', vcpus: 4 }, { state: 'up' }];
    const host = cloudHost({
      ...CLOUD,
      'http://127.0.0.1:8774/v2.1/os-hypervisors/detail': json({ hypervisors }),
      'http://127.0.0.1:8774/v2.1/limits': json({ limits: { absolute: { maxTotalCores: -1, totalCoresUsed: 5 } } }),
    });
    const run = await probed(nova, { host, profile: 'full' });
    const told = Object.fromEntries(run.metrics.map(({ name, value }) => [name, value]));
    expect(told).toMatchObject({
      ...{ nova_hypervisors: 3, nova_hypervisors_up: 2, nova_vcpus_total: 12, nova_memory_total: 100 },
      nova_limit_cores_used: 5,
    });
    for (const absent of ['nova_disk_total', 'nova_limit_cores', 'nova_limit_instances'])
      expect(told).not.toHaveProperty(absent);
  });
});

/** What a recorded cloud has, by what its own tools show. */
const WHOLE: readonly (readonly [Probe, readonly string[]])[] = [
  [
    cinder,
    [
      'metric cinder_api_local_status uint32 1',
      'metric cinder_api_local_response_time double N ms',
      'metric total_cinder_volumes uint32 3 volumes',
      'metric cinder_available_volumes uint32 1 volumes',
      'metric cinder_in-use_volumes uint32 1 volumes',
      'metric cinder_error_volumes uint32 1 volumes',
      'metric total_cinder_snapshots uint32 1 snapshots',
      'metric cinder_available_snaps uint32 1 snapshots',
      'metric cinder_in-use_snaps uint32 0 snapshots',
      'metric cinder_error_snaps uint32 0 snapshots',
    ],
  ],
  [
    keystone,
    [
      'metric keystone_api_local_status uint32 1',
      'metric keystone_api_local_response_time double N ms',
      'metric keystone_user_count uint32 10 users',
      'metric keystone_tenant_count uint32 4 tenants',
    ],
  ],
  [
    neutron,
    [
      'metric neutron_api_local_status uint32 1',
      'metric neutron_api_local_response_time double N ms',
      'metric neutron_networks uint32 2 networks',
      'metric neutron_agents uint32 1 agents',
      'metric neutron_routers uint32 1 routers',
      'metric neutron_subnets uint32 1 subnets',
    ],
  ],
  [
    glance,
    [
      'metric glance_api_local_status uint32 1',
      'metric glance_api_local_response_time double N ms',
      'metric glance_active_images uint32 2 images',
      'metric glance_queued_images uint32 1 images',
      'metric glance_killed_images uint32 0 images',
    ],
  ],
  [heat, ['metric heat_api_local_status uint32 1', 'metric heat_api_local_response_time double N ms']],
];

test.each(WHOLE)('$name prints what a recorded cloud has', async (probe, lines) => {
  expect(shown(await probed(probe))).toEqual(['status okay', ...lines]);
});

/** Each probe, and the call that decides whether its service is up. */
const TIMED: readonly (readonly [Probe, string])[] = [
  [nova, SERVERS],
  [cinder, `http://127.0.0.1:8776/v3/${PROJECT}/volumes/detail?all_tenants=1`],
  [keystone, 'http://127.0.0.1:5000/v3/services'],
  [neutron, 'http://127.0.0.1:9696/v2.0/agents?fields=id'],
  [glance, 'http://127.0.0.1:9292/v2/images?limit=1000'],
  [heat, `http://127.0.0.1:8004/v1/${PROJECT}/build_info`],
];

describe.each(TIMED)('$name', (probe, url) => {
  const down = [`status okay`, `metric ${probe.probe.downMetric} uint32 0`];
  const late = () => {
    throw systemError('ETIMEDOUT', 'took longer than 10000 ms');
  };

  test.each([
    ['refuses', refusing],
    ['answers 500', html('<h1>Internal Server Error</h1>', 500)],
    ['takes too long', late],
  ])('is down when its service %s, and prints nothing else', async (_, page) => {
    const run = await probed(probe, { host: cloudHost({ ...CLOUD, [url]: page }) });
    expect(shown(run)).toEqual(down);
    expect(run).toMatchObject({ isUp: false, status: 'okay' });
    const everything = shown(run, { profile: 'full' });
    expect(everything).toEqual(['status okay', 'metric client_success uint32 0', ...down.slice(1)]);
  });

  test('asks for another token when its own is refused, and goes on', async () => {
    let refusals = 1;
    const good = CLOUD[url];
    const page = (request: FetchRequest) => {
      if (refusals-- > 0) return json({ error: { code: 401 } }, 401);
      return typeof good === 'function' ? good(request) : (good ?? {});
    };
    const host = cloudHost({ ...CLOUD, [url]: page });
    expect(shown(await probed(probe, { host }))).toEqual(shown(await probed(probe)));
    expect(loginsIn(host.asked)).toBe(2);
  });

  test('is down when its token is refused twice', async () => {
    const host = cloudHost({ ...CLOUD, [url]: json({}, 401) });
    expect(shown(await probed(probe, { host }))).toEqual(down);
    expect(loginsIn(host.asked)).toBe(2);
  });

  test('ends in an error when keystone is gone just as the token is refused', async () => {
    let logins = 0;
    const login = (request: FetchRequest) =>
      logins++ > 0 ? (refusing as (r: FetchRequest) => object)(request) : tokenPage();
    const run = await probed(probe, { host: cloudHost({ ...CLOUD, [LOGIN]: login, [url]: json({}, 401) }) });
    expect(shown(run)).toEqual([expect.stringMatching(/^status error http:\/\/127\.0\.0\.1:5000\S+ does not answer/)]);
  });

  test('takes no page of HTML for an answer', async () => {
    const run = await probed(probe, { host: cloudHost({ ...CLOUD, [url]: html('<html>\nWelcome</html>') }) });
    const [line] = shown(run);
    expect(line).toBe(`status error unexpected answer from ${url}: <html>\\nWelcome</html>`);
  });

  test('ends in an error when nothing is known of its service, and says so', async () => {
    const empty = () => ({
      ...tokenPage(),
      body: Buffer.from(JSON.stringify({ token: { expires_at: '2199-01-01T00:00:00Z', catalog: [] } })),
    });
    const [line] = shown(await probed(probe, { host: cloudHost({ ...CLOUD, [LOGIN]: empty }) }));
    expect(line).toMatch(/^status error no endpoint for \S+ in the catalog$/);
  });
});

test('a reader is not told how many users there are, but how many projects', async () => {
  const host = cloudHost({ ...CLOUD, 'http://127.0.0.1:5000/v3/users': recordedPage('ks_users_reader.json', 403) });
  expect(shown(await probed(keystone, { host }))).toEqual([
    'status okay',
    'metric keystone_api_local_status uint32 1',
    'metric keystone_api_local_response_time double N ms',
    'metric keystone_tenant_count uint32 4 tenants',
  ]);
});

test('a reader who may not see the services asks for the page of the version', async () => {
  const forbidden = json({ error: { code: 403 } }, 403);
  const host = cloudHost({
    ...CLOUD,
    ...{ 'http://127.0.0.1:5000/v3/services': forbidden, 'http://127.0.0.1:5000/v3': recordedPage('ks_v3.json') },
    ...{ 'http://127.0.0.1:5000/v3/users': forbidden, 'http://127.0.0.1:5000/v3/projects': forbidden },
  });
  const lines = shown(await probed(keystone, { host }));
  expect(lines).toEqual([
    'status okay',
    'metric keystone_api_local_status uint32 1',
    'metric keystone_api_local_response_time double N ms',
  ]);
});

test('an admin who may not list the stacks of all projects is told those that he sees', async () => {
  const run = await probed(heat, { profile: 'full' });
  expect(run.missing.has('heat_stacks')).toBe(false);
  const told = Object.fromEntries(run.metrics.map(({ name, value }) => [name, value]));
  expect(told).toMatchObject({
    ...{ heat_stacks: 1, heat_stacks_complete: 1, heat_stacks_failed: 0, heat_stacks_in_progress: 0 },
    ...{ heat_engines: 1, heat_engines_up: 1, 'heat-engine_on_host_node1': 1 },
  });
});

test('pools of cinder are summed as far as they know their size', async () => {
  const pool = (total: unknown, free: unknown) => ({
    name: 'c1@lvm#lvm',
    capabilities: { total_capacity_gb: total, free_capacity_gb: free },
  });
  const pools = [pool(100, 40.5), pool('infinite', 'infinite'), pool(20, 'unknown'), { name: 'bare' }];
  const url = `http://127.0.0.1:8776/v3/${PROJECT}/scheduler-stats/get_pools?detail=true`;
  const run = await probed(cinder, { host: cloudHost({ ...CLOUD, [url]: json({ pools }) }), profile: 'full' });
  const told = Object.fromEntries(run.metrics.map(({ name, value }) => [name, value]));
  expect(told).toMatchObject({ cinder_pools: 4, cinder_pools_total: 120, cinder_pools_free: 40.5 });
});

test('engines of heat on one host are as well as the worst of them', async () => {
  const engine = (hostname: string, status: string) => ({ binary: 'heat-engine', hostname, status });
  const services = [engine('c1', 'up'), engine('c1', 'down'), engine('c2', 'up')];
  const url = `http://127.0.0.1:8004/v1/${PROJECT}/services`;
  const run = await probed(heat, { host: cloudHost({ ...CLOUD, [url]: json({ services }) }), profile: 'full' });
  const told = Object.fromEntries(run.metrics.map(({ name, value }) => [name, value]));
  expect(told).toMatchObject({
    ...{ heat_engines: 3, heat_engines_up: 2 },
    ...{ 'heat-engine_on_host_c1': 0, 'heat-engine_on_host_c1_state': 'down', 'heat-engine_on_host_c2': 1 },
  });
});

test('images are counted over all pages', async () => {
  const images = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, at) => ({ id: `i${from + at}`, status: 'active', size: 10 }));
  const host = cloudHost({
    ...CLOUD,
    'http://127.0.0.1:9292/v2/images?limit=1000': json({
      images: images(0, 25),
      next: '/v2/images?limit=25&marker=i24',
    }),
    'http://127.0.0.1:9292/v2/images?limit=25&marker=i24': json({ images: images(25, 26) }),
  });
  expect(shown(await probed(glance, { host }))).toContain('metric glance_active_images uint32 26 images');
});

test('a list of versions is not a list of images', async () => {
  const url = 'http://127.0.0.1:9292/v2/images?limit=1000';
  const host = cloudHost({ ...CLOUD, [url]: recordedPage('gl_v1.json', 300) });
  expect(shown(await probed(glance, { host }))[0]).toMatch(
    /^status error unexpected answer from http:\/\/127\.0\.0\.1:9292/,
  );
});

test('what is counted at the end may hang without keeping the status from being told', async () => {
  const hang = () => {
    throw systemError('ETIMEDOUT', 'took longer');
  };
  const host = cloudHost({ ...CLOUD, 'http://127.0.0.1:9696/v2.0/networks?fields=id': hang });
  const lines = shown(await probed(neutron, { host }));
  expect(lines).toContain('metric neutron_api_local_status uint32 1');
  expect(lines.join()).not.toContain('neutron_networks');
});
