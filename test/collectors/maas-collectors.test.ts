import { describe, expect, test } from 'vitest';
import cinder from '../../src/collectors/cinder-api-local-check.ts';
import cinderServices from '../../src/collectors/cinder-service-check.ts';
import galera from '../../src/collectors/galera-check.ts';
import glance from '../../src/collectors/glance-api-local-check.ts';
import registry from '../../src/collectors/glance-registry-local-check.ts';
import heat from '../../src/collectors/heat-api-local-check.ts';
import keystone from '../../src/collectors/keystone-api-local-check.ts';
import neutron from '../../src/collectors/neutron-api-local-check.ts';
import neutronServices from '../../src/collectors/neutron-service-check.ts';
import nova from '../../src/collectors/nova-api-local-check.ts';
import novaServices from '../../src/collectors/nova-service-check.ts';
import services from '../../src/collectors/openstack-services.ts';
import rabbitmq from '../../src/collectors/rabbitmq-status.ts';
import service from '../../src/collectors/service-api-local-check.ts';
import { taggedIn } from '../../src/model/tagged.ts';
import { CollectError, NotAnswering, NotEligible } from '../../src/plugins/outcomes.ts';
import { SimulatedClock } from '../support/clock.ts';
import { CLOUD, cloudHost, html, json, loginsIn, PROJECT, probed, recordedPage, refusing } from '../support/cloud.ts';
import { page, recorded } from '../support/fixtures.ts';
import { fakeHost, never, systemError } from '../support/host.ts';

const SERVERS = 'http://127.0.0.1:8774/v2.1/servers/detail?all_tenants=1';

describe('a probe as a collector', () => {
  test('sees the numbers that the command line prints', async () => {
    const tree = await nova.configure({})(cloudHost(), never);
    const { metrics } = await probed(nova, { profile: 'full' });
    for (const { name, value, unit } of metrics) if (unit !== 'ms') expect(tree[name], name).toBe(value);
    expect(tree).toMatchObject({ _status: 'okay', _message: '', _up: 1, client_success: 1 });
    expect(tree).toHaveProperty('nova_instances_in_state_SHUTOFF', 1);
  });

  test('is down when its service is, and says why', async () => {
    const run = nova.configure({})(cloudHost({ ...CLOUD, [SERVERS]: refusing }), never);
    await expect(run).rejects.toBeInstanceOf(NotAnswering);
    const down = { _status: 'okay', _up: 0, client_success: 0, nova_api_local_status: 0 };
    await expect(run).rejects.toMatchObject({
      results: down,
      message: expect.stringMatching(/does not answer: ECONNREFUSED/),
    });
  });

  test('keeps what it saw when it ends in an error', async () => {
    const overview = page(recorded('rabbitmq-3.10.8-overview.json'));
    const nodes = page(recorded('rabbitmq-3.10.8-nodes.json'));
    const api = 'http://localhost:15672/api/';
    const host = cloudHost({ [`${api}overview`]: overview, [`${api}nodes`]: nodes });
    const run = rabbitmq.configure({ cluster_size: 3 })(host, never);
    await expect(run).rejects.toBeInstanceOf(CollectError);
    const partial = { _status: 'error', _message: 'cluster too small', rabbitmq_uptime: 67_488 };
    await expect(run).rejects.toMatchObject({ partial });
  });

  test('is for no node without credentials, or where they may not be read', async () => {
    await expect(keystone.configure({})(fakeHost(), never)).rejects.toThrow(NotEligible);
    const files = { '/root/openrc-maas': systemError('EACCES', 'no') };
    await expect(keystone.configure({})(cloudHost(CLOUD, { files }), never)).rejects.toThrow(
      /cannot be read: EACCES; write credentials/,
    );
  });

  test('is for no node whose cloud has no such service', async () => {
    const login = {
      status: 201,
      headers: { 'x-subject-token': 'T1' },
      body: Buffer.from('{"token":{"expires_at":"2199-01-01T00:00:00Z","catalog":[]}}'),
    };
    const run = nova.configure({})(cloudHost({ ...CLOUD, 'http://127.0.0.1:5000/v3/auth/tokens': login }), never);
    await expect(run).rejects.toThrow(new NotEligible('no endpoint for compute in the catalog'));
  });
});

