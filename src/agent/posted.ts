/** Judges a text of configuration that somebody sent, as if it stood in a file. Nothing is started, kept or looked up for it. */
import { join } from 'node:path';
import { notingFiles } from '../config/files-read.ts';
import { loadConfig } from '../config/load.ts';
import type { ObjectRules } from '../config/objects.ts';
import { byFileAndLine } from '../config/problems.ts';
import { isReference } from '../config/references.ts';
import { parseYaml } from '../config/yaml.ts';
import type { Path } from '../config/yaml-place.ts';
import { isList, isMapping } from '../config/yaml-value.ts';
import { problemJson } from '../http/records.ts';
import type { ReloadPreviewJson } from '../http/schemas.ts';
import type { Problem, Yaml } from '../model/pack.ts';

/** A text and the name of the file that it would have. */
export interface PostedText {
  readonly text: string;
  readonly file: string;
}

/** Where the file of a text would stand, and by what it is judged. */
export interface Place {
  /** The directory of the configuration. */
  readonly directory: string;
  readonly shipped: string;
  readonly rules: ObjectRules;
}

const MOST_PROBLEMS = 1_000;

/**
 * What is wrong in a posted text, in the form in which a reload tells it. `${env:NAME}` and `${file:/path}` are named and not looked up: who
 * may ask need not be allowed to read them, or to learn whether they are there.
 */
export async function judgePosted(
  { text, file }: PostedText,
  { directory, shipped, rules }: Place,
): Promise<ReloadPreviewJson> {
  const path = join(directory, file);
  const sources = { directory, shipped, rules, only: [path], env: {} };
  const { result } = await notingFiles(() => loadConfig(sources), new Map([[path, text]]));
  // What is wrong in other files, such as those of the zones, was not asked for.
  const own = [...result.problems, ...references(text, path)].filter((problem) => problem.file === path);
  const named = byFileAndLine(own)
    .slice(0, MOST_PROBLEMS)
    .map((problem) => ({ ...problem, file }));
  const ofLevel = (wanted: Problem['level']) => named.filter(({ level }) => level === wanted).map(problemJson);
  return { changes: [], restart_needed: [], stand_ins: [], errors: ofLevel('error'), warnings: ofLevel('warning') };
}

/** As many as are told: finding the place of one takes longer the more stands beside it. */
function references(text: string, file: string): Problem[] {
  const found: Problem[] = [];
  for (const document of parseYaml(text, file).documents) {
    for (const { path, value } of referencesIn(document.value, [])) {
      if (found.length === MOST_PROBLEMS) return found;
      const message = `${value} is not looked up here (opsbro config validate on the node does)`;
      found.push({ level: 'warning', file, ...document.placeOf(path), key: path.join('.'), message });
    }
  }
  return found;
}

function* referencesIn(value: Yaml, path: Path): Generator<{ readonly path: Path; readonly value: string }, void> {
  if (typeof value === 'string' && isReference(value)) yield { path, value };
  if (isList(value)) for (const [at, each] of value.entries()) yield* referencesIn(each, [...path, at]);
  else if (isMapping(value)) {
    for (const [key, each] of Object.entries(value)) yield* referencesIn(each, [...path, key]);
  }
}
