import { join } from 'node:path';
import type { z } from 'zod';
import { directoriesIn } from '../config/files.ts';
import type { ObjectRules } from '../config/objects.ts';
import { resolveReferences } from '../config/references.ts';
import {
  LEVELS,
  type Level,
  type Pack,
  type PackObject,
  type PackSet,
  type Problem,
  type YamlMap,
} from '../model/pack.ts';
import { leftOut } from './contents.ts';
import { unmetDependencies } from './dependencies.ts';
import { type DescribedPack, describePack } from './descriptor.ts';
import { doubting, scriptDoubts } from './doubts.ts';
import { packObjects } from './objects.ts';
import { ownParameters, type ParameterSource, parametersAbove, united } from './parameters.ts';
import { parameterFaults, settingsOf } from './settings.ts';

/** What packs may count on being there. */
export interface BuiltIn {
  /** The options of the plugins that take parameters, by the name of the pack. */
  readonly options: ReadonlyMap<string, z.core.$ZodType>;
  /** Names of plugins. */
  readonly names: ReadonlySet<string>;
}

/** Where a pack writes its parameters. */
const OWN = 'parameters/parameters.yml';

/** Every directory that is a pack, in rising priority, and what is wrong with others. */
export interface PacksFound {
  readonly described: readonly DescribedPack[];
  readonly problems: readonly Problem[];
}

