import { expect, test } from 'vitest';
import { z } from 'zod';
import { packFiles } from './files.ts';

const OPTIONS = z.object({
  port: z.int().min(1).default(80),
  url: z.string().describe('Where it is.'),
  note: z.string().optional(),
});
const PLUGIN = { builtIn: { options: new Map([['web', OPTIONS]]), names: new Set(['web']) } };
const OWN = 'etc/packs/global/web/parameters/parameters.yml';
const ABOVE = 'data/local-configuration/parameters/web.yml';
const SOUND = 'port: 1\nurl: http://a\n';

test.each<[string, Record<string, string>, string[]]>([
  ['what fits', { [OWN]: SOUND }, []],
  [
    'an option of the wrong type',
    { [OWN]: 'url: a\nport: "80"\n' },
    [`error ${OWN}:2:1: port: wrong value (expected int, got "80")`],
  ],
  ['an option of the wrong type that is put right above', { [OWN]: 'url: a\nport: x\n', [ABOVE]: 'port: 2' }, []],
  [
    'an option that does not fit above',
    { [OWN]: SOUND, [ABOVE]: '# why\nport: 0\n' },
    [`error ${ABOVE}:2:1: port: wrong value (expected int, got 0)`],
  ],
  ['an option that has to be set', { [OWN]: 'port: 1\n' }, [`error ${OWN}: url: is missing (expected string)`]],
  ['one that is set to nothing', { [OWN]: 'url: null\n' }, [`error ${OWN}:1:1: url: is missing (expected string)`]],
  ['what has to be set, in a pack that is off', { [OWN]: 'enabled: false\n' }, []],
  [
    'what a group switches on',
    { [OWN]: 'enabled: false\nenabled_if_group: web\n' },
    [`error ${OWN}: url: is missing (expected string)`],
  ],
  [
    'a slip of the pen',
    { [OWN]: SOUND, [ABOVE]: 'prot: 1\n' },
    [`warning ${ABOVE}:1:1: prot: this pack has no parameter of that name; did you mean "port"?`],
  ],
  [
    'a parameter of the pack with another type',
    { [OWN]: `${SOUND}limit: 1\n`, [ABOVE]: 'limit: a\n' },
    [`warning ${ABOVE}:1:1: limit: wrong value (expected int, got "a")`],
  ],
])('%s', async (_, files, expected) => {
  using world = packFiles({ 'etc/packs/global/web/package.yml': 'name: web', ...files });
  expect((await world.load(PLUGIN)).lines).toEqual(expected);
});

test('every parameter is told with what it is and who says so', async () => {
  using world = packFiles({
    'etc/packs/global/web/package.yml': 'name: web',
    [OWN]: `${SOUND}list: [a]\nmap: {x: 0.5}\n`,
    [ABOVE]: 'port: 2\nmap: {x: 1}\n',
  });
  const [pack] = (await world.load(PLUGIN)).packs;
  const told = pack?.settings.map(({ key, value, defaultValue, type, source, isValid }) => [
    ...[key, value, defaultValue, type],
    ...[world.short(source), isValid],
  ]);
  expect(told).toEqual([
    ['list', ['a'], ['a'], 'list', `${OWN}:3`, true],
    ['map.x', 1, 0.5, 'float', `${ABOVE}:2`, true],
    ['note', undefined, undefined, 'string', 'default', true],
    ['port', 2, 80, 'int', `${ABOVE}:1`, true],
    ['url', 'http://a', 'http://a', 'string', `${OWN}:2`, true],
  ]);
});
