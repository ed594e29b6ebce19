import { join } from 'node:path';
import { readYamlFile, yamlFilesBelow } from '../config/files.ts';
import { isMapping } from '../config/yaml-value.ts';
import type { Problem, Yaml, YamlMap } from '../model/pack.ts';

/** Values read from files, and what was wrong in them. */
export interface ParametersRead {
  readonly parameters: YamlMap;
  readonly problems: readonly Problem[];
}

/** What a pack brings itself: all files of its `parameters` directory, later names over earlier ones. */
export async function ownParameters(packDirectory: string): Promise<ParametersRead> {
  const directory = join(packDirectory, 'parameters');
  const { files, problems } = await yamlFilesBelow({ directory });
  const own = files.filter((file) => !file.includes('/')).map((file) => join(directory, file));
  const read = await readAll(own);
  return { parameters: read.parameters, problems: [...problems, ...read.problems] };
}

/** Reads files that may not be there, later ones over earlier ones. */
export async function readAll(files: readonly string[]): Promise<ParametersRead> {
  const texts = await Promise.all(files.map(async (file) => ({ file, ...(await readYamlFile(file)) })));
  const problems: Problem[] = [];
  let parameters: YamlMap = Object.create(null);
  for (const { file, documents, problems: found } of texts) {
    problems.push(...found);
    for (const { value, placeOf } of documents) {
      if (isMapping(value)) parameters = merged(parameters, value);
      else if (value !== null)
        problems.push({
          level: 'error',
          file,
          ...placeOf([]),
          key: '',
          message: 'wrong content (expected a map of parameters)',
        });
    }
  }
  return { parameters, problems };
}

/** The values of both, those of `above` counting; maps within are merged the same way, lists replace each other. */
export function merged(below: YamlMap, above: YamlMap): YamlMap {
  const both: Record<string, Yaml> = Object.assign(Object.create(null), below);
  for (const [key, value] of Object.entries(above)) {
    const before = Object.hasOwn(both, key) ? both[key] : undefined;
    both[key] = isMapping(before) && isMapping(value) ? merged(before, value) : value;
  }
  return both;
}
