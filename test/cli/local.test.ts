import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { loadPlugins } from '../../src/agent/plugins.ts';
import { Answered, fakeAgent, opsbro } from '../support/cli.ts';
import { tempDirectory } from '../support/temp.ts';

// To load all of them takes longer than a test may on a busy machine.
await loadPlugins();

const NOTE = 'note: no agent is running; looked at this machine directly\n';
const CONFIGURATION = `# the front
groups: [web]
check:
  if_group: web
  critical_if: "False"
`;

let home: string;

beforeEach(({ onTestFinished }) => {
  const folder = tempDirectory();
  onTestFinished(() => folder[Symbol.dispose]());
  home = folder.path;
  for (const name of ['etc', 'data']) mkdirSync(join(home, name));
  writeFileSync(join(home, 'etc/agent.yml'), CONFIGURATION);
  writeFileSync(join(home, 'data/server.key'), 'an-id\n');
  writeFileSync(join(home, 'data/last_name'), 'db-1\n');
});

/** Every file below a directory, with when it was written. */
const filesIn = (directory: string): string[] =>
  readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .map((file) => `${file} ${statSync(join(directory, file)).mtimeMs}`)
    .sort();

describe('without an agent', () => {
  test('what is written is read, and programs get the same JSON', async () => {
    const { code, out, err } = await opsbro('packs list --json', { home });
    expect({ code, err }).toEqual({ code: 0, err: NOTE });
    expect(Object.keys(JSON.parse(out))).toEqual(['core', 'global', 'zone', 'local']);
    expect(await opsbro('agent parameters get groups --quiet', { home })).toMatchObject({ code: 0, err: '' });
  });

  test('collectors and detectors run once, and nothing is kept of it', async () => {
    const before = filesIn(home);
    const { code, out, err } = await opsbro(['evaluator', 'eval', "[is_in_group('web'), get_group_missing]"], { home });
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain(NOTE);
    const value = await opsbro(['evaluator', 'eval', "is_in_group('linux') and is_in_group('web')", '--json'], {
      home,
    });
    expect(value).toEqual({ code: 0, out: 'true\n', err: NOTE });
    expect(filesIn(home)).toEqual(before);
  });

  test('collectors that wait for a group that is found have run too', async () => {
    const detector = "detector:\n  add_groups: [mongodb]\n  apply_if: 'True'\n";
    writeFileSync(join(home, 'etc/agent.yml'), CONFIGURATION + detector);
    const { out } = await opsbro('collectors state --json', { home });
    const states = new Map(JSON.parse(out).map(({ name, state }: Record<string, string>) => [name, state]));
    expect(states.get('mongodb')).toMatch(/^(ok|error)$/);
  });

  test('checks are run', async () => {
    const { out } = await opsbro('check list --json', { home });
    const checks = JSON.parse(out) as { name: string; state: string; last_check: number | null }[];
    expect(checks.find(({ name }) => name === 'local/agent')).toMatchObject({
      state: 'ok',
      last_check: expect.any(Number),
    });
    expect(await opsbro('check run local/agent --nagios', { home })).toMatchObject({ code: 0, err: NOTE });
  });

  test('errors are those of an agent', async () => {
    const missing = await opsbro(['evaluator', 'eval', '{{collector.nope.a}}'], { home });
    expect(missing).toMatchObject({ code: 3, out: '' });
    const unknown = await opsbro('packs parameters get local.nope.key', { home });
    expect(unknown).toMatchObject({ code: 2, out: '', err: expect.stringContaining(NOTE) });
  });

  test('a setting is changed in its file, and the rest of that stays', async () => {
    const { code, out, err } = await opsbro('agent parameters set display_name front', { home });
    expect({ code, err }).toEqual({ code: 0, err: NOTE });
    expect(out).toContain('SET display_name → front');
    const text = readFileSync(join(home, 'etc/agent.yml'), 'utf8');
    expect(text).toContain('# the front\n');
    expect(text).toMatch(/# CHANGE: \(.*\) SET display_name → front\n$/);
  });

  test('a configuration that no agent could start with is named with its file', async () => {
    writeFileSync(join(home, 'etc/agent.yml'), 'groupps: [web]\n');
    const { code, out, err } = await opsbro('packs list', { home });
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toMatch(/agent\.yml:1:1: .*did you mean "groups"/);
  });

  test('the pool, stores and the past stay out of reach', async () => {
    for (const line of ['gossip members', 'kv list', 'detectors history', 'agent info', 'monitoring state']) {
      expect(await opsbro(line, { home }), line).toMatchObject({ code: 1, out: '' });
    }
  });
});

describe('with an agent', () => {
  test('that one is asked', async () => {
    await using agent = await fakeAgent({ 'GET /packs': { core: {}, global: {}, zone: {}, local: {} } });
    expect(await opsbro('packs list', agent)).toEqual({ code: 0, out: '', err: '' });
  });

  test('--local does not ask it', async () => {
    await using agent = await fakeAgent({ 'GET /packs': { core: {}, global: {}, zone: {}, local: {} } });
    const { code, out, err } = await opsbro('packs list --local', agent);
    expect({ code, err }).toEqual({ code: 0, err: 'note: looked at this machine directly\n' });
    expect(out).toContain('linux');
    expect(agent.asked()).toEqual([]);
  });

  test('one that fails, and one that is named, is not stood in for', async () => {
    await using agent = await fakeAgent({ 'GET /packs': new Answered(500, 'no') });
    expect(await opsbro('packs list', agent)).toMatchObject({ code: 1, out: '' });
    expect(await opsbro('packs list --http 127.0.0.1:1', { home })).toMatchObject({ code: 1, out: '' });
  });
});

test('--local is refused where only an agent knows', async () => {
  expect(await opsbro('gossip members --local', { home })).toMatchObject({
    code: 2,
    err: 'error: opsbro gossip members needs an agent; --local is not possible\n',
  });
});
