import { existsSync, readFileSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { SpaceProbe } from '../../src/net/statfs.ts';
import { SimulatedClock } from '../support/clock.ts';
import { tempDirectory } from '../support/temp.ts';

/** A program that answers as `stat` does, but for paths with `dead` in it waits until the file `wake` is there. */
function fakeStat(folder: string): string {
  const path = join(folder, 'stat');
  const lines = [
    '#!/bin/sh',
    // As with a program stuck in the kernel, its end is not seen until its server is back, whatever signal it gets.
    `echo "$5" >> ${folder}/asked`,
    `case $5 in *dead*) setsid sh -c 'while [ -d ${folder} ] && [ ! -e ${folder}/wake ]; do sleep 0.05; done'; esac`,
    'echo 4096 100 50 40 9 3',
  ];
  writeFileSync(path, lines.join('\n'), { mode: 0o755 });
  return path;
}

/** How many times that program has been asked. */
function askedOf(folder: string): number {
  const file = join(folder, 'asked');
  return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n').length : 0;
}

test('a file system of this machine is asked without any program', async () => {
  using probe = new SpaceProbe(systemClock, '/nonesuch');
  const { bsize, blocks } = statfsSync('/');
  expect(await probe.space('/')).toMatchObject({ blockSize: bsize, blocks });
});

test('others are asked by program, which answers as the kernel does', async () => {
  using probe = new SpaceProbe(systemClock);
  const { blocks, files } = statfsSync('/proc/self');
  expect(await probe.space('/proc/self')).toMatchObject({ blocks, files });
});

test.each([
  ['nothing is there', '/nonesuch', 'stat', 'ENOENT'],
  ['the program is missing', '/proc', '/nonesuch', 'EIO'],
  ['the program says nothing of use', '/proc', 'true', 'EIO'],
])('when %s it fails', async (_, path, program, code) => {
  using probe = new SpaceProbe(systemClock, program);
  await expect(probe.space(path)).rejects.toMatchObject({ code });
});

test('one that does not answer fails after two seconds and does not keep others waiting; it is asked again when it answers', async () => {
  using folder = tempDirectory();
  const clock = new SimulatedClock();
  using probe = new SpaceProbe(clock, fakeStat(folder.path));
  const dead = probe.space('/mnt/dead');
  dead.catch(() => {});
  await expect.poll(() => askedOf(folder.path)).toBe(1);
  expect(await probe.space('/mnt/alive')).toMatchObject({ blocks: 100 });

  clock.run(2_000);
  await expect(dead).rejects.toMatchObject({ code: 'ETIMEDOUT' });
  writeFileSync(join(folder.path, 'wake'), '');
  await expect.poll(() => probe.space('/mnt/dead').catch(() => undefined)).toMatchObject({ blocks: 100 });
});

test('no more than four are waited for at one time; the next is refused at once, and so is one that hangs', async () => {
  using folder = tempDirectory();
  const clock = new SimulatedClock();
  using probe = new SpaceProbe(clock, fakeStat(folder.path));
  const dead = [1, 2, 3, 4].map((number) => probe.space(`/mnt/dead${number}`));
  const ends = Promise.allSettled(dead);
  await expect.poll(() => askedOf(folder.path)).toBe(4);
  clock.run(2_000);
  await ends;

  await expect(probe.space('/mnt/dead1')).rejects.toThrow('/mnt/dead1 still does not answer');
  await expect(probe.space('/mnt/alive')).rejects.toThrow('4 file systems do not answer; /mnt/alive was not asked');
  expect(askedOf(folder.path)).toBe(4);
});
