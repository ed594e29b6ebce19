import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { fakeAgent, opsbro, refused } from '../support/cli.ts';
import { tempDirectory } from '../support/temp.ts';

const packOf = (level: string, name: string, more: object = {}) => ({
  level,
  name,
  version: '1',
  description: '',
  keywords: [],
  topics: [],
  overloaded_by: null,
  objects: {},
  parameters: {},
  problems: [],
  errors: [],
  ...more,
});

const parameter = (value: unknown, more: object = {}) => ({
  value,
  default_value: 90,
  have_default: true,
  is_default: false,
  is_missing: false,
  is_valid: true,
  source: '/p.yml:1',
  ...more,
});

const PACKS = {
  core: {},
  global: {
    linux: [
      packOf('global', 'linux', {
        parameters: {
          warn: parameter(80),
          same: parameter(90, { is_default: true }),
          wrong: parameter('x', { is_valid: false }),
          none: parameter(null, { is_missing: true, is_valid: false, have_default: false, default_value: null }),
        },
        problems: [{ level: 'error', file: '/a.yml', line: 1, column: 2, path: 'check', message: 'odd' }],
      }),
    ],
    'linux.more': [packOf('global', 'linux.more')],
  },
  zone: {},
  local: {},
};

const EDITED = { file: '/p.yml', changed: true, shown: '80', restart_needed: [], errors: [] };

test('packs show tells how each parameter stands, and what is wrong with its place', async () => {
  await using agent = await fakeAgent({ 'GET /packs': PACKS });
  const { out } = await opsbro('packs show linux', agent);
  expect(out).toContain(
    '  warn = 80 (default=90)\n  same = 90 (is default)\n  wrong = x INVALID\n  none = null MISSING\n' +
      '  error: /a.yml:1:2: check: odd\n',
  );
  expect((await opsbro('packs parameters list global.linux', agent)).out).toMatch(
    /global\.linux\.warn +80 +90 +\/p\.yml:1/,
  );
  expect(await opsbro('packs parameters list global.linus', agent)).toMatchObject({ code: 2 });
  expect((await opsbro('packs parameters list local.linux', agent)).err).toContain('are listed as global.linux');
});

test('packs parameters set sends YAML for the longest known name of a pack', async () => {
  await using agent = await fakeAgent({
    'GET /packs': PACKS,
    'PUT /packs/parameters/global/linux/warn': EDITED,
    'PUT /packs/parameters/local/linux.more/a.b': { ...EDITED, shown: '[ a ]', restart_needed: ['port'] },
    'DELETE /packs/parameters/global/linux/warn': { ...EDITED, shown: '' },
  });
  expect(await opsbro('packs parameters set global.linux.warn 80', agent)).toMatchObject({
    code: 0,
    out: 'OK: linux.warn (/p.yml) SET warn → 80\n',
  });
  expect((await opsbro('packs parameters set local.linux.more.a.b [a] --force', agent)).out).toBe(
    'OK: linux.more.a.b (/p.yml) SET more.a.b → [ a ]\nrestart needed: port\n',
  );
  expect((await opsbro('packs parameters unset global.linux.warn', agent)).out).toBe(
    'OK: linux.warn (/p.yml) REMOVE warn\n',
  );
  expect(agent.asked().filter((asked) => !asked.startsWith('GET'))).toEqual([
    'PUT /packs/parameters/global/linux/warn {"value":80,"force":false}',
    'PUT /packs/parameters/local/linux.more/a.b {"value":["a"],"force":true}',
    'DELETE /packs/parameters/global/linux/warn',
  ]);
});

test('packs parameters get shows the value and the comments above it', async () => {
  await using agent = await fakeAgent({
    'GET /packs': PACKS,
    'GET /packs/parameters/global/linux/warn': { file: '/p.yml', value: 80, comments: ['# one', '# two'] },
  });
  expect((await opsbro('packs parameters get global.linux.warn', agent)).out).toBe(
    'global.linux.warn → 80\n  | # one\n  | # two\n',
  );
});

test.each([
  ['packs parameters get linux', 2, /names no pack of a level|names no parameter/],
  ['packs parameters set global.linux 1', 2, /names no parameter; write LEVEL\.PACK\.KEY/],
  ['packs overload grafana', 2, /write LEVEL\.NAME, such as global\.linux/],
  ['packs overload global.nope', 2, /no pack of the level global/],
  ['packs overload global.linux --to-level core', 2, /no higher level/],
])('%s ends with %i', async (line, code, message) => {
  await using agent = await fakeAgent({
    'GET /packs': PACKS,
    'POST /packs/overload': line.includes('nope')
      ? refused(404, 'not_found', 'no pack of the level global is named "nope"')
      : refused(400, 'bad_request', 'core is no higher level than global'),
  });
  expect(await opsbro(line, agent)).toMatchObject({ code, out: '', err: expect.stringMatching(message) });
});

test('packs overload tells where the copy is', async () => {
  await using agent = await fakeAgent({ 'POST /packs/overload': { dir: '/data/linux', level: 'local' } });
  expect((await opsbro('packs overload global.linux', agent)).out).toBe(
    'SUCCESS: Pack linux (from level global) is now overload at level local in the directory /data/linux\n',
  );
  expect(agent.asked()).toEqual(['POST /packs/overload {"level":"global","pack":"linux","to":"local"}']);
});

test('packs diff compares a copy with what it overloads', async () => {
  using directory = tempDirectory();
  const [original, copy] = [join(directory.path, 'a'), join(directory.path, 'b')];
  for (const [path, text] of [
    [join(original, 'package.yml'), 'name: linux\n'],
    [join(original, 'parameters/p.yml'), 'warn: 90\n'],
    [join(copy, 'package.yml'), 'name: linux\n'],
    [join(copy, 'parameters/p.yml'), 'warn: 80\n'],
  ] as const) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
  await using agent = await fakeAgent({
    'GET /packs': {
      ...{ core: {}, zone: {} },
      global: {
        linux: [packOf('global', 'linux', { dir: original, overloaded_by: 'local' })],
        web: [packOf('global', 'web')],
      },
      local: { linux: [packOf('local', 'linux', { dir: copy })] },
    },
  });
  expect(await opsbro('packs diff linux', agent)).toMatchObject({
    code: 0,
    out:
      `global > linux (${original})\nlocal > linux (${copy})\n` +
      'changed: parameters/p.yml\n-0001: warn: 90\n+0001: warn: 80\n',
  });
  expect(await opsbro('packs diff web', agent)).toMatchObject({
    code: 2,
    err: expect.stringContaining('overloads no other'),
  });
  expect(await opsbro('packs diff lnux', agent)).toMatchObject({
    code: 2,
    err: expect.stringContaining('no pack is named'),
  });
});

test('packs create makes a pack, in a home without an agent too', async () => {
  using directory = tempDirectory();
  const situation = { home: directory.path };
  const made = await opsbro('packs create shop', situation);
  expect(made.code).toBe(0);
  const pack = join(directory.path, 'data/local-configuration/packs/shop');
  expect(made.out).toBe(`OK: Pack shop is made in the directory ${pack}\n`);
  expect(existsSync(join(pack, 'package.yml'))).toBe(true);
  expect(await opsbro('packs create shop', situation)).toMatchObject({
    code: 2,
    err: expect.stringContaining('already'),
  });
  expect(await opsbro(`packs check ${pack}`, situation)).toMatchObject({
    code: 0,
    out: '4 files, 2 objects, 0 errors, 0 warnings\n',
  });
});
