import { join } from 'node:path';
import { z } from 'zod';
import { didYouMean, nearest } from '../base/nearest.ts';
import { faultOf } from '../config/fault.ts';
import { text, textLike } from '../config/fields.ts';
import { existing, readYamlFile } from '../config/files.ts';
import type { YamlDocument } from '../config/yaml.ts';
import type { Path, Place } from '../config/yaml-place.ts';
import { isMapping } from '../config/yaml-value.ts';
import { type Level, type Problem, TOPICS, type Yaml } from '../model/pack.ts';

const FILE = 'package.yml';

const listOfTexts = () =>
  z
    .union([text(), z.array(text())])
    .transform((written) => (Array.isArray(written) ? written : [written]))
    .meta({ expected: 'a list of texts' });

/** What a pack says of itself. */
export const PackDescriptor = z.object({
  name: textLike(
    /^[A-Za-z0-9._-]{1,64}$/,
    'a name of at most 64 letters, digits, dots, dashes and underscores',
  ).describe('Identity of the pack, whatever its directory is called.'),
  version: text().prefault('1.0').describe('Version, shown.'),
  description: text().prefault('').describe('One sentence, shown.'),
  topics: listOfTexts().prefault(['generic']).describe('Topics it belongs to; the first gives its colour and order.'),
  keywords: listOfTexts().prefault([]).describe('Words to find it by.'),
  types: listOfTexts().prefault(['pack']).describe('What it holds: pack, module, cli.'),
  replaces: listOfTexts()
    .prefault([])
    .describe('Names of built-in plugins in whose place plugins of this pack are used.'),
  dependencies: z
    .record(z.string(), text())
    .meta({ expected: 'a map from names to version ranges' })
    .prefault({})
    .describe('Packs that have to be there; core stands for the product.'),
  author: text().prefault('').describe('Shown.'),
  contributors: listOfTexts().prefault([]).describe('Shown.'),
  homepage: text().prefault('').describe('Shown.'),
  repository: text().prefault('').describe('Shown.'),
  license: text().prefault('').describe('Shown.'),
});

/** A directory that says it is a pack. */
export interface DescribedPack {
  readonly level: Level;
  readonly directory: string;
  readonly descriptor: z.output<typeof PackDescriptor>;
  readonly problems: readonly Problem[];
  /** Where a key of its `package.yml` stands. */
  placeOf(path: Path): Place;
}

/** Reads what a directory says of itself; `pack` is missing when it says nothing, or no name. */
export async function describePack(
  directory: string,
  level: Level,
): Promise<{ readonly pack?: DescribedPack; readonly problems: readonly Problem[] }> {
  const file = join(directory, FILE);
  if ((await existing([file])).length === 0) return { problems: [noPack(directory)] };
  const { documents, problems } = await readYamlFile(file);
  const [document] = documents;
  if (!document || !isMapping(document.value)) return { problems };
  const fields = new Map<string, Yaml>();
  const found = [...problems];
  for (const [key, value] of Object.entries(document.value)) {
    const problem = problemIn(document, key, value, file);
    if (problem) found.push(problem);
    // A number has lost the digits of a version such as 1.10.
    else if (value !== null) fields.set(key, key === 'version' ? (document.sourceOf([key]) ?? value) : value);
  }
  found.push(...topicDoubts(document, file));
  const described = PackDescriptor.safeParse(Object.fromEntries(fields));
  if (described.success) {
    const { placeOf } = document;
    return { pack: { level, directory, descriptor: described.data, problems: found, placeOf }, problems: found };
  }
  if (!Object.hasOwn(document.value, 'name'))
    found.push(problemAt(document, file, 'name', 'is missing; a pack is known by its name'));
  return { problems: found };
}

function noPack(file: string): Problem {
  const message = `has no ${FILE}, so it is no pack and nothing in it is read`;
  return { level: 'notice', file, line: 0, column: 0, key: '', message };
}

function problemIn(document: YamlDocument, key: string, value: Yaml, file: string): Problem | undefined {
  const schema = Object.hasOwn(PackDescriptor.shape, key)
    ? PackDescriptor.shape[key as keyof typeof PackDescriptor.shape]
    : undefined;
  if (!schema) {
    const message = `unknown key${didYouMean(key, Object.keys(PackDescriptor.shape))}`;
    return { ...problemAt(document, file, key, message), level: 'warning' };
  }
  const fault = value === null ? undefined : faultOf(schema, value, key);
  return fault === undefined ? undefined : problemAt(document, file, key, fault);
}

/** A topic that looks like a slip of the pen; any other word is taken, and shown. */
function* topicDoubts({ value, placeOf }: YamlDocument, file: string): Iterable<Problem> {
  const topics = isMapping(value) ? [value['topics'] ?? []].flat() : [];
  for (const [index, topic] of topics.entries()) {
    const suggestion = TOPICS.includes(String(topic)) ? undefined : nearest(String(topic), TOPICS);
    if (suggestion === undefined) continue;
    const place = placeOf(['topics', index]);
    yield { level: 'warning', file, ...place, key: 'topics', message: `no topic is named "${topic}"`, suggestion };
  }
}

function problemAt(document: YamlDocument, file: string, key: string, message: string): Problem {
  return { level: 'error', file, ...document.placeOf([key]), key, message };
}
