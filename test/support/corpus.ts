import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';

const { OPSBRO_SHARED } = process.env;

/** Packs as users of the original have them on disk; they are not part of this repository. */
export const corpusFolder = join(
  OPSBRO_SHARED ?? new URL('../../../shared', import.meta.url).pathname,
  'corpus/opsbro-packs',
);

const EXPRESSION_KEYS = new Set([
  'apply_if',
  'verify_if',
  'generate_if',
  'if',
  'value',
  'critical_if',
  'warning_if',
  'ok_output',
  'critical_output',
  'warning_output',
]);

/** A text of a pack's file. */
interface Found {
  readonly file: string;
  readonly text: string;
}

/** Every expression of the packs in a folder. */
export const expressionsIn = (folder: string): Promise<Found[]> =>
  textsIn(folder, (key) => key === 'variables' || EXPRESSION_KEYS.has(key));

/** Every text of the packs in a folder that stands under a key that is wanted; what stands under `variables` has that key. */
export async function textsIn(folder: string, isWanted: (key: string) => boolean): Promise<Found[]> {
  const found: Found[] = [];
  const files = (await readdir(folder, { recursive: true })).filter((file) => file.endsWith('.yml'));
  for (const file of files.filter((each) => !each.includes('/parameters/')).sort()) {
    const content = parse(await readFile(join(folder, file), 'utf8'), { uniqueKeys: false, logLevel: 'silent' });
    collect(content, '', (key, text) => {
      if (isWanted(key) && text !== '') found.push({ file, text });
    });
  }
  return found;
}

function collect(tree: unknown, key: string, take: (key: string, text: string) => void): void {
  if (typeof tree === 'string') take(key, tree);
  if (Array.isArray(tree)) for (const each of tree) collect(each, key, take);
  else if (tree !== null && typeof tree === 'object') {
    for (const [name, each] of Object.entries(tree)) collect(each, key === 'variables' ? key : name, take);
  }
}
