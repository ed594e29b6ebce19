import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from 'vitest';
import { type ConfigSources, loadConfig } from '../../src/config/load.ts';
import { problemLine } from '../../src/model/pack.ts';

const made: string[] = [];
afterEach(async () => {
  for (const directory of made.splice(0)) await rm(directory, { recursive: true });
});

const SHIPPED = fileURLToPath(new URL('../../etc', import.meta.url));
const RULES = { checkFields: ['critical_if', 'warning_if', 'script'], expressionFaults: () => [] };

/** Loads files given by path, with their directory left out of what is answered. */
async function load(files: Readonly<Record<string, string>>, more: Partial<ConfigSources> = {}) {
  const directory = await mkdtemp(join(tmpdir(), 'opsbro-config-'));
  made.push(directory);
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(directory, path)), { recursive: true });
    await writeFile(join(directory, path), text);
  }
  const loaded = await loadConfig({ directory, shipped: SHIPPED, env: {}, rules: RULES, ...more });
  const relative = (text: string) => text.replaceAll(`${directory}/`, '');
  return {
    ...loaded,
    lines: loaded.problems.map((problem) => `${problem.level} ${relative(problemLine(problem))}`),
    origins: Object.fromEntries([...loaded.origins].map(([key, origin]) => [key, relative(origin)])),
  };
}

test('without any file the node keeps a store and answers names for itself', async () => {
  const { config, problems } = await load({});
  expect(problems).toEqual([]);
  expect(config.groups).toEqual(['kv', 'dns-listener']);
  expect(config.http).toMatchObject({ port: 6770, bind: ['127.0.0.1', '::1'], max_body: 8 * 1024 * 1024 });
});

test('files that only hold checks change nothing of that', async () => {
  const check = 'check:\n  if_group: linux\n  critical_if: "True"\n';
  expect((await load({ 'threads.yml': check })).config.groups).toEqual(['kv', 'dns-listener']);
  expect((await load({ 'groups.yml': 'groups: [web]\n' })).config.groups).toEqual(['web']);
});

test('with a file, what it does not say has its default', async () => {
  const { config } = await load({ 'agent.yml': 'display_name: front\n' });
  expect(config).toMatchObject({ display_name: 'front', groups: [], port: 6768, node_zone: 'internet' });
});

test('dashes and underscores are the same, and durations and sizes are read', async () => {
  const { config, problems } = await load({
    'zones/dc1.yml': 'zone: {name: dc1}\n',
    'agent.yml':
      'node-zone: dc1\nhttp: {max-body: 64k}\ncollectors: {cpustats: {interval: 1m30s}}\ngossip: {probe_interval: 2}\n',
  });
  expect(problems).toEqual([]);
  expect(config.node_zone).toBe('dc1');
  expect(config.http.max_body).toBe(65_536);
  expect(config.collectors).toEqual({ cpustats: { interval: 90_000 } });
  expect(config.gossip.probe_interval).toBe(2_000);
});

test('one wrong key is reported with its place, and never drops the rest', async () => {
  const { config, lines } = await load({
    'agent.yml':
      'port: banana\nhttp:\n  prot: 1\n  port: 7000\ndns: [1]\nlog_level: DEBG\nseeds: [a, "b c"]\ngroups: web\n',
  });
  expect(lines).toEqual([
    'error agent.yml:1:1: port: wrong value (expected a port from 0 (any free one) to 65535, got "banana")',
    'error agent.yml:3:3: http.prot: unknown key; did you mean "port"?',
    'error agent.yml:5:1: dns: wrong value (expected a map, got the list [1])',
    'error agent.yml:6:1: log_level: wrong value (expected one of ERROR, WARNING, INFO, DEBUG, or a map from parts of the agent to these, got "DEBG"); did you mean "DEBUG"?',
    'error agent.yml:7:1: seeds: wrong value (expected a list of host, host:port or [v6]:port, got the list ["a","b c"])',
  ]);
  expect(config).toMatchObject({ port: 6768, http: { port: 7000 }, groups: ['web'] });
});

test('an unknown key close to a known one is an error, any other is a free variable', async () => {
  const { lines, variables } = await load({
    'agent.yml': 'groupps: [a]\nmailq_warn: 3\nload: {warning: 5}\nvariables:\n  prot: 1\n',
  });
  expect(lines).toEqual([
    'error agent.yml:1:1: groupps: unknown key (a free variable of this name stands below "variables"); did you mean "groups"?',
  ]);
  expect(variables).toEqual({ mailq_warn: 3, load: { warning: 5 }, prot: 1 });
});

test('the command line counts before the environment, that before files, later files before earlier ones', async () => {
  const files = {
    'agent.yml': 'port: 1\nhttp: {port: 1}\ndns: {port: 1}\nname: a\n',
    'z.yml': 'http: {port: 2}\ndns: {port: 2}\nname: b\n',
  };
  const env = { OPSBRO_DNS__PORT: '3', OPSBRO_NAME: 'c', OPSBRO_HOME: '/x', OPSBRO_NODE_ID: 'y' };
  const { config, origins, problems } = await load(files, { env, flags: new Map([['name', 'd']]) });
  expect(problems).toEqual([]);
  expect([config.port, config.http.port, config.dns.port, config.name]).toEqual([1, 2, 3, 'd']);
  expect(origins).toEqual({
    port: 'agent.yml:1',
    'http.port': 'z.yml:1',
    'dns.port': 'environment OPSBRO_DNS__PORT',
    name: 'command line',
  });
});

