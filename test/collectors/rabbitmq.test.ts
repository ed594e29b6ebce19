import { describe, expect, test } from 'vitest';
import rabbitmq from '../../src/collectors/rabbitmq.ts';
import { metricsTree } from '../../src/collectors/support/rabbit-metrics.ts';
import { nodesTree } from '../../src/collectors/support/rabbit-nodes.ts';
import { queuePage, queuesTree } from '../../src/collectors/support/rabbit-queues.ts';
import { numbersIn } from '../../src/metrics/collector-series.ts';
import type { FetchAnswer, FetchRequest } from '../../src/net/host.ts';
import { standsFor } from '../../src/plugins/key-match.ts';
import { undeclared } from '../support/declared.ts';
import { page, recorded } from '../support/fixtures.ts';
import { fakeHost, never, systemError } from '../support/host.ts';

const API = 'http://localhost:15672/api/';
const METRICS = 'http://localhost:15692/metrics';
const json = (name: string): unknown => JSON.parse(recorded(`rabbitmq-3.10.8-${name}.json`));

type Answer = Partial<FetchAnswer> | ((request: FetchRequest) => Partial<FetchAnswer>);

/** A machine whose broker answers so; pages are known by their names, whatever is asked of them. */
function brokerWith(answers: Readonly<Record<string, Answer>>) {
  const host = fakeHost();
  const asked: string[] = [];
  return {
    asked,
    host: {
      ...host,
      fetch: async (request: FetchRequest) => {
        asked.push(request.url);
        const { host: place, pathname } = new URL(request.url);
        const answer = answers[place === 'localhost:15692' ? 'metrics' : pathname.slice('/api/'.length)];
        if (!answer) throw systemError('ECONNREFUSED', `connect ${place}`);
        return {
          status: 200,
          headers: {},
          body: new Uint8Array(),
          ...(typeof answer === 'function' ? answer(request) : answer),
        };
      },
    },
  };
}

const pageOf = (name: string) => page(recorded(`rabbitmq-3.10.8-${name}.json`));
const BUSY = { overview: pageOf('overview'), nodes: pageOf('nodes'), queues: pageOf('queues') };

test('tells what a busy broker of two nodes answered', async () => {
  const { host, asked } = brokerWith(BUSY);
  const seen = await rabbitmq.configure({})(host, never);
  expect(seen).toMatchObject({
    up: 1,
    rabbitmq_version: '3.10.8',
    cluster_name: 'rabbit@node1',
    queue_totals: { messages: 2, messages_ready: 2, messages_unacknowledged: 0 },
    object_totals: { queues: 2, exchanges: 7 },
    message_stats: { publish: 3, publish_details: { rate: 0.6 } },
    nodes_total: 2,
    nodes_running: 2,
    mem_alarm: false,
    disk_free_alarm: false,
    partitions: [],
    nodes: { 'rabbit@node1': { running: true, mem_used: 131_502_080, fd_total: 20_000, partitions: [] } },
    queues_without_consumers: 2,
    msgs_without_consumers: 2,
    queues: { '/': { 'compute.node1': { messages: 2, messages_ready: 2, consumers: 0 } } },
  });
  expect(asked).toEqual([
    `${API}overview`,
    expect.stringContaining(`${API}nodes?columns=name,running,mem_used,`),
    `${API}queues?page=1&page_size=500&columns=vhost,name,messages,messages_ready,consumers`,
  ]);
});

test('the whole overview is in the tree, but of it only what is worth keeping becomes series', async () => {
  const seen = await rabbitmq.configure({ queues: false })(brokerWith(BUSY).host, never);
  expect(seen).toMatchObject(json('overview') as object);
  const series = [...numbersIn(seen)]
    .map(({ path }) => path)
    .filter((path) => rabbitmq.keys.find((key) => standsFor(key, path))?.stored ?? true)
    .filter(([part = '']) => part !== 'nodes')
    .map((path) => path.join('.'));
  expect(series.sort()).toEqual([
    'churn_rates.connection_created_details.rate',
    'connexion_latency_ms',
    'disk_free_alarm',
    'mem_alarm',
    'message_stats.ack_details.rate',
    'message_stats.confirm_details.rate',
    'message_stats.deliver_get_details.rate',
    'message_stats.drop_unroutable_details.rate',
    'message_stats.publish_details.rate',
    'message_stats.redeliver_details.rate',
    'message_stats.return_unroutable_details.rate',
    'nodes_running',
    'nodes_total',
    'object_totals.channels',
    'object_totals.connections',
    'object_totals.consumers',
    'object_totals.exchanges',
    'object_totals.queues',
    'queue_totals.messages',
    'queue_totals.messages_ready',
    'queue_totals.messages_unacknowledged',
    'response_ms',
    'up',
  ]);
});

