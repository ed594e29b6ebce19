import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import apache, { parseModStatus } from '../../src/collectors/apache.ts';
import haproxy from '../../src/collectors/haproxy.ts';
import memcached, { parseStats } from '../../src/collectors/memcached.ts';
import nginx, { parseStubStatus } from '../../src/collectors/nginx.ts';
import rabbitmq from '../../src/collectors/rabbitmq.ts';
import { parseHaproxy } from '../../src/collectors/support/haproxy-status.ts';
import { metricsTree } from '../../src/collectors/support/rabbit-metrics.ts';
import { nodesTree } from '../../src/collectors/support/rabbit-nodes.ts';
import { queuePage, queuesTree } from '../../src/collectors/support/rabbit-queues.ts';
import type { Metrics } from '../../src/model/metrics.ts';
import type { ConnectTarget, FetchRequest, Host } from '../../src/net/host.ts';
import type { Collect } from '../../src/plugins/kinds.ts';
import { CollectError, NotAnswering } from '../../src/plugins/outcomes.ts';
import { recorded } from '../support/fixtures.ts';
import { fakeHost, never, systemError } from '../support/host.ts';

const MEBIBYTE = 1_048_576;
const LINES = 1_000_000;
const million = (line: string) => `${line}\n`.repeat(LINES);

/** The collectors of this kind, and where they ask: over a page or over a connection. */
const COLLECTORS: readonly (readonly [string, Collect, string])[] = [
  ['nginx', nginx.configure({}), 'nginx_status.txt'],
  ['apache', apache.configure({}), 'apache_status.txt'],
  ['haproxy, page', haproxy.configure({ stats_uri: 'http://lb/' }), 'haproxy.csv'],
  ['haproxy, socket', haproxy.configure({}), 'haproxy.csv'],
  ['memcached', memcached.configure({}), 'memcached-1.6.18-stats.txt'],
  ['rabbitmq, overview', rabbitmq.configure({}), 'rabbitmq-3.10.8-overview.json'],
  ['rabbitmq, nodes', rabbitmq.configure({}), 'rabbitmq-3.10.8-nodes_single.json'],
  ['rabbitmq, queues', rabbitmq.configure({}), 'rabbitmq-3.10.8-queues.json'],
];

const OVERVIEW = recorded('rabbitmq-3.10.8-overview.json');

/** A machine all of whose services answer with the same; but for the overview of RabbitMQ, when it is another page that is spoiled. */
function answering(text: string, name: string): Host {
  const bodyOf = (url: string) => (/nodes|queues/.test(name) && url.endsWith('/overview') ? OVERVIEW : text);
  return {
    ...fakeHost(),
    fetch: async ({ url }) => ({ status: 200, headers: {}, body: Buffer.from(bodyOf(url)) }),
    connect: (to, signal) =>
      fakeHost({
        listeners: {
          here: (there) => {
            there.write(Buffer.from(text));
            there.close();
          },
        },
      }).connect({ ...to, socketPath: 'here' }, signal),
  };
}

describe('whatever a service answers', () => {
  test.each(COLLECTORS)('%s sets a limit to it', async (_, collect) => {
    const limits: number[] = [];
    const asked = (limit: number) => {
      limits.push(limit);
      throw systemError('ECONNREFUSED', 'connect');
    };
    const host: Host = {
      ...fakeHost(),
      fetch: async ({ maxBytes, timeoutMs }: FetchRequest) => asked(timeoutMs > 3_000 ? Number.NaN : maxBytes),
      connect: async ({ receiveCap, timeoutMs }: ConnectTarget) => asked(timeoutMs > 2_000 ? Number.NaN : receiveCap),
    };
    await expect(collect(host, never)).rejects.toThrow(/^not answering/);
    expect(limits.length).toBeGreaterThan(0);
    for (const limit of limits) expect(limit).toBeLessThanOrEqual(8 * MEBIBYTE);
  });

  /** A recorded answer with one part of it replaced. */
  const spoiled = (name: string) =>
    fc
      .record({
        at: fc.nat(3_000),
        length: fc.nat(50),
        text: fc.string({ unit: 'binary', maxLength: 30 }),
        end: fc.nat(4_000),
      })
      .map(({ at, length, text, end }) => {
        const whole = recorded(name).slice(0, end + 100);
        return whole.slice(0, at) + text + whole.slice(at + length);
      });

  test.each(COLLECTORS)('%s tells something of it, or what is wrong with it', async (_, collect, name) => {
    await fc.assert(
      fc.asyncProperty(spoiled(name), async (text) => {
        const seen = await collect(answering(text, name), never).catch((error: unknown) => error);
        if (seen instanceof CollectError) expect(seen.partial).toMatchObject({ up: 1 });
        else if (seen instanceof NotAnswering) expect(seen.results).toEqual({ up: 0 });
        else expect(seen).toMatchObject({ up: 1 });
        const tree = seen instanceof CollectError ? seen.partial : seen;
        expect(JSON.stringify(keysOf(tree as Metrics))).not.toMatch(/\\[bfnrtu]/);
      }),
      { numRuns: 60 },
    );
  });
});

