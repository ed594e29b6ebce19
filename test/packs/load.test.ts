import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { problemLine } from '../../src/model/pack.ts';
import { loadPacks, type PackSources } from '../../src/packs/load.ts';

const made: string[] = [];
afterEach(async () => {
  for (const directory of made.splice(0)) await rm(directory, { recursive: true });
});

const RULES = { checkFields: ['critical_if', 'warning_if', 'script'], expressionFaults: () => [] };

/** Loads packs from files given by path; `etc/` is what is shipped, `data/` the data directory. */
async function load(files: Readonly<Record<string, string>>, more: Partial<PackSources> = {}) {
  const directory = await mkdtemp(join(tmpdir(), 'opsbro-packs-'));
  made.push(directory);
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(directory, path)), { recursive: true });
    await writeFile(join(directory, path), text);
  }
  const sources = { shipped: join(directory, 'etc'), data: join(directory, 'data') };
  const set = await loadPacks({ ...sources, local: { directory, objects: [] }, rules: RULES, ...more });
  return {
    ...set,
    lines: set.problems.map((problem) => `${problem.level} ${problemLine(problem).replaceAll(`${directory}/`, '')}`),
    list: set.packs.map(
      ({ level, name, overloadedBy }) => `${level}.${name}${overloadedBy ? ` < ${overloadedBy}` : ''}`,
    ),
    ids: set.objects.map(({ type, id, packLevel }) => `${type} ${id} ${packLevel}`),
  };
}

const WEB = 'etc/packs/global/web';
const RULE = 'detector: {apply_if: "True", add_groups: [web]}';

test('the identity of a pack is its name, and its objects are known by their paths', async () => {
  const { list, ids, lines, packs } = await load({
    [`${WEB}/package.yml`]: 'name: website\nversion: 1.10\ndescription: d\nkeywords: [a]\ntopics: [monitoring]',
    [`${WEB}/detectors/a/b.yml`]: RULE,
    [`${WEB}/monitoring/c.yaml`]: 'check: {if_group: web, script: check_x}',
    [`${WEB}/readme.md`]: 'text',
    'etc/packs/global/none/detectors/a.yml': RULE,
  });
  expect(lines).toEqual([
    'notice etc/packs/global/none: has no package.yml, so it is no pack and nothing in it is read',
  ]);
  expect(list).toEqual(['global.website']);
  expect(packs[0]).toMatchObject({ version: '1.10', description: 'd', keywords: ['a'], topics: ['monitoring'] });
  expect(ids).toEqual(['detector website/a/b global', 'check website/c global']);
});

test('of packs with one name the most specific counts, whole, and the others are marked', async () => {
  const { list, ids, packs } = await load({
    [`${WEB}/package.yml`]: 'name: web',
    [`${WEB}/detectors/a.yml`]: RULE,
    [`${WEB}/parameters/p.yml`]: 'x: 1',
    'data/global-configuration/packs/w/package.yml': 'name: web',
    'data/zone-configuration/packs/w/package.yml': 'name: web',
    'data/zone-configuration/packs/w/detectors/b.yml': RULE,
  });
  expect(list).toEqual(['global.web < zone', 'global.web < zone', 'zone.web']);
  expect(ids).toEqual(['detector web/b zone']);
  expect(packs[2]?.parameters).toEqual({});
});

test('two packs of one name side by side: the first stays, the other is an error that names both', async () => {
  const { list, lines } = await load({
    'etc/packs/core/a/package.yml': 'name: x',
    'etc/packs/core/b/package.yml': 'name: x',
  });
  expect(list).toEqual(['core.x']);
  expect(lines).toEqual([
    expect.stringMatching(
      /^error etc\/packs\/core\/b\/package.yml:1:1: name: the name "x" is taken by .*core\/a; this pack is left out$/,
    ),
  ]);
});

test('a parameter set above the pack counts before its own: local, zone, global, pack', async () => {
  const { packs, lines } = await load({
    [`${WEB}/package.yml`]: 'name: web',
    [`${WEB}/parameters/a.yml`]: 'a: 1\nb: 1\nc: 1\nd: 1\nmap: {x: 1, y: 1}\nlist: [1, 2]',
    [`${WEB}/parameters/b.yml`]: 'e: 1\na: 2',
    'data/global-configuration/parameters/web.yml': 'b: 3\nc: 3\nd: 3',
    'data/zone-configuration/parameters/web.yml': 'c: 4\nd: 4',
    'data/local-configuration/parameters/web.yml': 'd: 5\nmap: {y: 5}\nlist: [5]',
  });
  expect(lines).toEqual([]);
  expect(packs[0]?.parameters).toEqual({ a: 2, b: 3, c: 4, d: 5, e: 1, map: { x: 1, y: 5 }, list: [5] });
});