test('everything that we work out ourselves is documented', async () => {
  const seen = await rabbitmq.configure({})(brokerWith(BUSY).host, never);
  const untold = undeclared(rabbitmq, seen);
  expect(untold).toContain('listeners');
  expect(untold.filter((path) => /^(nodes|queues|msgs|mem_|disk_|partitions)/.test(path))).toEqual([]);
});

test('a fresh broker has no messages, rather than none that are known of', async () => {
  const fresh = { ...BUSY, overview: pageOf('overview_fresh'), queues: page('{"items":[],"page_count":0}') };
  expect(await rabbitmq.configure({})(brokerWith(fresh).host, never)).toMatchObject({
    message_stats: {},
    queue_totals: { messages: 0, messages_ready: 0, messages_unacknowledged: 0 },
    queues_without_consumers: 0,
    queues: {},
  });
});

describe('nodes', () => {
  const DOWN = { name: 'rabbit@node2', type: 'disc', running: false, cluster_links: [{ name: 'rabbitmqcli' }] };

  test('one that is stopped is counted, and has just what it tells', () => {
    const [first] = json('nodes_single') as object[];
    expect(nodesTree([first, DOWN])).toMatchObject({
      nodes_total: 2,
      nodes_running: 1,
      mem_alarm: false,
      nodes: { 'rabbit@node2': { running: false } },
    });
    expect(nodesTree([DOWN])).toEqual({
      nodes: { 'rabbit@node2': { running: false } },
      nodes_total: 1,
      nodes_running: 0,
      partitions: [],
    });
  });

  test('an alarm of any node is an alarm', () => {
    const alarmed = json('nodes_memalarm') as object[];
    expect(nodesTree([...(json('nodes') as object[]), ...alarmed])).toMatchObject({
      mem_alarm: true,
      disk_free_alarm: false,
    });
  });

  test('nodes that were lost sight of are told once each', () => {
    const nodes = [
      { name: 'a', running: true, partitions: ['c'] },
      { name: 'b', running: true, partitions: ['c', 'a'] },
    ];
    expect(nodesTree(nodes)).toMatchObject({ partitions: ['a', 'c'], nodes: { b: { partitions: ['c', 'a'] } } });
  });

  test.each([undefined, {}, 'x', [1, null, []]])('%j is no list of nodes', (answer) => {
    expect(nodesTree(answer)).not.toHaveProperty('nodes.*');
  });
});

describe('queues', () => {
  const queue = (name: string, messages?: number, consumers?: number) => ({ vhost: '/', name, messages, consumers });

  test('the twenty longest are shown, in a firm order', () => {
    const queues = Array.from({ length: 60 }, (_, at) => queue(`q${at % 40}`, at % 40, 1));
    const { queues: read } = queuePage({ items: queues, page_count: 1 }) ?? { queues: [] };
    const shown = queuesTree(read)['queues'] as { '/': Record<string, unknown> };
    expect(Object.keys(shown['/']).slice(0, 3)).toEqual(['q39', 'q38', 'q37']);
  });

  test('those of a broker that has just started do not count yet', () => {
    const { queues } = queuePage([queue('new'), queue('idle', 3, 0), queue('used', 5, 2)]) ?? { queues: [] };
    expect(queuesTree(queues)).toEqual({
      queues_without_consumers: 1,
      msgs_without_consumers: 3,
      queues: { '/': { used: { messages: 5, consumers: 2 }, idle: { messages: 3, consumers: 0 } } },
    });
  });

  test.each([undefined, null, 'x', {}, { items: 1 }])('%j is no page of them', (answer) => {
    expect(queuePage(answer)).toBeUndefined();
  });

  test('are asked for in pages, ten at most', async () => {
    const queues = page(JSON.stringify({ items: [queue('a', 1, 0)], page_count: 99 }));
    const { host, asked } = brokerWith({ ...BUSY, queues });
    expect(await rabbitmq.configure({})(host, never)).toMatchObject({ queues_without_consumers: 10 });
    expect(asked.filter((url) => url.includes('/queues'))).toHaveLength(10);
  });

  test('are not asked for when that is switched off', async () => {
    const { host, asked } = brokerWith(BUSY);
    expect(await rabbitmq.configure({ queues: false })(host, never)).not.toHaveProperty('queues');
    expect(asked).toHaveLength(2);
  });
});

