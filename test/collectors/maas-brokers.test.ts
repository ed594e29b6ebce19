import { describe, expect, test } from 'vitest';
import conntrack from '../../src/collectors/conntrack-count.ts';
import galera from '../../src/collectors/galera-check.ts';
import memcached from '../../src/collectors/memcached-status.ts';
import rabbitmq from '../../src/collectors/rabbitmq-status.ts';
import { written } from '../../src/openstack/formats.ts';
import { SimulatedClock } from '../support/clock.ts';
import { cloudHost, html, type Pages, probed, recordedCloud, recordedPage, shown } from '../support/cloud.ts';
import { page, recorded } from '../support/fixtures.ts';
import { fakeHost } from '../support/host.ts';

describe('memcached', () => {
  const answering = (text: string) =>
    fakeHost({
      listeners: {
        '127.0.0.1:11211': (there) => {
          for (const byte of Buffer.from(text)) there.write(Buffer.from([byte]));
          there.close();
        },
      },
    });
  const stats = recorded('memcached-1.6.18-stats.txt');

  test('prints what it counts, however its answer is cut', async () => {
    expect(shown(await probed(memcached, { host: answering(stats) }))).toEqual([
      'status okay',
      'metric memcache_api_local_status uint32 1',
      'metric memcache_total_items uint64 0 items',
      'metric memcache_get_hits uint64 0 hits',
      'metric memcache_get_misses uint64 0 misses',
      'metric memcache_total_connections uint64 2 connections',
    ]);
  });

  test.each([
    ['refuses', 'ERROR\r\n'],
    ['breaks off', stats.slice(0, 300)],
    ['is something else', 'HTTP/1.1 400 Bad Request\r\n\r\n'],
  ])('is down when it %s', async (_, text) => {
    expect(shown(await probed(memcached, { host: answering(text) }))).toEqual([
      'status okay',
      'metric memcache_api_local_status uint32 0',
    ]);
  });

  test('may have a version of several words', async () => {
    const old = 'STAT version 1.4.14 (Ubuntu)\r\nSTAT total_items 3\r\nEND\r\n';
    expect(shown(await probed(memcached, { host: answering(old) }))).toContain(
      'metric memcache_total_items uint64 3 items',
    );
  });
});

const api = (name: string) => `http://localhost:15672/api/${name}`;
const recordedAt = (name: string) => page(recorded(`rabbitmq-3.10.8-${name}.json`));
const TWO: Pages = { [api('overview')]: recordedAt('overview'), [api('nodes')]: recordedAt('nodes') };

describe('RabbitMQ', () => {
  test('prints the numbers of the node that is named', async () => {
    expect(shown(await probed(rabbitmq, { host: cloudHost(TWO), options: { name: 'node2' } }))).toEqual([
      'status okay',
      'metric rabbitmq_uptime int64 67341 ms',
      'metric rabbitmq_proc_total int64 1048576 processes',
      'metric rabbitmq_proc_used int64 260 processes',
      'metric rabbitmq_messages int64 2 messages',
      'metric rabbitmq_sockets_total int64 17910 fd',
      'metric rabbitmq_fd_used int64 40 fd',
      'metric rabbitmq_mem_used int64 157265920 bytes',
      'metric rabbitmq_fd_total int64 20000 fd',
      'metric rabbitmq_disk_free_alarm_status uint32 1',
      'metric rabbitmq_mem_limit int64 10110604083 bytes',
      'metric rabbitmq_mem_alarm_status uint32 1',
      'metric rabbitmq_sockets_used int64 0 fd',
      'metric rabbitmq_messages_unacknowledged int64 0 messages',
      'metric rabbitmq_messages_ready int64 2 messages',
      'metric rabbitmq_get int64 0 messages',
      'metric rabbitmq_ack int64 0 messages',
      'metric rabbitmq_deliver_get int64 1 messages',
      'metric rabbitmq_deliver int64 0 messages',
      'metric rabbitmq_publish int64 3 messages',
    ]);
  });

  test('tells more of a broker when everything is wanted', async () => {
    const run = await probed(rabbitmq, { host: cloudHost(TWO), profile: 'full' });
    const told = Object.fromEntries(run.metrics.map(({ name, value }) => [name, value]));
    expect(told).toMatchObject({
      ...{ rabbitmq_disk_free: 82_220_228_608, rabbitmq_disk_free_limit: 50_000_000, rabbitmq_partitions: 0 },
      ...{ rabbitmq_total_queues: 2, rabbitmq_total_exchanges: 7, rabbitmq_total_connections: 0 },
      ...{ rabbitmq_publish_rate: 0.6, rabbitmq_deliver_get_rate: 0.2 },
    });
  });

  test('prints those of the node that answers when none is named', async () => {
    expect(shown(await probed(rabbitmq, { host: cloudHost(TWO) }))[1]).toBe('metric rabbitmq_uptime int64 67488 ms');
  });

  test.each([
    ['too few nodes', { cluster_size: 3 }, 'cluster too small'],
    ['a node that is none of them', { name: 'node9' }, '@node9 not a member of the cluster'],
  ])('has a fault: %s', async (_, options, text) => {
    expect(shown(await probed(rabbitmq, { host: cloudHost(TWO), options }))).toEqual([`status error ${text}`]);
  });

  test.each([
    ['a partition', { partitions: ['rabbit@node2'] }, 'At least one partition found in the rabbit cluster'],
    ['a link that is missing', { cluster_links: [] }, 'At least one rabbit node is missing a cluster link'],
  ])('has a fault: %s', async (_, change, text) => {
    const nodes = JSON.parse(recorded('rabbitmq-3.10.8-nodes.json')) as object[];
    const spoiled = nodes.map((node, at) => (at === 0 ? { ...node, ...change } : node));
    const host = cloudHost({ ...TWO, [api('nodes')]: html(JSON.stringify(spoiled)) });
    expect(shown(await probed(rabbitmq, { host }))).toEqual([`status error ${text}`]);
  });
});

