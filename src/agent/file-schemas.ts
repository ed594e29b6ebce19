import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { OpsbroError } from '../base/errors.ts';
import { didYouMean } from '../base/nearest.ts';

const FOLDER = join(fileURLToPath(new URL('../../', import.meta.url)), 'schemas');

/** The JSON Schema of one kind of file, as it is shipped. Throws `not_found` with the kinds there are. */
export async function fileSchema(kind: string): Promise<Record<string, unknown>> {
  const kinds = (await readdir(FOLDER)).map((file) => file.replace(/\.json$/, ''));
  if (kinds.includes(kind)) return JSON.parse(await readFile(join(FOLDER, `${kind}.json`), 'utf8'));
  const hint = didYouMean(kind, kinds) || `; possible: ${kinds.sort().join(', ')}`;
  throw new OpsbroError('not_found', `there is no kind of file "${kind}"${hint}`);
}
