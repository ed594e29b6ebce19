import { afterEach, expect, test } from 'vitest';
import docker from '../../src/collectors/docker.ts';
import type { Metrics } from '../../src/model/metrics.ts';
import { NotAnswering, NotEligible } from '../../src/plugins/outcomes.ts';
import { SimulatedClock } from '../support/clock.ts';
import { look } from '../support/collecting.ts';
import { type FakeContainer, FakeDocker, filesOf, idOf, WEB } from '../support/docker.ts';
import { fakeHost, never, systemError } from '../support/host.ts';

const clock = new SimulatedClock();
const SOCKET = { '/var/run/docker.sock': '' };
const engine = new FakeDocker();

afterEach(() => {
  Object.assign(engine, { containers: [], events: [], stats: {}, failure: undefined });
  engine.asked.length = 0;
});

const branch = (tree: Metrics, ...path: string[]): Metrics =>
  path.reduce<Metrics>((place, key) => place[key] as Metrics, tree);

test('counts containers by state, and tells of those that run', async () => {
  engine.containers = [WEB, { name: 'db', state: 'paused' }, { name: 'old', state: 'exited' }];
  const tree = await look(
    docker.configure({}),
    engine.host({ files: filesOf(WEB, { cpuS: 1, readBytes: 1_000 }), clock }),
  );
  expect(tree).toMatchObject({
    up: 1,
    version: '28.2.2',
    api_version: '1.50',
    running: 1,
    paused: 1,
    stopped: 1,
    total: 3,
    images: 2,
    containers: {
      'web.1': {
        id: idOf(WEB),
        image: 'nginx:1.27',
        state: 'running',
        health: 'healthy',
        restart_count: 2,
        started_at: '2023-11-14T22:15:01.000000000Z',
        memory: { usage: 67_108_864, rss: 33_554_432 },
        pids: 3,
      },
    },
  });
  expect(tree).not.toHaveProperty('events/s');
  expect(branch(tree, 'containers', 'web.1')).not.toHaveProperty('cpu');
  expect(branch(tree, 'containers', 'web.1', 'memory')).not.toHaveProperty('limit');
  expect(JSON.stringify(tree)).not.toContain('hunter2');
});

test('has rates from the second look on, and sums by image', async () => {
  const second: FakeContainer = { name: 'web2', image: 'nginx:1.27', pid: 4_243 };
  engine.containers = [WEB, second];
  const files = { ...filesOf(WEB, { cpuS: 1, readBytes: 1_000 }), ...filesOf(second, { cpuS: 1, readBytes: 1_000 }) };
  const collect = docker.configure({});
  const host = engine.host({ files, clock });
  const start = clock.now();
  await look(collect, host);
  await clock.runAsync(10_000 - (clock.now() - start));
  Object.assign(files, filesOf(WEB, { cpuS: 6, readBytes: 2_001_000 }));
  engine.events = [{ Type: 'container', Action: 'start', Actor: { ID: 'x' } }];
  const tree = await look(collect, host);

  expect(tree['events/s']).toBe(0.1);
  expect(branch(tree, 'containers', 'web.1')).toMatchObject({
    cpu: { pct: 50, user: 25, system: 25 },
    io: { 'read_bytes/s': 200_000, 'write_bytes/s': 0 },
    net: { 'rx_bytes/s': 200_000, 'tx_bytes/s': 0 },
  });
  expect(branch(tree, 'images.nginx:1.27')).toMatchObject({
    memory: { usage: 2 * 67_108_864 },
    cpu: { pct: 50 },
    pids: 6,
  });
});

test('asks everything of a container once, again when an event tells of it, and all anew after a minute', async () => {
  engine.containers = [WEB];
  const collect = docker.configure({});
  const host = engine.host({ files: filesOf(WEB, { cpuS: 1, readBytes: 1_000 }), clock });
  const inspections = () =>
    engine.asked.filter((path) => path.endsWith('/json') && path.startsWith('/containers/')).length;
  const counts: number[] = [];
  for (const events of [[], [], [{ Type: 'container', Actor: { ID: idOf(WEB) } }], []]) {
    engine.events = events;
    await look(collect, host);
    counts.push(inspections());
  }
  await clock.runAsync(60_000);
  await look(collect, host);
  expect([...counts, inspections()]).toEqual([1, 1, 2, 2, 3]);
});

test('asks the engine for what a container uses where the kernel does not show it', async () => {
  engine.containers = [WEB];
  engine.stats = {
    memory_stats: { usage: 200, limit: 400, stats: { anon: 100, file: 50, inactive_file: 40, pgfault: 7 } },
    cpu_stats: {
      cpu_usage: { total_usage: 2e9, usage_in_usermode: 1e9, usage_in_kernelmode: 1e9 },
      throttling_data: { periods: 0, throttled_periods: 0 },
    },
    blkio_stats: {
      io_service_bytes_recursive: [
        { op: 'Read', value: 5 },
        { op: 'write', value: 6 },
      ],
    },
    networks: { eth0: { rx_bytes: 1, tx_bytes: 2 } },
    pids_stats: { current: 4 },
  };
  // Within a container of our own, that number is of a process of ours.
  const files = { ...SOCKET, '/proc/4242/cgroup': '0::/elsewhere\n', '/proc/meminfo': 'MemTotal: 1000 kB\n' };
  const collect = docker.configure({});
  const host = engine.host({ files, clock });
  const first = await look(collect, host);
  expect(branch(first, 'containers', 'web.1')).toMatchObject({
    memory: { usage: 200, limit: 400, working_set: 160, pct: 40, rss: 100, cache: 50 },
    pids: 4,
  });
  await clock.runAsync(8_000);
  Object.assign(engine.stats, { cpu_stats: { cpu_usage: { total_usage: 3e9 } } });
  expect(branch(await look(collect, host), 'containers', 'web.1', 'cpu')['pct']).toBe(10);
});

test('more containers than wanted are only counted', async () => {
  engine.containers = Array.from({ length: 15 }, (_, at) => ({ name: `c${at}` }));
  const tree = await look(docker.configure({ max_containers: 12 }), engine.host({ files: SOCKET, clock }));
  expect(tree).toMatchObject({ running: 15, total: 15 });
  expect(Object.keys(branch(tree, 'containers')).length).toBe(12);
});

test('that no engine answers is a result; that it may not be asked says which group helps', async () => {
  await expect(look(docker.configure({}), fakeHost({ clock }))).rejects.toThrow(NotAnswering);
  engine.failure = systemError('EACCES', 'connect EACCES /var/run/docker.sock');
  const refused = look(docker.configure({}), engine.host({ files: SOCKET, clock }));
  await expect(refused).rejects.toThrow(NotEligible);
  await expect(refused).rejects.toThrow('add the user of the agent to the group docker');
});

test.each([
  ['no JSON', 'the engine answers no JSON to /version'],
  ['{"message": "x"}', 'Version'],
])('an engine that answers %s is an error', async (text, message) => {
  const pages = { 'http://docker/version': { body: Buffer.from(text) } };
  await expect(look(docker.configure({}), fakeHost({ files: SOCKET, clock, pages }))).rejects.toThrow(message);
});

test('what the engine refuses is told in its own words', async () => {
  const pages = { 'http://docker/version': { status: 500, body: Buffer.from('{"message": "daemon is broken"}') } };
  await expect(docker.configure({})(fakeHost({ files: SOCKET, pages }), never)).rejects.toThrow(
    'the engine answers 500: daemon is broken',
  );
});
