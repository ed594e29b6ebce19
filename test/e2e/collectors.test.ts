import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { RunningAgent } from '../support/agent.ts';
import { tempDirectory } from '../support/temp.ts';

const POLLSTER = `import { definePollster, z } from 'opsbro/plugins';
export default definePollster({
  name: 'rooms',
  description: 'Samples the rooms of the test.',
  namespace: 'node',
  meters: [{ name: 'room.doors', type: 'gauge', unit: 'door', meaning: 'Doors of a room.' }],
  options: z.object({ doors: z.int().default(1).describe('How many there are.') }),
  configure: ({ doors }) => async function* () {
    yield { name: 'room.doors', type: 'gauge', unit: 'door', volume: doors, resourceId: 'hall' };
  },
});
`;

const temporary = tempDirectory();
const home = join(temporary.path, 'home');
let agent: RunningAgent;

function install(files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    const file = join(home, 'data/local-configuration', path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
}

const start = () => new RunningAgent(home, { OPSBRO_NAME: 'watcher' }, { launcher: [process.execPath] }).ready();

beforeAll(async () => {
  install({
    'packs/rooms/package.yml': 'name: rooms\n',
    'packs/rooms/pollsters/rooms.js': POLLSTER,
    'packs/rooms/parameters/parameters.yml': 'doors: 3\n',
  });
  agent = await start();
}, 30_000);

afterAll(async () => {
  await agent[Symbol.asyncDispose]();
  temporary[Symbol.dispose]();
});

test('what the machine shows is there within seconds of the start', async () => {
  for (const name of ['iostats', 'cpustats', 'networktraffic']) {
    expect(await agent.opsbro('collectors', 'wait-ok', name, '--timeout', '12')).toMatchObject({ code: 0 });
  }
  expect((await agent.opsbro('collectors', 'show', 'cpustats')).stdout).toContain(
    'collector.cpustats.cpu_all.%idle = ',
  );
  expect((await agent.opsbro('collectors', 'show', 'iostats')).stdout).toContain('.read_bytes/s = ');
}, 40_000);

test('a collector is run now; one that is unknown is not', async () => {
  const { code, stdout } = await agent.opsbro('collectors', 'run', 'loadaverage');
  expect(code).toBe(0);
  for (const key of ['load1', 'load5', 'load15'])
    expect(stdout).toMatch(new RegExp(`loadaverage\\.${key} = [\\d.]+\\n`));
  expect(await agent.opsbro('collectors', 'run', 'loadavrage')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('did you mean "loadaverage"?'),
  });
  expect((await agent.opsbro('collectors', 'state')).stdout).toMatch(/^ - loadaverage {11}/m);
}, 20_000);

test('a dashboard is drawn as plain text where there is no terminal', async () => {
  const { code, stdout } = await agent.opsbro('dashboards', 'show', 'linux', '--once');
  expect(code).toBe(0);
  for (const title of ['This Linux machine', 'General', 'CPU over time', 'Physical memory', 'Network']) {
    expect(stdout).toContain(title);
  }
  expect(stdout).not.toContain('\u001b');
  expect(stdout.split('\n').every((line) => [...line].length <= 80)).toBe(true);
}, 20_000);

test('a pollster of a pack is run, and its samples are shown and seen by expressions', async () => {
  const { stdout } = await agent.opsbro('pollsters', 'run', 'rooms');
  expect(stdout).toMatch(/^room\.doors +gauge +3 +door .* hall$/m);
  expect((await agent.opsbro('evaluator', 'eval', '{{collector.rooms.hall.room.doors}} + 1')).stdout).toMatch(/\n4\n$/);
  expect((await agent.opsbro('samples', 'show', '--meter', 'hardware.memory.*')).stdout).toContain(
    'hardware.memory.total',
  );
}, 20_000);

test('after a restart no group went and no collector has changed', async () => {
  const past = async (kind: string) => JSON.stringify(await agent.json(kind, 'history'));
  const [groups, collectors] = [await past('detectors'), await past('collectors')];
  expect(collectors).toContain('"name":"loadaverage","old_state":"pending","state":"ok"');
  agent.kill('SIGTERM');
  await agent.ended();
  agent = await start();
  await agent.opsbro('agent', 'wait-initialized');
  expect(await past('detectors')).toBe(groups);
  expect(await past('collectors')).toBe(collectors);
}, 60_000);