/** Where packs come from. */
export interface PackSources {
  /** What is shipped with the program; its `packs/core` and `packs/global` are read. */
  readonly shipped: string;
  /** The data directory; its `<level>-configuration/packs` and `.../parameters` are read. */
  readonly data: string;
  /** Objects of the configuration directory, which make up a pack named `local`, and parameters that it sets for packs. */
  readonly local: {
    readonly directory: string;
    readonly objects: readonly PackObject[];
    readonly parameters?: ReadonlyMap<string, readonly ParameterSource[]>;
    /** Free keys of agent.yml. */
    readonly variables?: YamlMap;
  };
  readonly rules: ObjectRules;
  readonly builtIn?: BuiltIn;
  /** What `findPacks` found, if that was asked before. */
  readonly found?: PacksFound;
  /** Where `${env:NAME}` looks. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/**
 * Reads all packs. Of packs with one name the most specific counts, whole; its parameters may be set one by one above it. What is wrong
 * is reported and left out. Reading starts nothing and writes nothing. Does not throw.
 */
export async function loadPacks(sources: PackSources): Promise<PackSet> {
  const { described, problems } = sources.found ?? (await findPacks(sources));
  const inUse = new Map(described.map((pack) => [pack.descriptor.name, pack]));
  const loaded = await Promise.all(
    described.map(async (pack) => {
      const winner = inUse.get(pack.descriptor.name);
      return winner === pack || !winner ? loadPack(pack, inUse, sources) : overloaded(pack, winner.level, sources);
    }),
  );
  const packs = loaded.map(({ pack }) => pack).sort(byLevelAndName);
  const objects = packs.flatMap((pack) => loaded.find((one) => one.pack === pack)?.objects ?? []);
  return {
    packs: withLocal(packs, sources.local),
    objects: [...objects, ...sources.local.objects],
    problems: [
      ...problems,
      ...packs.flatMap((pack) => pack.problems),
      ...scriptDoubts(sources.local.objects, sources.local.variables ?? {}),
    ],
  };
}

/** The packs that count, by level and name; of those with one name the most specific. */
export function packsInUse({ described }: PacksFound): readonly DescribedPack[] {
  const inUse = new Map(described.map((pack) => [pack.descriptor.name, pack]));
  const placed = Array.from(inUse, ([name, pack]) => ({ name, level: pack.level, pack }));
  return placed.sort(byLevelAndName).map(({ pack }) => pack);
}

interface Loaded {
  readonly pack: Pack;
  readonly objects: readonly PackObject[];
}

/** The places packs are looked for in, in rising priority. */
function rootsOf({
  shipped,
  data,
}: Pick<PackSources, 'shipped' | 'data'>): { readonly level: Level; readonly directory: string }[] {
  return LEVELS.flatMap((level) => {
    const own = { level, directory: join(data, `${level}-configuration`, 'packs') };
    const isShipped = level === 'core' || level === 'global';
    return isShipped ? [{ level, directory: join(shipped, 'packs', level) }, own] : [own];
  });
}

/** Looks for packs in all places they are looked for. Does not throw. */
export async function findPacks(sources: Pick<PackSources, 'shipped' | 'data'>): Promise<PacksFound> {
  const described: DescribedPack[] = [];
  const problems: Problem[] = [];
  for (const { level, directory } of rootsOf(sources)) {
    const names = await directoriesIn(directory);
    const read = await Promise.all(names.map((name) => describePack(join(directory, name), level)));
    const here = new Map<string, DescribedPack>();
    for (const { pack, problems: found } of read) {
      if (!pack) {
        problems.push(...found);
        continue;
      }
      const first = here.get(pack.descriptor.name);
      if (first) problems.push(sameName(pack, first));
      else here.set(pack.descriptor.name, pack);
    }
    described.push(...here.values());
  }
  return { described, problems };
}

function sameName({ directory, descriptor, placeOf }: DescribedPack, first: DescribedPack): Problem {
  const message = `the name "${descriptor.name}" is taken by ${first.directory}; this pack is left out`;
  return { level: 'error', file: join(directory, 'package.yml'), ...placeOf(['name']), key: 'name', message };
}

async function loadPack(
  pack: DescribedPack,
  inUse: ReadonlyMap<string, DescribedPack>,
  sources: PackSources,
): Promise<Loaded> {
  const { name } = pack.descriptor;
  const { data, rules, local, builtIn, env = {} } = sources;
  const [own, overlays, ignored] = await Promise.all([
    ownParameters(pack.directory),
    parametersAbove(data, name),
    leftOut(pack.directory, builtIn?.names ?? new Set()),
  ]);
  const above = [...overlays.sources, ...(local.parameters?.get(name) ?? [])];
  const written = { own: own.sources, above, options: builtIn?.options.get(name) };
  const resolved = await resolveReferences(united([...own.sources, ...above]), env);
  const unresolved = resolved.faults.map(({ level, at, message }) => ({
    level,
    ...placeOfLeaf([...own.sources, ...above], at),
    key: at.join('.'),
    message,
  }));
  const read = await packObjects(
    pack,
    doubting(rules, { parameters: resolved.values, variables: local.variables ?? {} }),
  );
  const unfit = Array.from(parameterFaults(written), (each) => ({
    ...each,
    file: each.file || join(pack.directory, OWN),
  }));
  const found = [...pack.problems, ...own.problems, ...overlays.problems, ...unfit, ...unresolved];
  const problems = [...found, ...read.problems, ...unmetDependencies(pack, inUse), ...ignored];
  const parameters = { parameters: resolved.values, settings: settingsOf(written) };
  return { pack: { ...shownOf(pack, sources), ...parameters, overloadedBy: null, problems }, objects: read.objects };
}

/** Where the value that counts for a key stands. */
function placeOfLeaf(sources: readonly ParameterSource[], at: readonly string[]) {
  const last = sources.findLast(({ values }) => Object.hasOwn(values, at[0] ?? ''));
  return { file: last?.file ?? '', ...(last?.placeOf(at) ?? { line: 0, column: 0 }) };
}

/** A pack that is not in use shows what it would be, and secrets from elsewhere are not fetched for it. */
async function overloaded(pack: DescribedPack, by: Level, from: PackSources): Promise<Loaded> {
  const { sources, problems } = await ownParameters(pack.directory);
  const settings = settingsOf({ own: sources, above: [], options: undefined });
  const parameters = { parameters: united(sources), settings };
  return {
    pack: { ...shownOf(pack, from), ...parameters, overloadedBy: by, problems: [...pack.problems, ...problems] },
    objects: [],
  };
}

function shownOf({ level, directory, descriptor }: DescribedPack, { shipped }: PackSources) {
  const { name, version, description, keywords, topics, types, author, license, homepage } = descriptor;
  const shown = { name, level, directory, version, description, keywords, topics, types, author, license, homepage };
  return { ...shown, isShipped: directory.startsWith(join(shipped, 'packs', '/')) };
}

function withLocal(packs: readonly Pack[], { directory, objects }: PackSources['local']): readonly Pack[] {
  if (objects.length === 0 || packs.some(({ name }) => name === 'local')) return packs;
  const pack: Pack = {
    name: 'local',
    level: 'local',
    directory,
    version: '1.0',
    description: 'Objects of the configuration directory',
    keywords: [],
    topics: ['generic'],
    types: ['pack'],
    author: '',
    license: '',
    homepage: '',
    parameters: {},
    settings: [],
    overloadedBy: null,
    problems: [],
  };
  return [...packs, pack];
}

type Placed = Pick<Pack, 'level' | 'name'>;

/** Objects and lists come in this order on every machine, whatever the order of directories is. */
function byLevelAndName(a: Placed, b: Placed): number {
  return LEVELS.indexOf(a.level) - LEVELS.indexOf(b.level) || Buffer.compare(Buffer.from(a.name), Buffer.from(b.name));
}
