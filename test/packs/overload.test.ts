import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
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