/** A service that is not there is seen as well as any other. */
function isDown(error: unknown): void {
  if (!(error instanceof NotAnswering)) throw error;
}

describe('collectors of a cloud', () => {
  test('takes what is written below its own name', async () => {
    const host = cloudHost();
    const parameters = {
      ip: '10.0.0.1',
      nova_api_local_check: { port: 18_774 },
      keystone_api_local_check: { port: 1 },
    };
    await nova
      .configure(parameters)(host, never)
      .catch(() => undefined);
    expect(host.asked.at(-1)?.url).toMatch(/^http:\/\/10\.0\.0\.1:18774\//);
    expect(() => nova.configure({ nova_api_local_check: { port: 'x' } })).toThrow(/nova_api_local_check\.port/);
  });

  test('has services of hosts where no name of a host can break a path', async () => {
    const rows = [
      { binary: 'nova-compute', host: 'c1.example.org', zone: 'nova', status: 'enabled', state: 'up' },
      { binary: 'nova-compute', host: '__proto__', zone: 'nova', status: 'disabled', state: 'down' },
    ];
    const host = cloudHost({ ...CLOUD, 'http://127.0.0.1:8774/v2.1/os-services': json({ services: rows }) });
    const tree = await novaServices.configure({})(host, never);
    expect(tree).toMatchObject({
      services: { 'nova-compute': { c1_example_org: 1 } },
      states: { 'nova-compute': { c1_example_org: 'up', _: 'disabled' } },
      ...{ nova_services_up: 1, nova_services_down: 0, nova_services_disabled: 1, nova_api_local_status: 1 },
    });
  });

  test('tells names of hosts, backends and zones as they are in tags of series', async () => {
    const up = { status: 'enabled', state: 'up' };
    const host = cloudHost({
      ...CLOUD,
      'http://127.0.0.1:8774/v2.1/os-services': json({
        services: [{ binary: 'nova-compute', host: 'c1.example.org', zone: 'z1', ...up }],
      }),
      [`http://127.0.0.1:8776/v3/${PROJECT}/os-services`]: json({
        services: [{ binary: 'cinder-volume', host: 'c1.example.org@lvm', zone: 'z;1', ...up }],
      }),
    });
    expect(taggedIn(await novaServices.configure({})(host, never))).toEqual([
      { path: ['services'], tags: { binary: 'nova-compute', host: 'c1.example.org', zone: 'z1' }, value: 1 },
    ]);
    const tags = { binary: 'cinder-volume', host: 'c1.example.org@lvm', backend: 'lvm', zone: 'z_1' };
    expect(taggedIn(await cinderServices.configure({})(host, never))).toEqual([{ path: ['services'], tags, value: 1 }]);
  });

  test('has the worst of several agents of a kind on a host in its tree, and each in its series', async () => {
    const agent = (id: string, alive: boolean) => ({
      ...{ id, binary: 'neutron-dhcp-agent', host: 'c1', alive, admin_state_up: true },
    });
    const agents = [agent('a', false), agent('b', true)];
    const host = cloudHost({ ...CLOUD, 'http://127.0.0.1:9696/v2.0/agents': json({ agents }) });
    const tree = await neutronServices.configure({})(host, never);
    expect(tree).toMatchObject({
      services: { 'neutron-dhcp-agent': { c1: 0 } },
      states: { 'neutron-dhcp-agent': { c1: 'down' } },
    });
    const series = taggedIn(tree).map(({ tags, value }) => [tags['id'], value]);
    expect(Object.fromEntries(series)).toEqual({ a: 0, b: 1 });
  });
});

describe('all collectors of a cloud', () => {
  test('share one token until it ends', async () => {
    const host = cloudHost();
    const clock = host.clock as SimulatedClock;
    const all = [
      nova,
      keystone,
      novaServices,
      cinder,
      cinderServices,
      glance,
      heat,
      neutron,
      neutronServices,
      registry,
    ];
    const probes = all.map((probe) => probe.configure({ glance_registry_local_check: { ip: '127.0.0.1' } }));
    for (let minute = 0; minute < 10; minute++) {
      await Promise.all(probes.map((collect) => collect(host, never).catch(isDown)));
      await clock.runAsync(60_000);
    }
    expect(loginsIn(host.asked)).toBe(1);
  });

  test('may watch several services by their names', async () => {
    const host = cloudHost({ 'http://127.0.0.1:8000/': html('', 300) });
    const named = (name: string, port: number) => ({ name, ip: '127.0.0.1', port });
    const collect = service.configure({ services: [named('heat_cfn', 8000), named('console', 6080)] });
    expect(await collect(host, never)).toMatchObject({
      ...{ heat_cfn_api_local_status: 1, console_api_local_status: 0 },
      ...{ services_down: 1, services_down_names: 'console' },
    });
  });
});

describe('a collector that remembers its last run', () => {
  test('counts queries since then', async () => {
    const clock = new SimulatedClock();
    const words = 'mariadb --defaults-extra-file=/root/.my.cnf -N -B -e SHOW GLOBAL';
    let [queries, deadlocks] = [100, 3];
    const status = () => ({
      stdout: `${recorded('galera-10.11.19-synced.txt')}Queries\t${queries}\nInnodb_deadlocks\t${deadlocks}\n`,
    });
    const commands = {
      [`${words} STATUS`]: status,
      [`${words} VARIABLES`]: {},
      [`${words} STATUS LIKE 'Queries'`]: () => ({ stdout: `Queries\t${queries + 7}\n` }),
    };
    const host = fakeHost({ clock, commands });
    const collect = galera.configure({ client: true });
    const first = collect(host, never);
    await clock.runAsync(1_000);
    expect(await first).toMatchObject({ queries_per_second: 7, innodb_deadlocks: 3 });
    expect(await first).not.toHaveProperty('innodb_deadlocks_per_second');
    await clock.runAsync(9_000);
    [queries, deadlocks] = [1_100, 18];
    const second = { queries_per_second: 100, innodb_deadlocks: 18, innodb_deadlocks_per_second: 1.5 };
    expect(await collect(host, never)).toMatchObject(second);
    await clock.runAsync(10_000);
    // The server was started anew.
    deadlocks = 0;
    expect(await collect(host, never)).not.toHaveProperty('innodb_deadlocks_per_second');
  });

  test('counts by how much what waits in queues grows, and shrinks', async () => {
    const api = 'http://localhost:15672/api/';
    let messages = 10;
    const host = cloudHost({
      [`${api}overview`]: page(recorded('rabbitmq-3.10.8-overview.json')),
      [`${api}nodes`]: page(recorded('rabbitmq-3.10.8-nodes.json')),
      [`${api}queues?columns=name,vhost,messages,consumers,state,type&page=1&page_size=500`]: () =>
        json({ items: [{ name: 'jobs', vhost: '/', messages, consumers: 1 }], page: 1, page_count: 1 }),
    });
    const collect = rabbitmq.configure({});
    expect(await collect(host, never)).not.toHaveProperty('rabbitmq_msgs_excl_notifications_per_second');
    for (const [now, grown] of [
      [210, 20],
      [110, -10],
    ] as const) {
      messages = now;
      await (host.clock as SimulatedClock).runAsync(10_000);
      const seen = { rabbitmq_msgs_excl_notifications: now, rabbitmq_msgs_excl_notifications_per_second: grown };
      expect(await collect(host, never)).toMatchObject(seen);
    }
  });
});

describe('services of OpenStack', () => {
  const files = { '/etc/keystone/keystone.conf': '' };

  test('are looked for by their first pages', async () => {
    const pages = {
      'http://127.0.0.1:5000/': recordedPage('ks_root.json', 300),
      'http://127.0.0.1:8774/': json({ versions: [{ id: 'v2.1' }] }),
      'http://127.0.0.1:8080/healthcheck': html('OK'),
      'http://127.0.0.1:9292/': html('<h1>nginx</h1>', 300),
      'http://127.0.0.1:8000/': html('something else'),
    };
    const tree = await services.configure({})(cloudHost(pages, { files }), never);
    expect(tree).toMatchObject({
      services: { keystone: 1, nova: 1, swift: 1, glance: 0, heat_cfn: 0, cinder: 0 },
      count: 3,
      log: { glance: 'answers with another page', heat_cfn: 'answers 200 instead of 300' },
    });
  });

  test('are not looked for where nothing speaks for them', async () => {
    const host = cloudHost({}, { files: {} });
    await expect(services.configure({})(host, never)).rejects.toThrow(NotEligible);
    expect(host.asked).toEqual([]);
  });
});
