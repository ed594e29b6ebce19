import { expect, test } from 'vitest';
import { recordingOf, tutorialOf } from '../../src/packs/tutorials.ts';
import { packFiles } from './files.ts';

const RECORDING = {
  version: 1,
  width: 80,
  height: 24,
  duration: 1.5,
  stdout: [
    [0.1, '$ ls\r\n'],
    [1.4, 'a'],
  ],
};
const PACK = 'etc/packs/global/web';

async function tutorialWith(data: string | undefined) {
  const world = packFiles({
    [`${PACK}/package.yml`]: 'name: web',
    [`${PACK}/tutorials/first/tutorial.yml`]: 'tutorial: {title: First steps}',
    ...(data === undefined ? {} : { [`${PACK}/tutorials/first/tutorial-data.json`]: data }),
  });
  const [object] = (await world.load()).objects;
  if (!object) throw new Error('no tutorial');
  return { ...world, tutorial: tutorialOf(object), [Symbol.dispose]: () => world[Symbol.dispose]() };
}

test('a tutorial is named by its directory and has its recording beside it', async () => {
  using world = await tutorialWith(JSON.stringify({ ...RECORDING, command: 'sh', env: {} }));
  expect(world.tutorial).toMatchObject({ name: 'first', pack: 'web', level: 'global', title: 'First steps' });
  expect(await recordingOf(world.tutorial)).toEqual(RECORDING);
});

test.each([
  [undefined, 'not_found', /is not there/],
  ['{', 'invalid_config', /cannot be read/],
  [JSON.stringify({ ...RECORDING, version: 2 }), 'invalid_config', /wrong at "version".*version 1/],
  [JSON.stringify({ ...RECORDING, stdout: [['x', 'y']] }), 'invalid_config', /wrong at "stdout\.0\.0"/],
])('the recording %j is an error of this tutorial', async (data, code, message) => {
  using world = await tutorialWith(data);
  await expect(recordingOf(world.tutorial)).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
});
