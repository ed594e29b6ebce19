import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { changeList, changeSetting, settingComments } from '../../src/config/settings-edit.ts';
import type { Yaml } from '../../src/model/pack.ts';
import { tempDirectory } from '../support/temp.ts';

const AT = new Date(2026, 0, 2, 3, 4, 5).getTime();
const CHANGED = '# CHANGE: (2026-01-02 03:04:05)';
const SHIPPED = fileURLToPath(new URL('../../etc', import.meta.url));
const RULES = { checkFields: ['script'], expressionFaults: () => [] };

/** A configuration directory with these files, and the ways to change it. */
function settings(files: Readonly<Record<string, string>>) {
  const temporary = tempDirectory();
  const directory = temporary.path;
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), text);
  }
  const load = () => loadConfig({ directory, shipped: SHIPPED, env: {}, rules: RULES });
  const change = async () => ({ directory, loaded: await load(), at: AT });
  const short = <T extends { readonly file: string }>(done: T) => ({
    ...done,
    file: done.file.replace(`${directory}/`, ''),
  });
  return {
    load,
    set: async (key: string, value: Yaml | undefined) => short(await changeSetting(key, value, await change())),
    list: async (how: 'ADD' | 'REMOVE', list: string, item: string) =>
      short(await changeList({ list, item, how }, await change())),
    read: (path: string): string => readFileSync(join(directory, path), 'utf8'),
    has: (path: string): boolean => existsSync(join(directory, path)),
    [Symbol.dispose]: () => temporary[Symbol.dispose](),
  };
}

test('a setting is changed in the file where it counts, by the name it has there', async () => {
  using world = settings({
    'agent.yml': '# head\ndisplay-name: a # mine\nhttp:\n  port: 1\n',
    'conf.d/z.yml': 'http: {port: 2}\n',
  });
  expect(await world.set('display_name', 'b')).toEqual({ file: 'agent.yml', changed: true, shown: 'b' });
  expect((await world.set('http.port', 3)).file).toBe('conf.d/z.yml');
  expect(world.read('agent.yml')).toBe(
    `# head\ndisplay-name: b # mine\nhttp:\n  port: 1\n${CHANGED} SET display_name → b\n`,
  );
  const { config, problems } = await world.load();
  expect(problems).toEqual([]);
  expect(config).toMatchObject({ display_name: 'b', http: { port: 3 } });
});

test('a setting that stands nowhere goes into agent.yml, which is made if need be', async () => {
  using world = settings({});
  expect(await world.set('dns.port', 5300)).toMatchObject({ file: 'agent.yml', changed: true });
  expect(world.read('agent.yml')).toBe(
    `groups: [ kv, dns-listener ]\ndns:\n  port: 5300\n${CHANGED} SET dns.port → 5300\n`,
  );
});

test('the first setting of an agent that nobody has configured does not end what it did without a file', async () => {
  using world = settings({});
  const before = (await world.load()).config.groups;
  await world.set('statsd.enabled', true);
  expect((await world.load()).config).toMatchObject({ groups: before, statsd: { enabled: true } });
  expect(before).toContain('kv');
});

test('a setting that is taken away has its default again; one that is not there changes nothing', async () => {
  using world = settings({ 'agent.yml': 'port: 1\nname: a\n' });
  expect(await world.set('port', undefined)).toMatchObject({ changed: true, shown: '' });
  expect(await world.set('log_level', undefined)).toMatchObject({ changed: false });
  expect((await world.load()).config.port).toBe(6768);
});

test.each<[string, Yaml, string, RegExp]>([
  ['port', 'banana', 'invalid_config', /^port: wrong value \(expected a port .*got "banana"\)/],
  ['prot', 1, 'not_found', /there is no setting "prot"; did you mean "port"\?/],
  ['http.prot', 1, 'not_found', /there is no setting "http\.prot"; did you mean "http\.port"\?/],
  ['groups', ['a'], 'bad_request', /groups is a list; use agent parameters add and remove/],
  ['log_level', 'DEBG', 'invalid_config', /did you mean "DEBUG"\?/],
])('refuses %s = %j and writes nothing', async (key, value, code, message) => {
  using world = settings({});
  await expect(world.set(key, value)).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
  expect(world.has('agent.yml')).toBe(false);
});

test('the first item that is added keeps those that counted without a file', async () => {
  using world = settings({});
  expect(await world.list('ADD', 'groups', 'web')).toEqual({ file: 'agent.yml', changed: true, shown: 'web' });
  expect((await world.load()).config.groups).toEqual(['kv', 'dns-listener', 'web']);
  expect(await world.list('ADD', 'groups', 'web')).toMatchObject({ changed: false });
  expect(world.read('agent.yml').match(/ADD groups → web/g)).toHaveLength(1);
});

test('an item is taken out of every file that has it', async () => {
  using world = settings({ 'agent.yml': 'groups: # ours\n  - a # first\n  - b\n', 'z.yml': 'groups: [b, c]\n' });
  expect(await world.list('REMOVE', 'groups', 'b')).toMatchObject({ changed: true, shown: 'b' });
  expect((await world.load()).config.groups).toEqual(['a', 'c']);
  expect(world.read('agent.yml')).toBe(`groups: # ours\n  - a # first\n${CHANGED} REMOVE groups → b\n`);
  expect(await world.list('REMOVE', 'groups', 'b')).toMatchObject({ changed: false });
});

test.each([
  ['port', '1', 'bad_request', /port is no list; use agent parameters set/],
  ['seeds', 'a b', 'invalid_config', /^seeds: wrong value \(expected a list of host/],
  ['group', 'a', 'not_found', /did you mean "groups"\?/],
])('refuses to add to %s what is not fitting', async (list, item, code, message) => {
  using world = settings({});
  await expect(world.list('ADD', list, item)).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
  expect(world.has('agent.yml')).toBe(false);
});

test('the comments above a setting are told, where it stands in a file', async () => {
  using world = settings({ 'agent.yml': '# one\n# two\nport: 1\n' });
  const { origins } = await world.load();
  expect(await settingComments(origins.get('port') ?? '')).toEqual(['# one', '# two']);
  expect(await settingComments('command line')).toEqual([]);
});
