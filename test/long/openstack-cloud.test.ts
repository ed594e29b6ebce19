import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import { tokenFiles } from '../../src/agent/maas-tokens.ts';
import { systemClock } from '../../src/base/clock.ts';
import { Disposal } from '../../src/base/disposal.ts';
import cinder from '../../src/collectors/cinder-api-local-check.ts';
import cinderServices from '../../src/collectors/cinder-service-check.ts';
import conntrack from '../../src/collectors/conntrack-count.ts';
import glance from '../../src/collectors/glance-api-local-check.ts';
import registry from '../../src/collectors/glance-registry-local-check.ts';
import heat from '../../src/collectors/heat-api-local-check.ts';
import horizon from '../../src/collectors/horizon-check.ts';
import keystone from '../../src/collectors/keystone-api-local-check.ts';
import neutron from '../../src/collectors/neutron-api-local-check.ts';
import neutronServices from '../../src/collectors/neutron-service-check.ts';
import nova from '../../src/collectors/nova-api-local-check.ts';
import metadata from '../../src/collectors/nova-api-metadata-local-check.ts';
import cloudStats from '../../src/collectors/nova-cloud-stats.ts';
import novaServices from '../../src/collectors/nova-service-check.ts';
import rabbitmq from '../../src/collectors/rabbitmq-status.ts';
import anyService from '../../src/collectors/service-api-local-check.ts';
import type { Probe } from '../../src/collectors/support/maas-probe.ts';
import { OPENSTACK_SERVICES } from '../../src/collectors/support/openstack-services.ts';
import { systemHost } from '../../src/net/system-host.ts';
import type { Token } from '../../src/openstack/keystone.ts';
import type { TokenStore } from '../../src/openstack/tokens.ts';
import { probed, shown } from '../support/cloud.ts';
import { startCloud, type WholeCloud } from '../support/servers/cloud/cloud.ts';
import { until } from '../support/servers/cloud/filling.ts';
import type { Worker } from '../support/servers/cloud/processes.ts';
import { BRIEF_SECONDS, type Listener } from '../support/servers/cloud/settings.ts';
import { freePort } from '../support/servers/server.ts';
import { tempDirectory } from '../support/temp.ts';
import { type Asker, look as lookAt, testWithCloud, withoutCloud } from '../support/whole-cloud.ts';

const closing = new Disposal();
const host = closing.use(systemHost(systemClock));
const folder = closing.use(tempDirectory()).path;
let cloud: WholeCloud;

beforeAll(async () => {
  if (withoutCloud === undefined) cloud = closing.use(await startCloud());
}, 600_000);
afterAll(() => closing[Symbol.asyncDispose](), 60_000);

const look = (probe: Probe, service: Listener, asker: Asker = {}) => lookAt({ host, cloud }, [probe, service], asker);

/** Ends something hard, and has it back when disposed of. */
async function without(name: Listener | Worker) {
  const service = cloud.services.get(name);
  await service?.crash();
  return { [Symbol.asyncDispose]: async () => await service?.restart() };
}

/** Waits until all services have found again what was gone. */
const untilWell = () =>
  until('all services to be well again', 180, async () => {
    for (const [probe, service, wanted] of APIS)
      if (JSON.stringify(await look(probe, service)) !== JSON.stringify(wanted)) return false;
    return true;
  });

/** A place for tokens with a new one of the user who monitors in it, which only keystone has seen. */
async function keptToken(): Promise<TokenStore> {
  const store = tokenFiles(mkdtempSync(join(folder, 'tokens-')));
  await look(keystone, 'keystone', { store });
  return store;
}

/** A place for tokens with one in it that all services know. */
async function knownToken(): Promise<TokenStore> {
  const store = await keptToken();
  for (const [probe, service, wanted] of APIS) expect(await look(probe, service, { store })).toEqual(wanted);
  return store;
}