test.each<[string, Record<string, string>, string[]]>([
  [
    'a pack without a name',
    { 'package.yml': 'version: 1' },
    ['error package.yml:1:1: name: is missing; a pack is known by its name'],
  ],
  [
    'a misspelt key of a pack',
    { 'package.yml': 'name: web\nkeyword: [a]' },
    ['warning package.yml:2:1: keyword: unknown key; did you mean "keywords"?'],
  ],
  [
    'a pack that needs another',
    { 'package.yml': 'name: web\ndependencies: {core: ">=1.0", db: "*"}' },
    ['error package.yml:2:31: dependencies.db: no pack is named "db"'],
  ],
  [
    'a misspelt field',
    { 'detectors/a.yml': `detector:\n    apply_if: "True"\n    groups: x\n    intervall: 1s` },
    ['warning detectors/a.yml:4:5: detector.intervall: unknown key; did you mean "interval"?'],
  ],
  [
    'a wrong duration',
    { 'detectors/a.yml': 'detector: {apply_if: "True", groups: x, interval: 5 minutes}' },
    ['error detectors/a.yml:1:41: detector.interval: "5 minutes" is not a duration; write 5m'],
  ],
  [
    'a missing rule',
    { 'detectors/a.yml': 'detector: {groups: x}' },
    ['error detectors/a.yml:1:1: detector.apply_if: is missing (expected an expression)'],
  ],
  [
    'a key of elsewhere',
    { 'monitoring/a.yml': 'chekc: {script: x}' },
    [
      'error monitoring/a.yml:1:1: chekc: key "chekc" is not known here (expected check or service or zone_service); did you mean "check"?',
    ],
  ],
  [
    'a check with nothing to run',
    { 'monitoring/a.yml': 'check: {if_group: x, http: {}}' },
    ['error monitoring/a.yml:1:1: check: check has nothing to run (expected one of critical_if, warning_if, script)'],
  ],
  [
    'a slip of the pen in a check',
    { 'monitoring/a.yml': 'check: {if_group: x, critcal_if: "1", script: a, exit_text: free}' },
    ['warning monitoring/a.yml:1:22: check.critcal_if: unknown key; did you mean "critical_if"?'],
  ],
  [
    'a check for no group',
    { 'monitoring/a.yml': 'check: {script: a}' },
    [
      'warning monitoring/a.yml:1:1: check: no if_group: this check never runs; write if_group: "*" to run it everywhere',
    ],
  ],
  [
    'tabs',
    { 'detectors/a.yml': 'detector:\n\tapply_if: x' },
    ['error detectors/a.yml:2:1: tab used for indentation; YAML needs spaces'],
  ],
])('reports %s', async (_, files, expected) => {
  const all = Object.entries({ 'package.yml': 'name: web', ...files }).map(([path, text]) => [`${WEB}/${path}`, text]);
  const { lines } = await load(Object.fromEntries(all));
  expect(lines.map((line) => line.replace(`${WEB}/`, ''))).toEqual(expected);
});

test('a wrong object is left out, and nothing else', async () => {
  const { ids, lines } = await load({
    [`${WEB}/package.yml`]: 'name: web',
    [`${WEB}/detectors/a.yml`]: `detector:\n  - {groups: x}\n  - ${RULE.slice(10)}\n`,
    [`${WEB}/detectors/b.yml`]: 'detector: "x',
    [`${WEB}/detectors/c.yml`]: RULE,
  });
  expect(ids).toEqual(['detector web/a#2 global', 'detector web/c global']);
  expect(lines).toHaveLength(2);
});

test('a service brings its check, for its own groups', async () => {
  const { objects, ids } = await load({
    [`${WEB}/package.yml`]: 'name: web',
    [`${WEB}/monitoring/b.yml`]: 'service: {if_group: web, check: {script: b}}',
  });
  expect(ids).toEqual(['service web/b global', 'check service:web/b global']);
  expect(objects[1]?.definition).toEqual({ script: 'b', if_group: 'web' });
});

test('a broken expression is a warning, as it is harmless until it is evaluated', async () => {
  const expressionFaults = (text: string) => (text.includes('!') ? [{ message: 'unexpected "!"' }] : []);
  const { lines, ids } = await load(
    {
      [`${WEB}/package.yml`]: 'name: web',
      [`${WEB}/monitoring/a.yml`]:
        'check:\n  if_group: web\n  critical_if: "True"\n  warning_output: "!"\n  variables:\n    x: "!"\n',
    },
    { rules: { ...RULES, expressionFaults } },
  );
  expect(ids).toHaveLength(1);
  expect(lines.map((line) => line.replace(`${WEB}/`, ''))).toEqual([
    'warning monitoring/a.yml:6:5: check.variables.x: unexpected "!"',
    'warning monitoring/a.yml:4:3: check.warning_output: unexpected "!"',
  ]);
});
