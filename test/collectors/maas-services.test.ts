import { describe, expect, test } from 'vitest';
import cinder from '../../src/collectors/cinder-service-check.ts';
import registry from '../../src/collectors/glance-registry-local-check.ts';
import neutron from '../../src/collectors/neutron-service-check.ts';
import metadata from '../../src/collectors/nova-api-metadata-local-check.ts';
import cloudStats from '../../src/collectors/nova-cloud-stats.ts';
import nova from '../../src/collectors/nova-service-check.ts';
import service from '../../src/collectors/service-api-local-check.ts';
import type { ProbeRun } from '../../src/openstack/metric.ts';
import { CLOUD, cloudHost, html, json, PROJECT, probed, recordedPage, refusing, shown } from '../support/cloud.ts';

const NOVA = 'http://127.0.0.1:8774/v2.1/os-services';
const CINDER = `http://127.0.0.1:8776/v3/${PROJECT}/os-services`;
const AGENTS = 'http://127.0.0.1:9696/v2.0/agents';

const row = (host: string, rest: object) => ({
  binary: 'nova-compute',
  host,
  zone: 'nova',
  disabled_reason: null,
  ...rest,
});

describe('nova', () => {
  const ROWS = [
    row('c1', { status: 'enabled', state: 'up' }),
    row('c2', { status: 'enabled', state: 'down' }),
    row('c3', { status: 'disabled', state: 'down' }),
    row('c4', { status: 'disabled', state: 'up', disabled_reason: 'AUTO: Connection to libvirt lost' }),
    row('c5', { status: 'UNKNOWN' }),
  ];
  const host = () => cloudHost({ ...CLOUD, [NOVA]: json({ services: ROWS }) });

  test('passes over what is switched off and what nobody knows of', async () => {
    expect(shown(await probed(nova, { host: host() }))).toEqual([
      'status okay',
      'metric nova-compute_on_host_c1 uint32 1',
      'metric nova-compute_on_host_c2 uint32 0',
      'metric nova-compute_on_host_c4 uint32 0',
    ]);
  });

  test('tells every state when everything is wanted', async () => {
    const lines = shown(await probed(nova, { host: host(), profile: 'full' }), { profile: 'full' });
    const states = lines.filter((line) => line.includes('_state string')).map((line) => line.split(' ').at(-1));
    expect(states).toEqual(['up', 'down', 'disabled', 'down', 'unknown']);
    expect(lines).toContain('metric nova_services_down uint32 2 services');
    expect(lines).toContain('metric nova_services_down_names string nova-compute on c2, nova-compute on c4');
  });

  test('prints the names of one host without it', async () => {
    const lines = shown(await probed(nova, { host: host(), options: { host: 'c2' } }));
    expect(lines).toEqual(['status okay', 'metric nova-compute_status uint32 0']);
  });

  test('has names that end as others write them', async () => {
    const lines = shown(await probed(nova, { host: host() }), { aliases: 'printed' });
    expect(lines).toContain('metric nova-compute_on_host_c1_status uint32 1');
  });

  test.each([
    ['an empty list', json({ services: [] }), ['status error No host(s) found in the service list']],
    [
      'a refusal to a reader',
      recordedPage('no_services_reader.json', 403),
      [`status error Policy doesn't allow os_compute_api:os-services:list to be performed.`],
    ],
    ['no answer', refusing, ['status okay', 'metric nova_api_local_status uint32 0']],
  ])('knows %s', async (_, page, lines) => {
    expect(shown(await probed(nova, { host: cloudHost({ ...CLOUD, [NOVA]: page }) }))).toEqual(lines);
  });
});