describe('a RabbitMQ that is not at its best', () => {
  test('leaves out what a fresh broker does not tell', async () => {
    const host = cloudHost({
      ...TWO,
      [api('overview')]: recordedAt('overview_fresh'),
      [api('nodes')]: recordedAt('nodes_single'),
    });
    const lines = shown(await probed(rabbitmq, { host }));
    expect(lines[0]).toBe('status okay');
    expect(lines.join()).not.toMatch(/rabbitmq_(messages|publish|get|ack|deliver)/);
  });

  test('gets by with a node that is stopped', async () => {
    const nodes = [...(JSON.parse(recorded('rabbitmq-3.10.8-nodes_single.json')) as object[])];
    const stopped = { name: 'rabbit@node2', type: 'disc', running: false, cluster_links: [] };
    const host = cloudHost({ ...TWO, [api('nodes')]: html(JSON.stringify([...nodes, stopped])) });
    const run = await probed(rabbitmq, { host, options: { name: 'node2' }, profile: 'full' });
    expect(shown(run, { profile: 'full' })).toContain('metric rabbitmq_running uint32 0');
    expect(shown(run).join()).not.toContain('rabbitmq_uptime');
  });

  test.each([
    ['disk', 'rabbit_nodes_diskalarm.json', 'metric rabbitmq_disk_free_alarm_status uint32 0'],
    ['memory', 'rabbit_nodes_memalarm.json', 'metric rabbitmq_mem_alarm_status uint32 0'],
  ])('tells an alarm of the %s', async (_, name, line) => {
    const nodes = JSON.parse(recordedCloud(name)) as { name: string }[];
    const overview = JSON.parse(recorded('rabbitmq-3.10.8-overview_fresh.json')) as object;
    const host = cloudHost({
      [api('overview')]: html(JSON.stringify({ ...overview, node: nodes[0]?.name })),
      [api('nodes')]: recordedPage(name),
    });
    expect(shown(await probed(rabbitmq, { host }))).toContain(line);
  });

  test('is an error when it does not let us in or is not there', async () => {
    const host = cloudHost({ ...TWO, [api('overview')]: recordedPage('rabbit_401.json', 401) });
    expect(shown(await probed(rabbitmq, { host }))).toEqual(['status error Received status 401 from RabbitMQ API']);
    expect(shown(await probed(rabbitmq, { host: cloudHost({}) }))).toEqual([
      expect.stringMatching(/^status error http:\/\/localhost:15672\/api\/overview does not answer: ECONNREFUSED/),
    ]);
  });

  test('counts channels only when somebody cares', async () => {
    const connections = (...channels: number[]) => html(JSON.stringify(channels.map((each) => ({ channels: each }))));
    const host = (page: object) => cloudHost({ ...TWO, [api('connections?columns=channels')]: page });
    const lines = async (page: object) =>
      shown(await probed(rabbitmq, { host: host(page), options: { max_channels: 2 } }));
    expect((await lines(connections(1, 2)))[0]).toBe('status okay');
    expect(await lines(connections(3))).toEqual(['status error Detected RabbitMQ connections with multiple channels']);
    expect((await lines(connections()))[0]).toBe('status okay');
  });

  test('never shows its password', async () => {
    const login = Buffer.from('maas:geheim42').toString('base64');
    const host = cloudHost({ ...TWO, [api('overview')]: html(`you sent ${login} for geheim42`) });
    const run = await probed(rabbitmq, { host, options: { username: 'maas', password: 'geheim42' } });
    expect(JSON.stringify([shown(run), run.requests])).not.toMatch(new RegExp(`geheim42|${login}`));
  });
});

