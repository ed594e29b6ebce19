/** Looks for everything that is wrong in what people wrote, whether an agent runs or not. Reading starts nothing. */
import { copyFile, stat, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import type { Home } from '../base/home.ts';
import { directoriesIn, existing, readYamlFile } from '../config/files.ts';
import { notingFiles } from '../config/files-read.ts';
import { loadConfig } from '../config/load.ts';
import type { ObjectRules } from '../config/objects.ts';
import { byFileAndLine, type Excerpt, excerptOf } from '../config/problems.ts';
import { expandTabs } from '../config/yaml.ts';
import { problemJson } from '../http/records.ts';
import type { PackObject, Problem } from '../model/pack.ts';
import { PackCode } from '../packs/code.ts';
import { describePack } from '../packs/descriptor.ts';
import { doubting } from '../packs/doubts.ts';
import { packObjects } from '../packs/objects.ts';
import { ownParameters, united } from '../packs/parameters.ts';
import { rulesOf } from './object-rules.ts';
import { loadPlugins, placesOf } from './plugins.ts';
import { tokenProblems } from './token-problems.ts';
import { problemsOf, readWritten } from './written.ts';

/** What was found. */
export interface Validation {
  /** Files that were read. */
  readonly files: number;
  readonly objects: number;
  readonly errors: number;
  readonly warnings: number;
  readonly problems: readonly (ReturnType<typeof problemJson> & { readonly excerpt?: Excerpt })[];
  /** Keys of the configuration that are no settings but free variables. */
  readonly variables: readonly string[];
}

/** A file whose tabs were replaced, and the lines that differ. */
export interface Fixed {
  readonly file: string;
  readonly lines: readonly { readonly number: number; readonly before: string; readonly after: string }[];
}

interface Found {
  readonly objects: readonly PackObject[];
  readonly problems: readonly Problem[];
  readonly variables?: readonly string[];
}

const DESCRIPTOR = 'package.yml';
const TABS = 'tab used for indentation';
const MOST_LEVELS_UP = 16;

/** Reads files, packs or whole directories; without any path everything an agent of this home reads. */
export async function validate(home: Home, paths: readonly string[]): Promise<Validation> {
  const plugins = await loadPlugins();
  const place = { home, rules: rulesOf(plugins) };
  const read = async (): Promise<Found> => {
    if (paths.length > 0) return together(await Promise.all(paths.map((path) => foundAt(path, place))));
    const code = new PackCode(placesOf(plugins));
    const written = await readWritten({ home, env: process.env, flags: new Map(), plugins, code });
    const { packs, loaded } = written;
    const problems = [...problemsOf(written), ...(await tokenProblems(home.config))];
    return { objects: packs.objects, problems, variables: Object.keys(loaded.variables) };
  };
  const { result, texts } = await notingFiles(read);
  const count = (wanted: Problem['level']) => result.problems.filter(({ level }) => level === wanted).length;
  return {
    files: [...texts.keys()].filter((file) => isAskedFor(file, paths)).length,
    objects: result.objects.length,
    errors: count('error'),
    warnings: count('warning'),
    problems: byFileAndLine(result.problems).map((problem) => {
      const excerpt = excerptOf(texts.get(problem.file) ?? '', problem);
      return { ...problemJson(problem), ...(excerpt && { excerpt }) };
    }),
    variables: result.variables ?? [],
  };
}

/** A part may be judged only with others that were not asked for, such as the zones there are. */
const isAskedFor = (file: string, paths: readonly string[]): boolean =>
  paths.length === 0 || paths.some((path) => file === path || file.startsWith(join(path, '/')));

/** Replaces tabs in the indentation of files that are wrong by them; what was there stays beside each as `.bak`. */
export async function fixTabs({ problems }: Validation): Promise<readonly Fixed[]> {
  const files = new Set(problems.flatMap(({ file, message }) => (message.startsWith(TABS) ? [file] : [])));
  return await Promise.all([...files].map(fixTabsOf));
}

async function fixTabsOf(file: string): Promise<Fixed> {
  const { text } = await readYamlFile(file);
  const after = expandTabs(text);
  await copyFile(file, `${file}.bak`);
  await writeFile(file, after);
  const lines = after.split('\n');
  const changes = text.split('\n').map((before, index) => ({ number: index + 1, before, after: lines[index] ?? '' }));
  return { file, lines: changes.filter((line) => line.before !== line.after) };
}

interface Place {
  readonly home: Home;
  readonly rules: ObjectRules;
}

async function foundAt(path: string, place: Place): Promise<Found> {
  const kind = await stat(path).catch(() => undefined);
  if (!kind) {
    const message = 'there is no such file or directory';
    return { objects: [], problems: [{ level: 'error', file: path, line: 0, column: 0, key: '', message }] };
  }
  if (!kind.isDirectory()) return await foundInFile(path, place);
  if (await isPack(path)) return await foundInPack(path, place);
  const below = await directoriesIn(path);
  const packs = (await existing(below.map((name) => join(path, name, DESCRIPTOR)))).map(dirname);
  if (packs.length > 0) return together(await Promise.all(packs.map((pack) => foundInPack(pack, place))));
  return await foundInConfiguration({ directory: path }, place);
}

/** A file of a pack is read as a part of it; any other as a part of the configuration. */
async function foundInFile(file: string, place: Place): Promise<Found> {
  let directory = dirname(file);
  for (let level = 0; level < MOST_LEVELS_UP && directory !== dirname(directory); level++) {
    if (await isPack(directory)) {
      const { objects, problems } = await foundInPack(directory, place);
      return {
        objects: objects.filter((one) => one.file === file),
        problems: problems.filter((one) => one.file === file),
      };
    }
    directory = dirname(directory);
  }
  const isOwn = !relative(place.home.config, file).startsWith('..');
  return await foundInConfiguration({ directory: isOwn ? place.home.config : dirname(file), only: [file] }, place);
}

async function foundInConfiguration(
  where: { readonly directory: string; readonly only?: readonly string[] },
  { home, rules }: Place,
): Promise<Found> {
  const { objects, problems, variables } = await loadConfig({ ...where, shipped: home.shipped, env: {}, rules });
  return { objects, problems, variables: Object.keys(variables) };
}

async function foundInPack(directory: string, { rules }: Place): Promise<Found> {
  const { pack, problems } = await describePack(directory, 'local');
  if (!pack) return { objects: [], problems };
  const own = await ownParameters(directory);
  const read = await packObjects(pack, doubting(rules, { parameters: united(own.sources), variables: {} }));
  const { name } = pack.descriptor;
  const all = [...problems, ...own.problems, ...read.problems];
  return { objects: read.objects, problems: all.map((problem) => ({ ...problem, pack: name })) };
}

const isPack = async (directory: string) => (await existing([join(directory, DESCRIPTOR)])).length > 0;

const together = (found: readonly Found[]): Found => ({
  objects: found.flatMap(({ objects }) => objects),
  problems: found.flatMap(({ problems }) => problems),
  variables: found.flatMap(({ variables = [] }) => variables),
});