describe('cinder', () => {
  const services = [
    { binary: 'cinder-volume', host: 'c1@lvm', status: 'enabled', state: 'up' },
    { binary: 'cinder-volume', host: 'c2@lvm', status: 'enabled', state: 'down' },
    { binary: 'cinder-scheduler', host: 'c1', status: 'enabled', state: 'up' },
  ];
  const host = () => cloudHost({ ...CLOUD, [CINDER]: json({ services }) });

  test('names services of one host by their backends', async () => {
    expect(shown(await probed(cinder, { host: host(), options: { host: 'c1' } }))).toEqual([
      'status okay',
      'metric cinder-volume-lvm_status uint32 1',
      'metric cinder-scheduler_status uint32 1',
    ]);
    const backend = await probed(cinder, { host: host(), options: { host: 'c2@lvm' } });
    expect(shown(backend)).toEqual(['status okay', 'metric cinder-volume-lvm_status uint32 0']);
  });

  test('names those of all hosts with them', async () => {
    expect(shown(await probed(cinder, { host: host() }))).toContain('metric cinder-volume_on_host_c1@lvm uint32 1');
  });

  test.each([
    ['no answer', refusing, /^status error http\S+ does not answer: ECONNREFUSED/],
    ['a refusal', html('no', 500), /^status error Could not get response from Cinder API$/],
    ['an empty list', json({ services: [] }), /^status error No host\(s\) found in the service list$/],
  ])('ends in an error at %s', async (_, page, line) => {
    expect(shown(await probed(cinder, { host: cloudHost({ ...CLOUD, [CINDER]: page }) }))).toEqual([
      expect.stringMatching(line),
    ]);
  });
});

describe('neutron', () => {
  const agent = (id: string, rest: object) => ({
    id,
    binary: 'neutron-dhcp-agent',
    host: 'n1',
    admin_state_up: true,
    alive: true,
    ...rest,
  });
  const agents = [agent('1', {}), agent('2', { alive: false }), agent('3', { admin_state_up: false })];

  test('names agents by their id and host', async () => {
    const host = cloudHost({ ...CLOUD, [AGENTS]: json({ agents }) });
    expect(shown(await probed(neutron, { host }))).toEqual([
      'status okay',
      'metric neutron-dhcp-agent_1_on_host_n1 uint32 1',
      'metric neutron-dhcp-agent_2_on_host_n1 uint32 0',
    ]);
  });

  test('takes several agents of one kind on a host for one', async () => {
    const host = cloudHost({ ...CLOUD, [`${AGENTS}?host=n1`]: json({ agents }) });
    const lines = ['status okay', 'metric neutron-dhcp-agent_status uint32 0'];
    expect(shown(await probed(neutron, { host, options: { host: 'n1' } }))).toEqual(lines);
    expect(shown(await probed(neutron, { host, options: { fqdn: 'n1' } }))).toEqual(lines);
  });

  test('ends in an error when there are none', async () => {
    const host = cloudHost({ ...CLOUD, [AGENTS]: json({ agents: [] }) });
    expect(shown(await probed(neutron, { host }))).toEqual(['status error No host(s) found in the agents list']);
  });
});

describe('any service', () => {
  const statusOf = ({ metrics }: ProbeRun) => metrics.find(({ name }) => name === 'heat_cfn_api_local_status')?.value;
  const options = { name: 'heat_cfn', ip: '127.0.0.1', port: '8000' };

  test.each([
    ['500', html('no', 500), ['metric heat_cfn_api_local_status uint32 1']],
    [
      '300',
      html('{}', 300),
      ['metric heat_cfn_api_local_status uint32 1', 'metric heat_cfn_api_local_response_time double N ms'],
    ],
    ['nothing', refusing, ['metric heat_cfn_api_local_status uint32 0']],
  ])('that answers %s', async (_, page, lines) => {
    const run = await probed(service, { host: cloudHost({ 'http://127.0.0.1:8000/': page }), options });
    expect(shown(run)).toEqual(['status okay', ...lines]);
  });

  test('may be expected to answer so, or with such a page', async () => {
    const host = () => cloudHost({ 'http://127.0.0.1:8000/': html('all is well') });
    const status = async (more: object) =>
      statusOf(await probed(service, { host: host(), options: { ...options, ...more } }));
    expect(await status({ expect: '300,301' })).toBe(0);
    expect(await status({ expect: '200, 300' })).toBe(1);
    expect(await status({ match: 'is w' })).toBe(1);
    expect(await status({ match: '^bad' })).toBe(0);
  });

  test('is asked with a token, and for what stands in its path', async () => {
    const url = `https://10.0.0.9:8080/v1/AUTH_${PROJECT}/x`;
    const host = cloudHost({ ...CLOUD, [url]: html('ok') });
    const path = '/{version}/AUTH_{tenant_id}/x';
    const more = { ip: '10.0.0.9', port: '8080', ssl: true, auth: true, version: 'v1', path };
    expect(statusOf(await probed(service, { host, options: { ...options, ...more } }))).toBe(1);
    expect(host.asked.at(-1)?.headers['x-auth-token']).toMatch(/^gAAAAA-token/);
  });
});