describe('a broker', () => {
  test('that refuses the login is up', async () => {
    const { host } = brokerWith({ overview: page('{"error":"not_authorized","reason":"Login failed"}', 401) });
    await expect(rabbitmq.configure({ password: 'geheim' })(host, never)).rejects.toMatchObject({
      name: 'CollectError',
      message: expect.stringMatching(/^login refused: http:\/\/localhost:15672\/api\/overview answers 401/),
      partial: { up: 1 },
    });
  });

  test('that shows only the overview to us tells that', async () => {
    const { host } = brokerWith({ ...BUSY, nodes: page('', 401), queues: page('', 403) });
    const seen = await rabbitmq.configure({})(host, never);
    expect(seen).toMatchObject({ up: 1, rabbitmq_version: '3.10.8' });
    expect(seen).not.toHaveProperty('nodes_total');
  });

  test('whose list of queues fails tells the rest, and what failed', async () => {
    const { host } = brokerWith({ ...BUSY, queues: page('', 500) });
    await expect(rabbitmq.configure({})(host, never)).rejects.toMatchObject({
      name: 'CollectError',
      message: 'queues: http://localhost:15672/api/queues answers 500 instead of 200',
      partial: { up: 1, nodes_running: 2, queue_totals: { messages: 2 } },
    });
  });

  test.each(['{}', '[]', '"x"', '{"rabbitmq"'])('does not answer %s', async (text) => {
    const { host } = brokerWith({ overview: page(text) });
    await expect(rabbitmq.configure({})(host, never)).rejects.toMatchObject({
      name: 'CollectError',
      partial: { up: 1 },
    });
  });

  test('that is not there is down', async () => {
    await expect(rabbitmq.configure({})(brokerWith({}).host, never)).rejects.toMatchObject({
      name: 'NotAnswering',
      message: 'not answering: ECONNREFUSED: connect localhost:15672',
      results: { up: 0 },
    });
  });

  test('sends user and password to its management only', async () => {
    const requests: FetchRequest[] = [];
    const refusing = (request: FetchRequest) => {
      requests.push(request);
      throw systemError('ECONNREFUSED', 'connect');
    };
    const { host } = brokerWith({ overview: refusing, metrics: refusing });
    const uri = 'http://localhost:15672/api/overview';
    await expect(rabbitmq.configure({ uri })(host, never)).rejects.toThrow('not answering');
    expect(requests.map(({ url, headers }) => [url, headers])).toEqual([
      [uri, { authorization: expect.stringMatching(/^Basic /) }],
      [METRICS, {}],
    ]);
  });

  test('sends what its address has of a login, and not guest', async () => {
    const requests: FetchRequest[] = [];
    const refusing = (request: FetchRequest) => {
      requests.push(request);
      throw systemError('ECONNREFUSED', 'connect');
    };
    const { host } = brokerWith({ overview: refusing, metrics: refusing });
    const uri = 'http://u:geheim@localhost:15672/api/overview';
    await expect(rabbitmq.configure({ uri })(host, never)).rejects.toThrow('not answering');
    expect(requests.map(({ url, headers }) => [url, headers])).toEqual([
      [uri, {}],
      [METRICS, {}],
    ]);
  });
});

describe('without management', () => {
  const text = recorded('rabbitmq-3.10.8-metrics.txt');

  test('the plugin for Prometheus tells of its node', async () => {
    const { host } = brokerWith({ metrics: page(text) });
    const seen = await rabbitmq.configure({})(host, never);
    expect(seen).toMatchObject({
      up: 1,
      rabbitmq_version: '3.10.8',
      erlang_version: '25.2.3',
      node: 'test@localhost',
      queue_totals: { messages: 3, messages_ready: 3, messages_unacknowledged: 0 },
      object_totals: { queues: 2, consumers: 0, connections: 0, channels: 0 },
      mem_alarm: false,
      disk_free_alarm: false,
      nodes: {
        'test@localhost': { running: true, mem_used: 142_655_488, fd_used: 41, proc_used: 394, uptime: 29_376 },
      },
    });
    expect(undeclared(rabbitmq, seen)).toEqual([]);
  });

  test('an alarm is an alarm', () => {
    const alarmed = text.replace('memory_used_watermark 0', 'memory_used_watermark 1');
    expect(metricsTree(alarmed)).toMatchObject({ mem_alarm: true, disk_free_alarm: false });
  });

  test.each(['', 'node_load1 0.5\n', '<html>', 'rabbitmq_build_info{} 1\n'])('%j is of something else', (other) => {
    expect(metricsTree(other)).toBeUndefined();
  });
});
