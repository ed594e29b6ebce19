import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { agents, type RunningAgent } from '../support/agent.ts';

const pool = agents();
let agent: RunningAgent;

/** A pack with a program of the early days, which leaves a mark when it is run. */
function writePacks(local: string): void {
  const files = {
    'packs/early/package.yml': 'name: early\n',
    'packs/early/collectors/collector_early.py': `open("${local}/MARK", "w")\n`,
    'packs/odd/package.yml': 'version: 1\n',
    'packs/tested/package.yml': 'name: tested\n',
    'packs/tested/monitoring/dummy.yml': `check:
  if_group: linux
  interval: 1s
  critical_if: "1 == 1"
  critical_output: "'CRITICAL OUTPUT'"
  warning_if: "0 == 2"
  warning_output: "'WARNING: OUTPUT"
`,
    'packs/tested/monitoring/nowhere.yml': 'check:\n  interval: 1s\n  critical_if: "True"\n',
    'packs/tested/detectors/tested.yml': `detector:
  - {apply_if: "True", add_groups: ["a, b ,c"]}
  - {apply_if: "True", add_groups: ["zone::{{collector.nope.x}}"]}
  - {apply_if: "{{collector.nope.x}} == 'a'", add_groups: [never]}
  - {apply_if: "True", add_groups: ["{{parameters.names}}"]}
`,
    'packs/tested/parameters/parameters.yml': 'names: [x, y]\n',
  };
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(local, path)), { recursive: true });
    writeFileSync(join(local, path), text);
  }
}

beforeAll(async () => {
  agent = pool.start('packs-1');
  writePacks(join(agent.home, 'data/local-configuration'));
  await agent.ready();
});
afterAll(() => pool[Symbol.asyncDispose]());

const local = (path: string): string => join(agent.home, 'data/local-configuration', path);
const check = async (id: string) => (await agent.json('check', 'show', id)) as Record<string, unknown>;

test('every pack is there by level and name, and a broken one hinders no other', async () => {
  const packs = (await (await fetch(`http://127.0.0.1:${agent.ports.http}/packs`)).json()) as Record<
    string,
    Record<string, { name: string; problems: { message: string }[] }[]>
  >;
  expect(packs['global']?.['hypervisor']?.[0]?.name).toBe('hypervisor');
  expect(Object.keys(packs['local'] ?? {})).toEqual(expect.arrayContaining(['early', 'tested']));
  const problems = await (await fetch(`http://127.0.0.1:${agent.ports.http}/config/problems`)).text();
  expect(problems).toContain('is missing; a pack is known by its name');
});

test('Python is never run, and one notice says so', async () => {
  const { stdout } = await agent.opsbro('packs', 'show', 'early');
  expect(stdout.match(/Python is never run/g)).toHaveLength(1);
  expect(existsSync(local('MARK'))).toBe(false);
});

test('what detectors give is filled in, and what is missing gives nothing and is told', async () => {
  const groups = async () => ((await agent.json('agent', 'info')) as { groups_all: string[] }).groups_all;
  await expect.poll(groups, { timeout: 10_000 }).toEqual(expect.arrayContaining(['a', 'b', 'c', 'x', 'y']));
  expect((await groups()).filter((group) => /never|None|^zone::$|^$/.test(group))).toEqual([]);
  const state = await agent.opsbro('detectors', 'run');
  expect(state.stdout + state.stderr).toContain('collector.nope.x is missing');
});

test('a broken text that is never needed hinders no check; a check for no group never runs', async () => {
  await expect
    .poll(async () => await check('tested/dummy'), { timeout: 10_000 })
    .toMatchObject({ state: 'critical', output: 'CRITICAL OUTPUT' });
  const validated = await agent.opsbro('config', 'validate', local('packs/tested/monitoring/dummy.yml'));
  expect(validated.code).toBe(0);
  expect(validated.stdout).toMatch(
    /dummy\.yml:7:\d+: warning: check\.warning_output: .*\n1 files, 1 objects, 0 errors, 1 /,
  );
  const states = (await agent.json('monitoring', 'state')) as { checks: Record<string, unknown> };
  expect(Object.keys(states.checks)).not.toContain('tested/nowhere');
});

test('a pack is copied to another level once, and only upwards', async () => {
  const overload = async (...words: string[]) => (await agent.opsbro('packs', 'overload', ...words)).code;
  expect(await overload('global.grafana')).toBe(0);
  expect(readdirSync(local('packs/grafana'))).toContain('package.yml');
  expect(await overload('global.grafana')).toBe(2);
  expect(await overload('global.nope')).toBe(2);
  expect(await overload('grafana')).toBe(2);
  expect(await overload('global.grafana', '--to-level', 'core')).toBe(2);
  expect((await agent.opsbro('packs', 'list')).stdout).toMatch(/global > grafana .*\(overloaded by → local\)/);
  expect((await agent.opsbro('packs', 'diff', 'grafana')).stdout).toContain('no difference');
});

test('a secret is set in the copy, keeps its comments, and is told only to who may read it', async () => {
  const file = local('packs/grafana/parameters/parameters.yml');
  const comments = readFileSync(file, 'utf8').match(/^#.*$/gm) ?? [];
  const { code, stdout } = await agent.opsbro('packs', 'parameters', 'set', 'local.grafana.api_key', 'abc');
  expect([code, stdout]).toEqual([0, `OK: grafana.api_key (${file}) SET api_key → ******\n`]);
  const text = readFileSync(file, 'utf8');
  expect(text).toMatch(/^api_key: abc$/m);
  for (const comment of comments) expect(text).toContain(comment);
  expect(text).toMatch(/\n# CHANGE: \(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\) SET api_key → \*{6}\n$/);
  const got = await agent.opsbro('packs', 'parameters', 'get', 'local.grafana.api_key');
  expect(got.stdout.split('\n')[0]).toBe('local.grafana.api_key → abc');
  expect(await (await fetch(`http://127.0.0.1:${agent.ports.http}/packs`)).text()).not.toContain('"abc"');
});

test('a threshold is refused when it is none, else it counts at once and the check keeps what it knows', async () => {
  await expect.poll(async () => (await check('linux/memory'))['state'], { timeout: 15_000 }).not.toBe('pending');
  const before = await check('linux/memory');
  const refused = await agent.opsbro('packs', 'parameters', 'set', 'global.linux.memory_critical', 'banana');
  expect([refused.code, refused.stderr]).toEqual([2, expect.stringMatching(/linux\.memory_critical: .*expected int/)]);
  const overlay = join(agent.home, 'data/global-configuration/parameters/linux.yml');
  expect(existsSync(overlay)).toBe(false);

  expect((await agent.opsbro('packs', 'parameters', 'set', 'global.linux.memory_critical', '0')).code).toBe(0);
  await expect.poll(async () => (await check('linux/memory'))['state'], { timeout: 10_000 }).toBe('critical');
  expect(await check('linux/memory')).toMatchObject({ state: 'critical', old_state: before['state'] });
  expect(readFileSync(overlay, 'utf8')).toMatch(/^memory_critical: 0\n# CHANGE: .* SET memory_critical → 0\n$/);
});
