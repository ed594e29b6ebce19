import { createHash } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { LEVELS, type Pack } from '../model/pack.ts';

/** Hidden, so that it is no part of the pack. */
const FILE = '.origin.json';
const MAX_FILES = 10_000;

const Origin = z.object({ level: z.enum(LEVELS), version: z.string(), digest: z.string() });

/** What a pack was copied from. */
export type Origin = z.output<typeof Origin>;

/** The files of a pack by their paths below it, sorted; hidden ones are left out. */
export async function filesOfPack(directory: string): Promise<ReadonlyMap<string, Buffer>> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(directory.length + 1))
    .filter((path) => !/(?:^|\/)\./.test(path))
    .sort()
    .slice(0, MAX_FILES);
  const files = new Map<string, Buffer>();
  for (const path of paths) files.set(path, await readFile(join(directory, path)));
  return files;
}

/** SHA-256 over the names and the content of all files of a pack, in hex. */
export async function digestOfPack(directory: string): Promise<string> {
  const hash = createHash('sha256');
  for (const [path, content] of await filesOfPack(directory))
    hash.update(`${path}\0${content.length}\0`).update(content);
  return hash.digest('hex');
}

/** Writes into a copy what it was copied from. */
export async function noteOrigin(copy: string, { level, version, directory }: Pack): Promise<void> {
  const origin: Origin = { level, version, digest: await digestOfPack(directory) };
  await writeFile(join(copy, FILE), `${JSON.stringify(origin)}\n`);
}

/** What a pack was copied from; `undefined` when nothing says so. */
export async function originOf(copy: string): Promise<Origin | undefined> {
  const text = await readFile(join(copy, FILE), 'utf8').catch(() => '');
  try {
    return Origin.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