test('the registry of an old glance answers or is down', async () => {
  const options = { ip: '10.0.0.3' };
  const host = cloudHost({ ...CLOUD, 'http://10.0.0.3:9191/images': json({ images: [] }) });
  expect(shown(await probed(registry, { host, options }))).toEqual([
    'status okay',
    'metric glance_registry_local_status uint32 1',
    'metric glance_registry_local_response_time double N ms',
  ]);
  expect(shown(await probed(registry, { options }))).toEqual([
    'status okay',
    'metric glance_registry_local_status uint32 0',
  ]);
});

describe('the metadata service of nova', () => {
  const options = { ip: '10.0.0.3' };
  const url = 'http://10.0.0.3:8775/';

  test('is up when it names the oldest version', async () => {
    const host = cloudHost({ [url]: html('1.0\n2007-01-19\nlatest') });
    expect(shown(await probed(metadata, { host, options }))).toEqual([
      'status okay',
      'metric nova_api_metadata_local_status uint32 1',
      'metric nova_api_metadata_local_response_time double N ms',
    ]);
  });

  test.each([
    ['refuses', refusing],
    ['answers 500', html('1.0', 500)],
    ['is something else', html('<h1>1.0</h1>')],
  ])('is down when it %s', async (_, page) => {
    const run = await probed(metadata, { host: cloudHost({ [url]: page }), options });
    expect(shown(run)).toEqual(['status okay', 'metric nova_api_metadata_local_status uint32 0']);
  });
});

describe('what is given away of a cloud', () => {
  const url = 'http://127.0.0.1:8774/v2.1/os-hypervisors/detail';

  test('is summed over all hypervisors', async () => {
    const one = { vcpus: 8, vcpus_used: 3, memory_mb: 1000, memory_mb_used: 700, local_gb: 50, local_gb_used: 20 };
    const two = { ...one, vcpus_used: 4, memory_mb_used: 500 };
    const host = cloudHost({ ...CLOUD, [url]: json({ hypervisors: [one, two] }) });
    expect(shown(await probed(cloudStats, { host, options: { cpu: '1.5' } }))).toEqual([
      'status okay',
      'metric cloud_resource_hypervisor_count uint32 2 hypervisors',
      'metric cloud_resource_total_vcpus uint32 24 vcpus',
      'metric cloud_resource_used_vcpus uint32 7 vcpus',
      'metric cloud_resource_total_disk_space uint32 100 Gigabytes',
      'metric cloud_resource_used_disk_space uint32 40 Gigabytes',
      'metric cloud_resource_free_disk_space uint32 60 Gigabytes',
      'metric cloud_resource_total_memory uint32 2000 Megabytes',
      'metric cloud_resource_used_memory uint32 1200 Megabytes',
      'metric cloud_resource_free_memory uint32 800 Megabytes',
    ]);
  });

  test('is unknown of hypervisors that tell no sizes, or when nova is down', async () => {
    const bare = cloudHost({ ...CLOUD, [url]: json({ hypervisors: [{ state: 'up' }] }) });
    expect(shown(await probed(cloudStats, { host: bare }))).toEqual([
      'status okay',
      'metric cloud_resource_hypervisor_count uint32 1 hypervisors',
    ]);
    const down = await probed(cloudStats, { host: cloudHost({ ...CLOUD, [url]: refusing }) });
    expect(shown(down)).toEqual(['status okay', 'metric nova_api_local_status uint32 0']);
  });
});
