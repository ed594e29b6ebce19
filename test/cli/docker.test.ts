import { expect, test } from 'vitest';
import { Answered, fakeAgent, opsbro } from '../support/cli.ts';

const ID = 'a'.repeat(64);
const CONTAINER = {
  id: ID,
  name: 'web',
  image: 'nginx:1.27',
  state: 'running',
  created: '',
  started: '',
  labels: {},
  ports: ['80/tcp -> 0.0.0.0:8080'],
  networks: {},
  mounts: [],
  restart_count: 2,
  health: null,
};
const VALUES = {
  pids: { value: 3, type: 'gauge', unit: '' },
  'memory.rss': { value: 4_096, type: 'gauge', unit: 'bytes' },
};
const AGENT = {
  'GET /agent/state': 'ok',
  'GET /docker/containers': { [ID]: CONTAINER },
  'GET /docker/images': [{ id: `sha256:${ID}`, tags: ['nginx:1.27'], created: 0, size_bytes: 1_500_000, labels: {} }],
};

test('docker show lists what containers use, and those of an image together', async () => {
  await using agent = await fakeAgent({
    ...AGENT,
    'GET /docker/stats': { containers: { [ID]: VALUES }, images: { 'nginx:1.27': VALUES } },
  });
  const values = ` - memory.rss:                    4096 bytes\n - pids:                          3\n`;
  const { code, out } = await opsbro('docker show', agent);
  expect(code).toBe(0);
  expect(out).toContain('Docker Stats');
  expect(out).toContain(`Container:aaaaaaaaaaaa (web)\n${values}Image:nginx:1.27 (sum)\n${values}`);
  expect((await opsbro('docker show --images', agent)).out).not.toContain('Container:');
  expect((await opsbro('docker show --containers', agent)).out).not.toContain('Image:');
  expect(JSON.parse((await opsbro('docker show --json', agent)).out)).toMatchObject({ containers: { [ID]: VALUES } });
});

test('docker show says that nothing runs', async () => {
  await using agent = await fakeAgent({ ...AGENT, 'GET /docker/stats': { containers: {}, images: {} } });
  expect(await opsbro('docker show', agent)).toMatchObject({
    code: 0,
    out: expect.stringContaining('No running containers'),
  });
});

test.each(['docker show', 'docker containers', 'docker images'])(
  '%s ends with 2 where there is no docker',
  async (line) => {
    const error = new Answered(404, { error: { code: 'not_found', message: 'docker is not running here: ENOENT' } });
    const routes = { 'GET /docker/stats': error, 'GET /docker/containers': error, 'GET /docker/images': error };
    await using agent = await fakeAgent({ ...AGENT, ...routes });
    expect(await opsbro(line, agent)).toMatchObject({
      code: 2,
      err: expect.stringContaining('docker is not running here'),
    });
  },
);

test('docker containers and docker images are tables', async () => {
  await using agent = await fakeAgent(AGENT);
  expect((await opsbro('docker containers', agent)).out).toMatch(
    /aaaaaaaaaaaa {2}web {3}running .* 2 {2}nginx:1\.27 {2}80\/tcp/,
  );
  expect((await opsbro('docker images', agent)).out).toMatch(/aaaaaaaaaaaa {2}1\.5 {2}.*nginx:1\.27/);
});