const lines = (prefix: string, ...more: readonly string[]) => [
  'status okay',
  `metric ${prefix}_local_status uint32 1`,
  `metric ${prefix}_local_response_time double N ms`,
  ...more,
];
const down = (prefix: string) => ['status okay', `metric ${prefix}_local_status uint32 0`];

/** Every probe of an API, its service, and what it prints of a cloud that is well. */
const APIS: readonly (readonly [Probe, Listener, readonly string[]])[] = [
  [
    keystone,
    'keystone',
    lines('keystone_api', 'metric keystone_user_count uint32 4 users', 'metric keystone_tenant_count uint32 4 tenants'),
  ],
  [
    glance,
    'glance',
    lines(
      'glance_api',
      'metric glance_active_images uint32 2 images',
      'metric glance_queued_images uint32 1 images',
      'metric glance_killed_images uint32 0 images',
    ),
  ],
  [
    nova,
    'nova',
    lines(
      'nova_api',
      'metric nova_instances_in_state_ACTIVE uint32 1 instances',
      'metric nova_instances_in_state_STOPPED uint32 1 instances',
      'metric nova_instances_in_state_ERROR uint32 1 instances',
    ),
  ],
  [
    neutron,
    'neutron',
    lines(
      'neutron_api',
      'metric neutron_networks uint32 2 networks',
      'metric neutron_agents uint32 1 agents',
      'metric neutron_routers uint32 1 routers',
      'metric neutron_subnets uint32 1 subnets',
    ),
  ],
  [
    cinder,
    'cinder',
    lines(
      'cinder_api',
      'metric total_cinder_volumes uint32 3 volumes',
      'metric cinder_available_volumes uint32 1 volumes',
      'metric cinder_in-use_volumes uint32 1 volumes',
      'metric cinder_error_volumes uint32 1 volumes',
      'metric total_cinder_snapshots uint32 1 snapshots',
      'metric cinder_available_snaps uint32 1 snapshots',
      'metric cinder_in-use_snaps uint32 0 snapshots',
      'metric cinder_error_snaps uint32 0 snapshots',
    ),
  ],
  [heat, 'heat', lines('heat_api')],
];

const UP = {
  nova: ['nova-compute', 'nova-conductor', 'nova-scheduler'].map((name) => `metric ${name}_on_host_node1 uint32 1`),
  cinder: ['cinder-scheduler_on_host_node1', 'cinder-volume_on_host_node1@fake'].map(
    (name) => `metric ${name} uint32 1`,
  ),
};

testWithCloud('a cloud that is well is counted by all probes', async () => {
  for (const [probe, service, wanted] of APIS) expect(await look(probe, service)).toEqual(wanted);
  expect((await look(novaServices, 'nova')).sort()).toEqual([...UP.nova, 'status okay']);
  expect((await look(cinderServices, 'cinder')).sort()).toEqual([...UP.cinder, 'status okay']);
  expect(await look(cinderServices, 'cinder', { options: { host: 'node1' } })).toContain(
    'metric cinder-volume-fake_status uint32 1',
  );
  expect(await look(neutronServices, 'neutron')).toEqual([
    'status okay',
    expect.stringMatching(/^metric neutron-metadata-agent_[0-9a-f-]{36}_on_host_node1 uint32 1$/),
  ]);
  expect(await look(neutronServices, 'neutron', { options: { host: 'node1' } })).toEqual([
    'status okay',
    'metric neutron-metadata-agent_status uint32 1',
  ]);
  expect(await look(anyService, 'placement', { options: { name: 'placement' } })).toEqual(lines('placement_api'));
  expect(await look(metadata, 'nova_metadata')).toEqual(lines('nova_api_metadata'));
  // The driver that nova has for tests claims two processors, and servers of one processor each run on it.
  const stats = await look(cloudStats, 'nova', { options: { cpu: 1 } });
  expect(stats).toEqual(
    expect.arrayContaining([
      'metric cloud_resource_hypervisor_count uint32 1 hypervisors',
      'metric cloud_resource_total_vcpus uint32 2 vcpus',
      'metric cloud_resource_used_vcpus uint32 3 vcpus',
    ]),
  );
  expect(await look(registry, 'glance', { options: { port: await freePort() } })).toEqual(down('glance_registry'));
});

