import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makingOf, putInPlace } from '../../scripts/placing.ts';
import { tempDirectory } from '../support/temp.ts';

/** More than Linux gives a process. */
const NO_PID = 2 ** 22 + 1;

test('of many folders that are put in one place at once, one is there whole and nothing beside it', async () => {
  using folder = tempDirectory();
  const place = join(folder.path, 'dist');
  const made = Array.from({ length: 20 }, (_, one) => join(folder.path, `dist-next-${one}`));
  for (const [one, path] of made.entries()) {
    await mkdir(path);
    for (const name of ['a', 'b']) await writeFile(join(path, name), `${one}`);
  }
  await Promise.all(made.map((path) => putInPlace(path, place)));
  expect(await readdir(folder.path)).toEqual(['dist']);
  expect((await readdir(place)).sort()).toEqual(['a', 'b']);
  expect(await readFile(join(place, 'a'), 'utf8')).toBe(await readFile(join(place, 'b'), 'utf8'));
});

test('a build has a folder of its own, and removes those of builds that are gone', async () => {
  using folder = tempDirectory();
  const place = join(folder.path, 'dist');
  const others = [`dist-next-${process.ppid}`, `dist-next-${NO_PID}`, `dist-next-${NO_PID}-older`, 'dist'];
  for (const name of others) await mkdir(join(folder.path, name));
  expect(await makingOf(place)).toBe(join(folder.path, `dist-next-${process.pid}`));
  expect((await readdir(folder.path)).sort()).toEqual(['dist', `dist-next-${process.ppid}`]);
});
