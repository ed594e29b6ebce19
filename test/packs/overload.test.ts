import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { packDifference } from '../../src/packs/difference.ts';
import { overloadPack } from '../../src/packs/overload.ts';
import { packFiles } from './files.ts';

const WEB = {
  'etc/packs/global/w/package.yml': 'name: web\n',
  'etc/packs/global/w/parameters/parameters.yml': '# comment\nport: 1\n',
  'etc/packs/global/w/detectors/a/b.yml': 'detector: {apply_if: "True", add_groups: [web]}\n',
};

async function overload(world: ReturnType<typeof packFiles>, written: string, to = 'local') {
  const [level = '', pack = ''] = written.split('.');
  const { packs } = await world.load();
  const done = await overloadPack({ level, pack, to }, { packs, data: world.data });
  return world.short(done.directory);
}

test('a pack is copied whole to a higher level, by its name, and counts there', async () => {
  using world = packFiles(WEB);
  expect(await overload(world, 'global.web')).toBe('data/local-configuration/packs/web');
  const { packs, objects, lines } = await world.load();
  expect(lines).toEqual([]);
  expect(packs.map(({ level, overloadedBy }) => [level, overloadedBy])).toEqual([
    ['global', 'local'],
    ['local', null],
  ]);
  expect(objects.map(({ id, packLevel }) => [id, packLevel])).toEqual([['web/a/b', 'local']]);
  expect(world.read('data/local-configuration/packs/web/parameters/parameters.yml')).toBe('# comment\nport: 1\n');
  expect(readdirSync(world.at('data/local-configuration/packs'))).toEqual(['web']);
});

test('a copy may be copied higher', async () => {
  using world = packFiles(WEB);
  await overload(world, 'global.web', 'zone');
  expect(await overload(world, 'zone.web')).toBe('data/local-configuration/packs/web');
});

test.each<[string, [name: string, to: string], string, RegExp]>([
  ['to the same level', ['global.web', 'global'], 'bad_request', /global is no higher level than global/],
  ['to a lower level', ['global.web', 'core'], 'bad_request', /core is no higher level than global/],
  ['to no level', ['global.web', 'locl'], 'bad_request', /did you mean "local"\?/],
  ['from no level', ['glbal.web', 'local'], 'bad_request', /did you mean "global"\?/],
  ['of a pack that is not there', ['global.wep', 'local'], 'not_found', /did you mean "web"\?/],
  ['of a pack of another level', ['core.web', 'local'], 'not_found', /no pack of the level core is named "web"/],
])('refuses a copy %s', async (_, [name, to], code, message) => {
  using world = packFiles(WEB);
  await expect(overload(world, name, to)).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
  expect(world.has('data')).toBe(false);
});

test('what is there already is never written over, be it a pack or not', async () => {
  using world = packFiles({ ...WEB, 'data/local-configuration/packs/other/package.yml': 'name: web\n' });
  await expect(overload(world, 'global.web')).rejects.toMatchObject({ code: 'already_exists' });
  world.write('data/zone-configuration/packs/web/notes.txt', 'mine');
  await expect(overload(world, 'global.web', 'zone')).rejects.toMatchObject({ code: 'already_exists' });
  expect(readdirSync(world.at('data/zone-configuration/packs/web'))).toEqual(['notes.txt']);
});

test('a copy knows its original: what differs, and whether the original was changed since', async () => {
  using world = packFiles(WEB);
  const copy = await overload(world, 'global.web');
  const difference = () => packDifference(world.at('etc/packs/global/w'), world.at(copy));
  expect(await difference()).toEqual({ files: [], original_changed: false });

  world.write(`${copy}/parameters/parameters.yml`, '# comment\nport: 2\n');
  world.write(`${copy}/detectors/new.yml`, 'detector: {}\n');
  world.write('etc/packs/global/w/templates/a.tpl', 'text');
  expect(await difference()).toEqual({
    files: [
      { file: 'detectors/new.yml', change: 'added', lines: ['+0001: detector: {}'] },
      {
        file: 'parameters/parameters.yml',
        change: 'changed',
        lines: [' 0001: # comment', '-0002: port: 1', '+0002: port: 2'],
      },
      { file: 'templates/a.tpl', change: 'removed', lines: ['-0001: text'] },
    ],
    original_changed: true,
  });
});

test('a copy that somebody made by hand does not tell whether the original was changed', async () => {
  using world = packFiles({ ...WEB, 'data/local-configuration/packs/web/package.yml': 'name: web\n' });
  const by = async (origin: string) => {
    world.write('data/local-configuration/packs/web/.origin.json', origin);
    return await packDifference(world.at('etc/packs/global/w'), world.at('data/local-configuration/packs/web'));
  };
  expect((await by('{')).original_changed).toBeNull();
  expect((await by('{"level": 1}')).original_changed).toBeNull();
});
