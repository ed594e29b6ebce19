import { expect, test } from 'vitest';
import { z } from 'zod';
import { parameterOf, setParameter } from '../../src/packs/edit-parameters.ts';
import { packFiles } from './files.ts';

type Value = Parameters<typeof setParameter>[1]['value'];

const AT = new Date(2026, 0, 2, 3, 4, 5).getTime();
const CHANGED = '# CHANGE: (2026-01-02 03:04:05)';

const PARAMETERS = `# When it hurts.
# In percent.
critical: 95
ratio: 0.5
on: true
words: [a]
api_key: ""
threshold:
  memory: 90
`;

const GLOBAL = 'data/global-configuration/parameters/web.yml';
const LOCAL = 'data/local-configuration/parameters/web.yml';
const COPY = 'data/local-configuration/packs/web';

/** A shipped pack named web, whose plugin takes a port, with further files. */
async function web(more: Readonly<Record<string, string>> = {}) {
  const files = packFiles({
    'etc/packs/global/web/package.yml': 'name: web',
    'etc/packs/global/web/parameters/parameters.yml': PARAMETERS,
    ...more,
  });
  const options = new Map([
    ['web', z.object({ port: z.int().min(1).default(80) })],
    ['bare', z.object({ port: z.int().default(80) })],
  ]);
  const load = () => files.load({ builtIn: { options, names: new Set(['web']) } });
  const shelves = async () => ({ packs: (await load()).packs, data: files.data, options });
  const nameOf = (written: string) => {
    const [level = '', pack = '', ...key] = written.split('.');
    return { level, pack, key: key.join('.') };
  };
  return {
    ...files,
    async set(name: string, value: Value, unknown: 'refuse' | 'take' = 'refuse') {
      const { file, shown } = await setParameter(nameOf(name), { value, unknown, at: AT }, await shelves());
      return { file: files.short(file), shown };
    },
    async get(name: string) {
      const found = await parameterOf(nameOf(name), await shelves());
      return { ...found, file: files.short(found.file) };
    },
    inEffect: async () => (await load()).packs.find(({ overloadedBy }) => overloadedBy === null)?.parameters,
    [Symbol.dispose]: () => files[Symbol.dispose](),
  };
}

test('without a copy at the level the value stands above the pack, and is in effect', async () => {
  using world = await web();
  expect(await world.set('global.web.critical', 80)).toEqual({ file: GLOBAL, shown: '80' });
  expect(world.read(GLOBAL)).toBe(`critical: 80\n${CHANGED} SET critical → 80\n`);
  expect(await world.inEffect()).toMatchObject({ critical: 80, ratio: 0.5 });
  expect(world.read('etc/packs/global/web/parameters/parameters.yml')).toBe(PARAMETERS);
});

test('with a copy at the level its file is changed, and nothing else in it', async () => {
  using world = await web({
    [`${COPY}/package.yml`]: 'name: web',
    [`${COPY}/parameters/parameters.yml`]: PARAMETERS,
  });
  const file = `${COPY}/parameters/parameters.yml`;
  expect(await world.set('local.web.api_key', 'abc')).toEqual({ file, shown: '******' });
  expect(world.read(file)).toBe(
    `${PARAMETERS.replace('api_key: ""', 'api_key: abc')}${CHANGED} SET api_key → ******\n`,
  );
  expect(await world.get('local.web.api_key')).toMatchObject({ file, value: 'abc', shown: '******' });
});

test('the password of a URI is told by nobody, and is written down', async () => {
  using world = await web();
  const done = await world.set('local.web.uri', 'http://me:abc@host/', 'take');
  expect(done).toEqual({ file: LOCAL, shown: 'http://me:******@host/' });
  expect(world.read(LOCAL)).toBe(`uri: http://me:abc@host/\n${CHANGED} SET uri → http://me:******@host/\n`);
});

test('a value is set where the level has it already, so that it counts', async () => {
  using world = await web({
    [`${COPY}/package.yml`]: 'name: web',
    [`${COPY}/parameters/parameters.yml`]: PARAMETERS,
    [`${COPY}/parameters/z.yml`]: 'ratio: 0.6\n',
    [LOCAL]: 'critical: 70\n',
  });
  expect((await world.set('local.web.critical', 60)).file).toBe(LOCAL);
  expect((await world.set('local.web.ratio', 0.7)).file).toBe(`${COPY}/parameters/z.yml`);
  expect((await world.set('local.web.port', 81)).file).toBe(`${COPY}/parameters/parameters.yml`);
  expect(await world.inEffect()).toMatchObject({ critical: 60, ratio: 0.7, port: 81 });
});

test('a value within a map is set without losing those beside it', async () => {
  using world = await web();
  await world.set('zone.web.threshold.memory', 50);
  await world.set('zone.web.threshold.other', 1, 'take');
  expect(await world.inEffect()).toMatchObject({ threshold: { memory: 50, other: 1 } });
});

test('what is taken away counts as if it had never been set', async () => {
  using world = await web({ [LOCAL]: '# why\ncritical: 70\nratio: 0.1\n' });
  await world.set('local.web.critical', undefined);
  expect(world.read(LOCAL)).toBe(`# why\nratio: 0.1\n${CHANGED} REMOVE critical\n`);
  expect(await world.inEffect()).toMatchObject({ critical: 95, ratio: 0.1 });
});

test.each<[string, [name: string, value: Value], string, RegExp]>([
  [
    'a word for a number',
    ['global.web.critical', 'banana'],
    'invalid_config',
    /^web\.critical: .*expected int, got "banana"/,
  ],
  ['a bool for a number', ['global.web.critical', true], 'invalid_config', /expected int, got true/],
  ['a fraction for a whole number', ['global.web.critical', 1.5], 'invalid_config', /expected int, got 1\.5/],
  ['a word for a list', ['global.web.words', 'a'], 'invalid_config', /expected list, got "a"/],
  ['what the plugin does not take', ['global.web.port', 0], 'invalid_config', /^web\.port: .*got 0/],
  ['a secret of the wrong type', ['local.web.api_key', 12], 'invalid_config', /expected string, got \*{6}/],
  ['a slip of the pen', ['global.web.critcal', 1], 'not_found', /no parameter "critcal"; did you mean "critical"\?/],
  ['another pack', ['global.wen.critical', 1], 'not_found', /no pack is named "wen"; did you mean "web"\?/],
  [
    'a plugin without a pack',
    ['local.bare.port', 1],
    'not_found',
    /no pack is named "bare", .*opsbro packs create bare$/,
  ],
  ['another level', ['globl.web.critical', 1], 'bad_request', /"globl" is no level .*did you mean "global"\?/],
  ['what is shipped', ['core.web.critical', 1], 'forbidden', /set it at global, zone or local/],
])('refuses %s and writes nothing', async (_, [name, value], code, message) => {
  using world = await web();
  await expect(world.set(name, value)).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
  expect(world.has('data')).toBe(false);
});

test.each<[string, string, Value]>([
  ['a whole number for a fraction', 'global.web.ratio', 1],
  ['the place of a value for any type', 'global.web.critical', `$${'{env:CRITICAL}'}`],
  ['what nobody knows, when told to', 'global.web.mine', [1, 2]],
])('takes %s', async (_, name, value) => {
  using world = await web();
  await world.set(name, value, 'take');
  expect((await world.get(name)).value).toEqual(value);
});

test('a file that is broken stays as it is', async () => {
  using world = await web({ [LOCAL]: 'critical: [\n' });
  await expect(world.set('local.web.critical', 1)).rejects.toMatchObject({ code: 'invalid_config' });
  expect(world.read(LOCAL)).toBe('critical: [\n');
});

test('a level that says nothing answers what is in effect, with the comments of where it says so', async () => {
  using world = await web({ [GLOBAL]: '# ours\nratio: 0.9\n' });
  expect(await world.get('global.web.ratio')).toMatchObject({ file: GLOBAL, value: 0.9, comments: ['# ours'] });
  expect(await world.get('global.web.critical')).toMatchObject({
    file: 'etc/packs/global/web/parameters/parameters.yml',
    value: 95,
    comments: ['# When it hurts.', '# In percent.'],
  });
  expect(await world.get('local.web.ratio')).toMatchObject({ value: 0.9 });
  expect(await world.get('local.web.port')).toMatchObject({ file: 'default', value: 80 });
  await expect(world.get('local.web.prot')).rejects.toMatchObject({ code: 'not_found' });
});
