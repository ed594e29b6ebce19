import { cp, mkdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { OpsbroError } from '../base/errors.ts';
import { didYouMean } from '../base/nearest.ts';
import { LEVELS, type Level, type Pack } from '../model/pack.ts';
import { levelOf } from './edit-parameters.ts';
import { noteOrigin } from './origin.ts';

/** Which pack is copied to which level. */
export interface Overload {
  readonly level: string;
  readonly pack: string;
  readonly to: string;
}

/**
 * Copies a pack to a higher level, where it counts instead of the original; gives where it is now. Throws `not_found`,
 * `already_exists`, or `bad_request` when the level is not higher.
 */
export async function overloadPack(
  { level: from, pack: name, to }: Overload,
  { packs, data }: { readonly packs: readonly Pack[]; readonly data: string },
): Promise<{ readonly directory: string; readonly level: Level }> {
  const [source, target] = [levelOf(from), levelOf(to)];
  const pack = packs.findLast((each) => each.name === name && each.level === source);
  if (!pack) {
    const known = packs.filter(({ level }) => level === source).map((each) => each.name);
    throw new OpsbroError('not_found', `no pack of the level ${source} is named "${name}"${didYouMean(name, known)}`);
  }
  if (LEVELS.indexOf(target) <= LEVELS.indexOf(source)) {
    throw new OpsbroError('bad_request', `${target} is no higher level than ${source}`);
  }
  const directory = join(data, `${target}-configuration`, 'packs', name);
  if (packs.some((each) => each.name === name && each.level === target) || (await isThere(directory))) {
    throw new OpsbroError('already_exists', `the pack ${name} is at the level ${target} already, in ${directory}`);
  }
  await copyWhole(pack, directory);
  return { directory, level: target };
}

/** A copy that broke off would count as the pack, so it gets its name when it is whole. */
async function copyWhole(pack: Pack, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true, mode: 0o750 });
  const unfinished = join(dirname(to), `.${process.pid}.copy`);
  try {
    await cp(pack.directory, unfinished, { recursive: true, dereference: true });
    await noteOrigin(unfinished, pack);
    await rename(unfinished, to);
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
}

const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );
