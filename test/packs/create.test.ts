import { expect, test } from 'vitest';
import { createPack } from '../../src/packs/create.ts';
import { expressionFaults, groupFault, parametersIn } from '../../src/packs/expression-fault.ts';
import { functions } from '../support/expressions.ts';
import { packFiles } from './files.ts';

const RULES = {
  checkFields: ['critical_if'],
  expressionFaults: expressionFaults(functions),
  parametersIn: parametersIn(functions),
  groupFault,
};

test.each(['shop', '0', '1.5', 'true', 'a_b-c'])(
  'a new pack %s loads without a word, and does nothing yet',
  async (name) => {
    using world = packFiles({});
    const directory = await createPack(name, 'local', world.data);
    expect(world.short(directory)).toBe(`data/local-configuration/packs/${name}`);
    const { packs, objects, lines } = await world.load({ rules: RULES });
    expect(lines).toEqual([]);
    expect(packs).toMatchObject([{ name, level: 'local', parameters: { critical: 90 } }]);
    expect(objects.map(({ type, id }) => `${type} ${id}`)).toEqual([
      `detector ${name}/example`,
      `check ${name}/example`,
    ]);
  },
);

test.each([
  ['a/b', 'local', 'bad_request'],
  ['..', 'local', 'bad_request'],
  ['', 'local', 'bad_request'],
  ['x', 'core', 'bad_request'],
  ['x', 'locl', 'bad_request'],
  ['there', 'zone', 'already_exists'],
])('refuses to make %j at the level %s', async (name, level, code) => {
  using world = packFiles({ 'data/zone-configuration/packs/there/mine.txt': '' });
  await expect(createPack(name, level, world.data)).rejects.toMatchObject({ code });
});