describe('Galera', () => {
  const status = (name: string) => recorded(`galera-10.11.19-${name}.txt`);
  const client = (text: string, queries = '7') => {
    const clock = new SimulatedClock();
    const words = 'mariadb --defaults-extra-file=/root/.my.cnf -N -B -e SHOW GLOBAL';
    const commands = {
      [`${words} STATUS`]: { stdout: `${text}Queries\t${queries}\n` },
      [`${words} VARIABLES`]: { stdout: 'max_connections\t151\nopen_files_limit\t32000\n' },
    };
    return fakeHost({ clock, commands });
  };
  const options = { client: true, qps_window: 0 };

  test('prints the state of a member that is in sync', async () => {
    const lines = shown(await probed(galera, { host: client(status('synced')), options }));
    expect(lines).toEqual([
      'status okay',
      'metric wsrep_replicated_bytes int64 0 bytes',
      'metric wsrep_received_bytes int64 128 bytes',
      'metric wsrep_commit_window double 0.000 sequence_delta',
      'metric wsrep_cluster_size int64 1 nodes',
      'metric queries_per_second int64 7 qps',
      'metric wsrep_cluster_state_uuid string 54bef9ad-e582-11f1-98b1-bf51499c013f',
      'metric wsrep_cluster_status string Primary',
      'metric wsrep_local_state_uuid string 54bef9ad-e582-11f1-98b1-bf51499c013f',
      'metric wsrep_local_state_comment string Synced',
    ]);
  });

  test.each([
    ['nonprimary', 'there is a partition in the cluster'],
    ['standalone', 'wsrep is not active on this node'],
  ])('ends in an error when it is %s', async (name, text) => {
    expect(shown(await probed(galera, { host: client(status(name)), options }))).toEqual([`status error ${text}`]);
  });

  test('tells more of a member when everything is wanted', async () => {
    const run = await probed(galera, { host: client(status('synced')), options, profile: 'full' });
    const told = Object.fromEntries(run.metrics.map(({ name, value }) => [name, value]));
    expect(told).toMatchObject({
      ...{ wsrep_ready: 1, wsrep_connected: 1, wsrep_local_recv_queue_avg: 0.5, wsrep_flow_control_paused: 0 },
      ...{ wsrep_evs_repl_latency_min: 2.2e-7, wsrep_evs_repl_latency_max: 4.467e-6, wsrep_evs_repl_latency_n: 5 },
    });
    const odd = client(status('synced').replace(/wsrep_evs_repl_latency\t.*/, 'wsrep_evs_repl_latency\t1/x'));
    const { metrics } = await probed(galera, { host: odd, options, profile: 'full' });
    expect(metrics.filter(({ name }) => name.startsWith('wsrep_evs'))).toEqual([]);
  });

  test('takes a donor for what it is, unless it has to be in sync', async () => {
    const donor = status('synced')
      .replace('wsrep_local_state\t4', 'wsrep_local_state\t2')
      .replace('\tSynced', '\tDonor/Desynced');
    const lines = shown(await probed(galera, { host: client(donor), options }));
    expect([lines[0], lines.at(-1)]).toEqual(['status okay', 'metric wsrep_local_state_comment string Donor/Desynced']);
    const strict = await probed(galera, { host: client(donor), options: { ...options, require_synced: true } });
    expect(shown(strict)).toEqual(['status error node is Donor/Desynced']);
  });

  test('keeps numbers of 64 bits exact', async () => {
    const text = status('synced').replace('wsrep_cluster_conf_id\t1', 'wsrep_cluster_conf_id\t18446744073709551615');
    const run = await probed(galera, { host: client(text), options, profile: 'full' });
    const printing = { profile: 'full', aliases: 'left out', maxMetrics: 0, times: 'double' } as const;
    const { text: document } = written(run, {
      output: 'json',
      printing,
      measurement: 'maas_galera',
      integers: 'plain',
      wall: 0,
    });
    expect(document).toContain('"value":"18446744073709551615"');
  });

  test('is an error when nobody is there', async () => {
    expect(shown(await probed(galera, { host: fakeHost(), options: { qps_window: 0 } }))).toEqual([
      expect.stringMatching(/^status error ECONNREFUSED: connect localhost:3306/),
    ]);
  });
});

describe('conntrack', () => {
  const folder = '/proc/sys/net/netfilter/nf_conntrack_';

  test('prints both numbers', async () => {
    const host = fakeHost({ files: { [`${folder}max`]: '262144\n', [`${folder}count`]: '354\n' } });
    expect(shown(await probed(conntrack, { host }))).toEqual([
      'status okay',
      'metric nf_conntrack_max uint32 262144',
      'metric nf_conntrack_count uint32 354',
    ]);
  });

  test('takes the namespace with the most', async () => {
    const host = fakeHost({
      files: { [`${folder}max`]: '262144\n', [`${folder}count`]: '354\n', '/run/netns/qdhcp-1': '' },
      commands: { [`ip netns exec qdhcp-1 cat ${folder}count`]: { stdout: '900\n' } },
    });
    expect(shown(await probed(conntrack, { host, options: { all_namespaces: true } }))[2]).toBe(
      'metric nf_conntrack_count uint32 900',
    );
  });

  test('says what is probably missing', async () => {
    expect(shown(await probed(conntrack, { host: fakeHost() }))).toEqual([
      `status error Unable to read "${folder}max", the appropriate kernel module is probably not loaded.`,
    ]);
  });
});