/** Every key of a tree, at any depth. */
function keysOf(tree: unknown): string[] {
  if (typeof tree !== 'object' || tree === null) return [];
  const inner = Object.values(tree).flatMap(keysOf);
  return Array.isArray(tree) ? inner : [...Object.keys(tree), ...inner];
}

describe('a million lines', () => {
  test('are no page of nginx', () => {
    expect(parseStubStatus(million(' 1 2 3'))).toBeUndefined();
    expect(parseStubStatus(' '.repeat(10 * MEBIBYTE))).toBeUndefined();
  });

  test('are read of Apache as far as a page is long', () => {
    expect(parseModStatus(`${million('a: 1')}BusyWorkers: 1\n`)).toBeUndefined();
    const board = '_'.repeat(10 * MEBIBYTE);
    expect(parseModStatus(`BusyWorkers: 1\nScoreboard: ${board}\n`)).toMatchObject({
      scoreboard: { waiting: 10 * MEBIBYTE },
    });
  });

  test('are more servers than HAProxy has', () => {
    const status = parseHaproxy(`# pxname,svname,status\n${million('a,b,UP')}`, []);
    expect(status?.parts).toHaveLength(49_999);
    expect(parseHaproxy(million('Name: HAProxy'), [])).toBeUndefined();
    const quotes = `# pxname,svname,status\na,${'"'.repeat(10 * MEBIBYTE)},UP\n`;
    expect(parseHaproxy(quotes, [])?.parts).toEqual([]);
  });

  test('are more than memcached knows of itself', () => {
    expect(() => parseStats(million('STAT a 1'))).toThrow('the answer of memcached has no end');
  });

  test('are more metrics than a RabbitMQ has', () => {
    const build = 'rabbitmq_build_info{rabbitmq_version="1"} 1';
    expect(metricsTree(`${million('a 1')}${build}\n`)).toBeUndefined();
    expect(metricsTree(`${build}\n${million(`rabbitmq_build_info{${'x'.repeat(8)}`)}`)).toMatchObject({
      rabbitmq_version: '1',
    });
    expect(metricsTree(`rabbitmq_build_info{${'x'.repeat(10 * MEBIBYTE)}\n`)).toBeUndefined();
  });
});

describe('a hundred thousand entries', () => {
  const entries = Array.from({ length: 100_000 }, (_, at) => ({
    name: `n${at}`,
    vhost: '/',
    messages: at,
    consumers: 0,
  }));

  test('are more nodes than are shown', () => {
    const seen = nodesTree(entries.map((entry) => ({ ...entry, partitions: [entry.name, entry.name] })));
    expect(Object.keys(seen['nodes'] as Metrics)).toHaveLength(200);
    expect(seen['partitions']).toHaveLength(200);
  });

  test.each([
    ['at once', entries, 5_000],
    ['on a page', { items: entries, page_count: 1 }, 500],
  ])('%s are more queues than are counted', (_, answer, counted) => {
    const { queues } = queuePage(answer) ?? { queues: [] };
    const seen = queuesTree(queues);
    expect(seen['queues_without_consumers']).toBe(counted);
    expect(Object.keys((seen['queues'] as { '/': Metrics })['/'])).toHaveLength(20);
  });
});
