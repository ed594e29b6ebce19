import { join } from 'node:path';
import { existing, readYamlFile, yamlFilesBelow } from '../config/files.ts';
import type { Path, Place } from '../config/yaml-place.ts';
import { isMapping } from '../config/yaml-value.ts';
import { LEVELS, type Level, type Problem, type Yaml, type YamlMap } from '../model/pack.ts';

/** Parameters that one document sets. */
export interface ParameterSource {
  readonly file: string;
  readonly values: YamlMap;
  placeOf(path: Path): Place;
}

/** What was read from files, lowest first, and what was wrong in them. */
export interface ParametersRead {
  readonly sources: readonly ParameterSource[];
  readonly problems: readonly Problem[];
}

/** What a pack brings itself: all files of its `parameters` directory, in the order of their names. */
export async function ownParameters(packDirectory: string): Promise<ParametersRead> {
  const directory = join(packDirectory, 'parameters');
  const { files, problems } = await yamlFilesBelow({ directory });
  const own = files.filter((file) => /^[^/]+\.ya?ml$/.test(file)).map((file) => join(directory, file));
  const read = await readAll(own);
  return { sources: read.sources, problems: [...problems, ...read.problems] };
}

/** The file that sets parameters of a pack at a level without a copy of the pack. */
export const overlayFile = (data: string, level: Level, pack: string): string =>
  join(data, `${level}-configuration`, 'parameters', `${pack}.yml`);

/** Parameters that were set for a pack without copying it, the least specific level first. */
export async function parametersAbove(data: string, pack: string): Promise<ParametersRead> {
  const files = LEVELS.filter((level) => level !== 'core').map((level) => overlayFile(data, level, pack));
  return readAll(await existing(files));
}

/** Reads parameters from files. */
export async function readAll(files: readonly string[]): Promise<ParametersRead> {
  const texts = await Promise.all(files.map(async (file) => ({ file, ...(await readYamlFile(file)) })));
  const problems: Problem[] = [];
  const sources: ParameterSource[] = [];
  for (const { file, documents, problems: found } of texts) {
    problems.push(...found);
    for (const { value, placeOf } of documents) {
      if (isMapping(value)) sources.push({ file, values: value, placeOf });
      else if (value !== null) {
        const message = 'wrong content (expected a map of parameters)';
        problems.push({ level: 'error', file, ...placeOf([]), key: '', message });
      }
    }
  }
  return { sources, problems };
}

/** The values of all, later ones over earlier ones. */
export const united = (sources: readonly ParameterSource[]): YamlMap =>
  sources.reduce((below, { values }) => merged(below, values), Object.create(null) as YamlMap);

/** The values of both, those of `above` counting; maps within are merged the same way, lists replace each other. */
function merged(below: YamlMap, above: YamlMap): YamlMap {
  const both: Record<string, Yaml> = Object.assign(Object.create(null), below);
  for (const [key, value] of Object.entries(above)) {
    const before = Object.hasOwn(both, key) ? both[key] : undefined;
    both[key] = isMapping(before) && isMapping(value) ? merged(before, value) : value;
  }
  return both;
}

/** Every value that is no map, with the names of the keys that lead to it. */
export function* leavesOf(map: YamlMap, at: readonly string[] = []): Iterable<readonly [readonly string[], Yaml]> {
  for (const [key, value] of Object.entries(map)) {
    if (isMapping(value)) yield* leavesOf(value, [...at, key]);
    else yield [[...at, key], value];
  }
}