test('groups and seeds of several files unite; those of the environment replace them', async () => {
  const files = { 'agent.yml': 'groups: [a]\nseeds: [x]', 'b/c.yml': 'groups: [b, a]\nseeds: y' };
  expect((await load(files)).config).toMatchObject({ groups: ['a', 'b'], seeds: ['x', 'y'] });
  expect((await load(files, { env: { OPSBRO_GROUPS: 'c, d' } })).config.groups).toEqual(['c', 'd']);
});

test.each([
  ['OPSBRO_INSECURE', 'true', 'insecure', true],
  ['OPSBRO_HTTP__PORT', 'off', 'http.port', 'off'],
  ['OPSBRO_BIND', '127.0.0.2,127.0.0.3', 'bind', ['127.0.0.2', '127.0.0.3']],
  ['OPSBRO_DISPLAY_NAME', '007', 'display_name', '007'],
  ['OPSBRO_KV__MAX_VALUE', '2MB', 'kv.max_value', 2 * 1024 * 1024],
])('the environment sets %s=%s', async (name, value, key, expected) => {
  const { config, problems } = await load({}, { env: { [name]: value } });
  expect(problems).toEqual([]);
  expect(key.split('.').reduce<unknown>((at, part) => (at as Record<string, unknown>)[part], config)).toEqual(expected);
});

test('a wrong value in the environment names the variable', async () => {
  const { lines, fatal } = await load({}, { env: { OPSBRO_PORT: 'x' } });
  expect(lines).toEqual([
    'error environment OPSBRO_PORT: port: wrong value (expected a port from 0 (any free one) to 65535, got "x")',
  ]);
  expect(fatal).toHaveLength(1);
});

test('a broken agent.yml forbids to start; another broken file does not', async () => {
  const other = await load({ 'agent.yml': 'port: 1', 'b.yml': 'a: "x' });
  expect([other.problems.length, other.fatal.length, other.config.port]).toEqual([1, 0, 1]);
  const main = await load({ 'agent.yml': 'a: "x', 'b.yml': 'port: 1' });
  expect([main.problems.length, main.fatal.length, main.config.port]).toEqual([1, 1, 1]);
});

test('packs, templates, keys and leftovers of editors are not read; links are followed once', async () => {
  const broken = 'a: "x';
  const { problems, files } = await load({
    'packs/a/x.yml': broken,
    'templates/x.yml': broken,
    'zone_keys/x.yml': broken,
    'tokens.yml': broken,
    '.hidden.yml': broken,
    'a.yml~': broken,
    'a.yml.bak': broken,
    'sub/packs/b.yml': 'port: 1',
  });
  expect(problems).toEqual([]);
  expect(files).toHaveLength(1);
  const [directory = ''] = made;
  await symlink(directory, join(directory, 'sub', 'loop'));
  expect((await loadConfig({ directory, shipped: SHIPPED, env: {}, rules: RULES })).files).toHaveLength(1);
});

test('what has the name of a file to read and is none is named', async () => {
  await load({ 'agent.yml': 'port: 1\n' });
  const [directory = ''] = made;
  await symlink('/nowhere', join(directory, 'gone.yml'));
  await symlink('/nowhere', join(directory, 'gone.txt'));
  const { problems, files } = await loadConfig({ directory, shipped: SHIPPED, env: {}, rules: RULES });
  expect(files).toHaveLength(1);
  expect(problems.map(problemLine)).toEqual([
    `${join(directory, 'gone.yml')}: is no file, or a link to none, and left out`,
  ]);
});

test('objects become those of the pack local, and agent keys beside them are read as well', async () => {
  const { config, objects, problems } = await load({
    'agent.yml': 'port: 1\ndetector: {interval: 5s, apply_if: "True", groups: [linux]}\n',
    'checks.yml': 'check:\n  - {critical_if: "1 == 1", mailq: {warning: 1}}\n  - {script: check_x, if_group: linux}\n',
    'handler.yml': 'handler: {type: email, contacts: [a@example.org]}',
  });
  expect(problems).toEqual([]);
  expect(config.port).toBe(1);
  expect(
    objects.map(({ type: object, id: at, packName, line, definition }) => ({
      object,
      at,
      packName,
      line,
      ...definition,
    })),
  ).toEqual([
    {
      object: 'detector',
      at: 'local/agent',
      packName: 'local',
      line: 2,
      interval: '5s',
      apply_if: 'True',
      add_groups: ['linux'],
    },
    {
      object: 'check',
      at: 'local/checks#1',
      packName: 'local',
      line: 2,
      critical_if: '1 == 1',
      mailq: { warning: 1 },
    },
    { object: 'check', at: 'local/checks#2', packName: 'local', line: 3, script: 'check_x', if_group: 'linux' },
    {
      object: 'handler',
      at: 'local/handler',
      type: 'mail',
      id: 'mail',
      packName: 'local',
      line: 1,
      contacts: ['a@example.org'],
    },
  ]);
});

test('objects of the early days may be indented by tabs, with a warning; nothing else may', async () => {
  const old = await load({ 'check.yml': 'check:\n\tinterval: 10s\n\tcritical_if: "False"\n' });
  expect(old.lines).toEqual([
    'warning check.yml:2:1: tab used for indentation; read as 4 columns, as the objects of the early days were written',
  ]);
  expect(old.objects).toHaveLength(1);
  const other = await load({ 'agent.yml': 'http:\n\tport: 1\n' });
  expect(other.lines).toEqual(['error agent.yml:2:1: tab used for indentation; YAML needs spaces']);
});

test('secrets are not printed in messages', async () => {
  const { lines } = await load({ 'a.yml': 'gossip: {tags: {api_token: [hunter2]}}' });
  expect(lines.join()).not.toContain('hunter2');
});
