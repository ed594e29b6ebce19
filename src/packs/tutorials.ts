import { readFile, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import { messageOf, OpsbroError, systemCode } from '../base/errors.ts';
import type { Level, PackObject } from '../model/pack.ts';

const DATA = 'tutorial-data.json';
const MAX_BYTES = 8 * 1024 * 1024;

/** What a terminal printed, and when: version 1 of the format of asciinema. */
const Recording = z.object({
  version: z.literal(1),
  width: z.int().positive().max(1_000),
  height: z.int().positive().max(1_000),
  duration: z.number().nonnegative(),
  stdout: z.array(z.tuple([z.number().nonnegative(), z.string()])),
});
export type Recording = z.output<typeof Recording>;

/** A recording that a pack brings. */
export interface Tutorial {
  readonly name: string;
  readonly pack: string;
  readonly level: Level;
  readonly title: string;
  readonly file: string;
}

/** What a tutorial is called and where its recording is. */
export function tutorialOf({ file, packName, packLevel, definition }: PackObject): Tutorial {
  const { title = 'no tutorial title' } = definition;
  const name = basename(dirname(file));
  return { name, pack: packName, level: packLevel, title: String(title), file: join(dirname(file), DATA) };
}

/** Reads the recording of a tutorial. Throws `not_found` or `invalid_config`, which concern this tutorial only. */
export async function recordingOf({ file }: Tutorial): Promise<Recording> {
  let read: unknown;
  try {
    const { size } = await stat(file);
    if (size > MAX_BYTES) throw new Error(`is ${size} bytes long (expected at most ${MAX_BYTES})`);
    read = JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    if (systemCode(error) === 'ENOENT') throw new OpsbroError('not_found', `the recording ${file} is not there`);
    throw new OpsbroError('invalid_config', `the recording ${file} cannot be read: ${messageOf(error)}`);
  }
  const { data, error } = Recording.safeParse(read);
  if (data) return data;
  const [issue] = error.issues;
  const where = issue?.path.join('.') ?? '';
  const expected = 'expected a recording of asciinema, version 1';
  throw new OpsbroError(
    'invalid_config',
    `the recording ${file} is wrong at "${where}": ${issue?.message} (${expected})`,
  );
}