testWithCloud('the dashboard lets in who has the password', async () => {
  const options = { protocol: 'http' };
  expect(await look(horizon, 'horizon', { options })).toEqual([
    'status okay',
    'metric horizon_local_status uint32 1',
    'metric splash_status_code uint32 200',
    'metric splash_milliseconds double N ms',
    'metric login_status_code uint32 200 http_status',
    'metric login_milliseconds double N ms',
  ]);
  const openrc = cloud.openrc('maas', 'wrong', 'monitoring');
  expect(await look(horizon, 'horizon', { openrc, options })).toEqual(['status error could not log in']);
});

testWithCloud('the broker of a cloud and the table of connections are told as they are', async () => {
  const broker = { host: '127.0.0.1', port: cloud.broker.port };
  const run = await probed(rabbitmq, { host, options: broker, profile: 'full' });
  expect([run.status, [...run.missing]]).toEqual(['okay', []]);
  const told = new Map(run.metrics.map(({ name, value }) => [name, value]));
  expect(told.get('rabbitmq_mem_alarm_status')).toBe(1);
  expect(told.get('rabbitmq_nodes_running')).toBe(1);
  // Each service talks over connections of its own.
  expect(told.get('rabbitmq_sockets_used')).toBeGreaterThan(5);
  const [first] = shown(await probed(conntrack, { host }));
  const isCounted = await host.exists('/proc/sys/net/netfilter/nf_conntrack_count');
  expect(first).toMatch(isCounted ? /^status okay$/ : /^status error Unable to read "\/proc\/sys\/net\//);
});

testWithCloud('nothing is missing when everything is wanted', async () => {
  for (const [probe, service] of APIS) {
    const options = {
      ip: '127.0.0.1',
      port: cloud.ports[service],
      openrc: cloud.openrc('maas', 'maaspass', 'monitoring'),
    };
    const run = await probed(probe, { host: { ...host }, options, profile: 'full' });
    expect([run.status, [...run.missing]], probe.name).toEqual(['okay', []]);
    const told = new Map(run.metrics.map(({ name, value }) => [name, value]));
    expect(told.get(`${service}_healthcheck_status`), probe.name).toBe(1);
    if (service === 'heat') expect([told.get('heat_stacks'), told.get('heat_engines_up')]).toEqual([1, 1]);
    if (service === 'nova') expect(told.get('nova_hypervisors_up')).toBe(1);
  }
});

testWithCloud('first pages say which services these are', async () => {
  const listening = new Map<string, number>(Object.entries(cloud.ports));
  const known = OPENSTACK_SERVICES.filter(({ name }) => listening.has(name));
  expect(known.map(({ name }) => name).sort()).toEqual([...listening.keys()].filter((name) => name !== 'brief').sort());
  for (const { name, path, statuses, body } of known) {
    const answer = await fetch(`http://127.0.0.1:${listening.get(name)}${path}`, { redirect: 'manual' });
    expect(statuses, name).toContain(answer.status);
    expect(await answer.text(), name).toMatch(body);
  }
});

testWithCloud('who has a wrong password is told so, and not what is not known', async () => {
  const openrc = cloud.openrc('maas', 'wrong', 'monitoring');
  const probes = [...APIS, [novaServices, 'nova'], [cinderServices, 'cinder'], [neutronServices, 'neutron']] as const;
  for (const [probe, service] of probes) {
    expect(await look(probe, service, { openrc })).toEqual([
      expect.stringMatching(
        /^status error http:\S+ answered 401: The request you have made requires authentication\.$/,
      ),
    ]);
  }
});

testWithCloud('who has few rights sees less, and no service of a host', async () => {
  const asker = { openrc: cloud.openrc('reader', 'readerpass', 'demo') };
  expect(await look(keystone, 'keystone', asker)).toEqual(lines('keystone_api'));
  const others = {
    nova: ['ACTIVE', 'STOPPED', 'ERROR'].map((state) => `metric nova_instances_in_state_${state} uint32 0 instances`),
    glance: ['metric glance_active_images uint32 2 images'],
    cinder: ['metric total_cinder_volumes uint32 0 volumes'],
    neutron: ['metric neutron_agents uint32 0 agents'],
    heat: [],
  };
  for (const [probe, service] of APIS.slice(1)) {
    const seen = await look(probe, service, asker);
    expect(seen.slice(0, 3)).toEqual(lines(`${service}_api`));
    expect(seen).toEqual(expect.arrayContaining(others[service as keyof typeof others]));
  }
  expect(await look(novaServices, 'nova', asker)).toEqual([
    "status error Policy doesn't allow os_compute_api:os-services:list to be performed.",
  ]);
  expect(await look(cinderServices, 'cinder', asker)).toEqual(['status error Could not get response from Cinder API']);
  expect(await look(neutronServices, 'neutron', asker)).toEqual(['status error No host(s) found in the agents list']);
});

testWithCloud('an address of the second version of keystone leads to the third', async () => {
  const path = cloud.openrc('maas', 'maaspass', 'monitoring', 'v2.0');
  for (const [probe, service, wanted] of APIS) expect(await look(probe, service, { openrc: path })).toEqual(wanted);
});

/** A token that was over before it is used, though nobody here knows it. */
async function endedToken(): Promise<Token> {
  const openrc = join(folder, 'openrc-brief');
  const who = 'OS_USERNAME=maas\nOS_PASSWORD=maaspass\nOS_PROJECT_NAME=monitoring\n';
  writeFileSync(openrc, `OS_AUTH_URL=http://127.0.0.1:${cloud.ports.brief}/v3\n${who}`);
  const taken: Token[] = [];
  await look(keystone, 'keystone', { openrc, store: noting(taken) });
  await new Promise((resolve) => setTimeout(resolve, (BRIEF_SECONDS + 1) * 1_000));
  const [token] = taken;
  if (token === undefined) throw new Error('keystone gave no token');
  return { ...token, expiresAt: Number.MAX_SAFE_INTEGER };
}

/** Keeps nothing but what it is given first, and notes what comes later. */
const noting = (noted: Token[], first?: Token): TokenStore => ({
  load: async () => first,
  async save(_, token) {
    noted.push(token);
  },
});

testWithCloud('a token that has ended is renewed once, by whichever service refuses it', async () => {
  const ended = await endedToken();
  for (const [probe, service, wanted] of APIS) {
    const renewed: Token[] = [];
    expect(await look(probe, service, { store: noting(renewed, ended) }), service).toEqual(wanted);
    expect(renewed, service).toHaveLength(1);
  }
});

testWithCloud('a service that is gone is down, and is up when it is back', async () => {
  const gone = ['glance', 'neutron', 'cinder', 'nova', 'heat'] as const;
  for (const name of gone) {
    await using _ = await without(name);
    for (const [probe, service, wanted] of APIS) {
      // Nova asks neutron for the networks of the servers that it lists, and fails without.
      const isDown = service === name || (service === 'nova' && name === 'neutron');
      expect(await look(probe, service), `${service} without ${name}`).toEqual(
        isDown ? down(`${service}_api`) : wanted,
      );
    }
    const agents = { nova: novaServices, neutron: neutronServices }[name as string];
    if (agents) expect(await look(agents, name)).toEqual(['status okay', `metric ${name}_api_local_status uint32 0`]);
    if (name === 'cinder')
      expect(await look(cinderServices, name)).toEqual([
        expect.stringMatching(/^status error http:\S+ does not answer: connect ECONNREFUSED/),
      ]);
  }
  for (const [probe, service, wanted] of APIS) expect(await look(probe, service)).toEqual(wanted);
  await using _ = await without('horizon');
  const options = { protocol: 'http' };
  expect(await look(horizon, 'horizon', { options })).toEqual(['status okay', 'metric horizon_local_status uint32 0']);
});

testWithCloud('what works for a service is down some time after it is gone', async () => {
  await using _ = await without('nova-compute');
  await using __ = await without('cinder-volume');
  await using ___ = await without('neutron-metadata-agent');
  // A service is told to be down after 60 s without a word, an agent after 75 s.
  const isDown = (probe: Probe, service: Listener, metric: string) => async () =>
    (await look(probe, service, { options: { host: 'node1' } })).includes(`metric ${metric}_status uint32 0`);
  await until('nova-compute to be down', 120, isDown(novaServices, 'nova', 'nova-compute'));
  await until('cinder-volume to be down', 120, isDown(cinderServices, 'cinder', 'cinder-volume-fake'));
  await until('the agent to be down', 120, isDown(neutronServices, 'neutron', 'neutron-metadata-agent'));
  expect(await look(novaServices, 'nova', { options: { host: 'node1' } })).toContain(
    'metric nova-conductor_status uint32 1',
  );
  for (const [probe, service, wanted] of APIS) expect(await look(probe, service)).toEqual(wanted);
});

testWithCloud('heat without its engine is down within the time of a run, long before it says so itself', async () => {
  await using _ = await without('heat-engine');
  expect(await look(heat, 'heat')).toEqual(down('heat_api'));
});

testWithCloud('without a broker lists are told as ever, and heat is down', async () => {
  await cloud.broker.crash();
  try {
    for (const [probe, service, wanted] of APIS.slice(0, -1)) expect(await look(probe, service)).toEqual(wanted);
    expect(await look(heat, 'heat')).toEqual(down('heat_api'));
    expect(shown(await probed(rabbitmq, { host, options: { host: '127.0.0.1', port: cloud.broker.port } }))).toEqual([
      expect.stringMatching(/^status error http:\S+ does not answer: connect ECONNREFUSED/),
    ]);
  } finally {
    await cloud.broker.restart();
    await untilWell();
  }
});

testWithCloud('without a database keystone gives no token, and all that look into one are down', async () => {
  const store = await knownToken();
  await cloud.database.crash();
  try {
    for (const [probe, service] of APIS) {
      // Heat needs no database for its answer, and was seen to want a word of keystone first, which needs one.
      const its = service === 'heat' ? [down('heat_api'), lines('heat_api')] : [down(`${service}_api`)];
      expect(its, service).toContainEqual(await look(probe, service, { store }));
      // Whoever has no token yet is not told that the service is down, which nobody knows.
      expect(await look(probe, service), service).toEqual([expect.stringMatching(/^status error /)]);
    }
  } finally {
    await cloud.database.restart();
    await untilWell();
  }
});

testWithCloud('without keystone a token that services know still counts, and nobody gets another', async () => {
  const store = await knownToken();
  await using _ = await without('keystone');
  expect(await look(keystone, 'keystone', { store })).toEqual(down('keystone_api'));
  for (const [probe, service, wanted] of APIS.slice(1)) {
    // Heat was seen to do both: to let the token count, and to want a word of keystone.
    const its = service === 'heat' ? [down('heat_api'), wanted] : [wanted];
    expect(its, service).toContainEqual(await look(probe, service, { store }));
    expect(await look(probe, service), service).toEqual([
      expect.stringMatching(/^status error http:\S+\/auth\/tokens does not answer: connect ECONNREFUSED/),
    ]);
  }
});

testWithCloud('without keystone a token that no service knows is of no use', async () => {
  const store = await keptToken();
  await using _ = await without('keystone');
  // Glance refuses the token, and another one cannot be had; all others say that they cannot tell.
  for (const [probe, service] of APIS.slice(1)) {
    const wanted = service === 'glance' ? [expect.stringMatching(/^status error /)] : down(`${service}_api`);
    expect(await look(probe, service, { store }), service).toEqual(wanted);
  }
});
