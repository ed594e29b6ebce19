/** Judges a text of configuration that somebody sent, as if it stood in a file. Nothing is started, kept or looked up for it. */
import { join } from 'node:path';
import { notingFiles } from '../config/files-read.ts';
import { loadConfig } from '../config/load.ts';
import { byFileAndLine } from '../config/problems.ts';
import { isReference } from '../config/references.ts';
import { parseYaml, type YamlDocument } from '../config/yaml.ts';
import { problemJson } from '../http/records.ts';
import type { ReloadPreviewJson } from '../http/schemas.ts';
import type { Problem, Yaml } from '../model/pack.ts';
import type { World } from './world.ts';
import { rulesOf } from './written.ts';

/** A text and the name of the file that it would have. */
export interface PostedText {
  readonly text: string;
  readonly file: string;
}

const MOST_PROBLEMS = 1_000;

/**
 * What is wrong in a posted text, in the form in which a reload tells it. `${env:NAME}` and `${file:/path}` are named and not looked up: who
 * may ask need not be allowed to read them, or to learn whether they are there.
 */
export async function judgePosted(
  { text, file }: PostedText,
  { home, plugins }: Pick<World, 'home' | 'plugins'>,
): Promise<ReloadPreviewJson> {
  const path = join(home.config, file);
  const where = { directory: home.config, shipped: home.shipped, only: [path] };
  const sources = { ...where, env: {}, rules: rulesOf(plugins) };
  const { result } = await notingFiles(() => loadConfig(sources), new Map([[path, text]]));
  // What is wrong in other files, such as those of the zones, was not asked for.
  const own = [...result.problems, ...references(text, path)].filter((problem) => problem.file === path);
  const named = byFileAndLine(own)
    .slice(0, MOST_PROBLEMS)
    .map((problem) => ({ ...problem, file }));
  const ofLevel = (wanted: Problem['level']) => named.filter(({ level }) => level === wanted).map(problemJson);
  return { changes: [], restart_needed: [], stand_ins: [], errors: ofLevel('error'), warnings: ofLevel('warning') };
}

function references(text: string, file: string): Problem[] {
  return parseYaml(text, file).documents.flatMap((document) => [...referencesIn(document, document.value, [], file)]);
}

function* referencesIn(
  document: YamlDocument,
  value: Yaml,
  at: readonly string[],
  file: string,
): Generator<Problem, void> {
  if (isReference(value)) {
    const message = `${String(value)} is not looked up here (opsbro config validate on the node does)`;
    yield { level: 'warning', file, ...document.placeOf(at), key: at.join('.'), message };
  }
  if (typeof value !== 'object' || value === null) return;
  for (const [key, each] of Object.entries(value)) yield* referencesIn(document, each, [...at, key], file);
}
