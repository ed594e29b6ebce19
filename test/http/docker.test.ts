import { expect, test } from 'vitest';
import { dockerPart } from '../../src/agent/docker-part.ts';
import docker from '../../src/collectors/docker.ts';
import { version1 } from '../support/cgroup-trees.ts';
import { SimulatedClock } from '../support/clock.ts';
import { look } from '../support/collecting.ts';
import { FakeDocker, filesOf, idOf, WEB } from '../support/docker.ts';
import { bodyOf, collector, fakeApi, fakeParts } from './fake-parts.ts';

const SECOND = { name: 'web2', image: 'nginx:1.27', pid: 4_243 };
const USED = { cpuS: 1, readBytes: 1_000_000 };

/** The second container is accounted for by version 1 of control groups. */
function filesOfBoth(used: typeof USED): Record<string, string> {
  const path = `/docker/${idOf(SECOND)}`;
  return {
    ...filesOf(WEB, used),
    '/proc/4243/cgroup': `4:memory:${path}\n2:cpu,cpuacct:${path}\n7:blkio:${path}\n8:pids:${path}\n`,
    '/proc/4243/net/dev': '',
    ...version1(path, used),
  };
}

/** The API of a node with two containers of one image, after two looks of the collector 10 s apart. */
async function api(engine: FakeDocker) {
  engine.containers = [WEB, SECOND];
  const clock = new SimulatedClock();
  const files = filesOfBoth(USED);
  const host = engine.host({ files, clock });
  const collect = docker.configure({});
  await look(collect, host);
  await clock.runAsync(8_000);
  Object.assign(files, filesOfBoth({ cpuS: 6, readBytes: 2_000_000 }));
  let results = await look(collect, host);
  const collected = () => collector('docker', { results });
  return {
    ask: fakeApi(fakeParts({ docker: dockerPart({ host, socket: () => '', collected }) })),
    collect: async () => {
      results = await look(collect, host);
    },
  };
}

test('tells of the engine', async () => {
  const { ask } = await api(new FakeDocker());
  expect(await bodyOf(await ask('/docker'))).toEqual({
    enabled: true,
    connected: true,
    version: '28.2.2',
    api: '1.50',
    containers: 2,
    images: 2,
  });
});

test('shows containers without their environment', async () => {
  const { ask } = await api(new FakeDocker());
  const web = {
    id: idOf(WEB),
    name: 'web.1',
    image: 'nginx:1.27',
    state: 'running',
    created: '2023-11-14T22:15:00.000000000Z',
    started: '2023-11-14T22:15:01.000000000Z',
    labels: { 'opsbro.service': 'web' },
    ports: ['80/tcp -> 0.0.0.0:8080', '443/tcp'],
    networks: { bridge: '172.17.0.2' },
    mounts: [{ source: '/srv/www', destination: '/usr/share/nginx/html', writable: false }],
    restart_count: 2,
    health: 'healthy',
  };
  const all = await ask('/docker/containers');
  expect(await bodyOf(all)).toMatchObject({ [idOf(WEB)]: web, [idOf(SECOND)]: { name: 'web2', health: null } });
  expect(await bodyOf(await ask(`/docker/containers/${idOf(WEB)}`))).toEqual(web);
  expect((await ask('/docker/containers/none')).status).toBe(404);
  expect((await ask('/docker/containers/..%2Fversion')).status).toBe(400);
});

test('leaves out a container that goes while the others are asked after', async () => {
  const engine = new FakeDocker();
  const { ask } = await api(engine);
  engine.gone = SECOND;
  const answer = await ask('/docker/containers');
  expect(answer.status).toBe(200);
  expect(Object.keys((await bodyOf(answer)) as object)).toEqual([idOf(WEB)]);
});

test('shows images, and one by its tag or a beginning of its id', async () => {
  const { ask } = await api(new FakeDocker());
  const nginx = {
    id: 'sha256:aaaa',
    tags: ['nginx:1.27'],
    created: 1_700_000_000,
    size_bytes: 192_000_000,
    labels: { maintainer: 'nginx' },
  };
  expect(await bodyOf(await ask('/docker/images'))).toMatchObject([nginx, { tags: [], labels: {} }]);
  for (const id of ['nginx:1.27', 'sha256:aaaa', 'aa']) {
    expect(await bodyOf(await ask(`/docker/images/${id}`))).toEqual(nginx);
  }
  expect((await ask('/docker/images/none')).status).toBe(404);
});

test('explains what containers use by type and unit, whatever the version of control groups, and sums by image', async () => {
  const engine = new FakeDocker();
  const { ask, collect } = await api(engine);
  const both = {
    'memory.rss': { value: 33_554_432, type: 'gauge', unit: 'bytes' },
    'memory.cache': { value: 29_360_128, type: 'gauge', unit: 'bytes' },
    'cpu.user': { value: 25, type: 'rate', unit: 'percent' },
    'cpu.pct': { value: 50, type: 'rate', unit: 'percent' },
    'io.read_bytes/s': { value: 100_000, type: 'rate', unit: 'bytes/s' },
    pids: { value: 3, type: 'gauge', unit: '' },
  };
  expect(await bodyOf(await ask('/docker/stats'))).toMatchObject({
    containers: { [idOf(WEB)]: both, [idOf(SECOND)]: both },
    images: { 'nginx:1.27': { 'cpu.pct': { value: 100 }, 'memory.rss': { value: 67_108_864 }, pids: { value: 6 } } },
  });

  engine.containers = [WEB];
  engine.events = [{ Type: 'container', Action: 'die', Actor: { ID: idOf(SECOND) } }];
  await collect();
  const after = (await bodyOf(await ask('/docker/stats'))) as { containers: object };
  expect(Object.keys(after.containers)).toEqual([idOf(WEB)]);
});

test('says that no engine is here', async () => {
  const ask = fakeApi();
  expect(await bodyOf(await ask('/docker'))).toMatchObject({ connected: false, containers: 0 });
  for (const path of ['containers', 'containers/x', 'images', 'images/x', 'stats']) {
    const answer = await ask(`/docker/${path}`);
    expect([path, answer.status]).toEqual([path, 404]);
    expect(JSON.stringify(await bodyOf(answer))).toContain('docker is not running here');
  }
});
