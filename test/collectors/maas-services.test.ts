import { describe, expect, test } from 'vitest';
import cinder from '../../src/collectors/cinder-service-check.ts';
import registry from '../../src/collectors/glance-registry-local-check.ts';
import neutron from '../../src/collectors/neutron-service-check.ts';
import nova from '../../src/collectors/nova-service-check.ts';
import service from '../../src/collectors/service-api-local-check.ts';
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
      (await probed(service, { host: host(), options: { ...options, ...more } })).metrics[0]?.value;
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
    expect((await probed(service, { host, options: { ...options, ...more } })).metrics[0]?.value).toBe(1);
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
