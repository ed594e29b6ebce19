import { join } from 'node:path';
import { directoriesIn, existing } from '../config/files.ts';
import type { ObjectRules } from '../config/objects.ts';
import { LEVELS, type Level, type Pack, type PackObject, type PackSet, type Problem } from '../model/pack.ts';
import { type DescribedPack, describePack } from './descriptor.ts';
import { packObjects } from './objects.ts';
import { merged, ownParameters, readAll } from './parameters.ts';

/** Where packs come from. */
export interface PackSources {
  /** What is shipped with the program; its `packs/core` and `packs/global` are read. */
  readonly shipped: string;
  /** The data directory; its `<level>-configuration/packs` and `.../parameters` are read. */
  readonly data: string;
  /** Objects of the configuration directory, which make up a pack named `local`. */
  readonly local: { readonly directory: string; readonly objects: readonly PackObject[] };
  readonly rules: ObjectRules;
}

/**
 * Reads all packs. Of packs with one name the most specific counts, whole; its parameters may be set one by one above it. What is wrong
 * is reported and left out. Reading starts nothing and writes nothing. Does not throw.
 */
export async function loadPacks(sources: PackSources): Promise<PackSet> {
  const { described, problems } = await describeAll(sources);
  const inUse = new Map(described.map((pack) => [pack.descriptor.name, pack]));
  const loaded = await Promise.all(
    described.map(async (pack) => {
      const winner = inUse.get(pack.descriptor.name);
      return winner === pack || !winner ? loadPack(pack, inUse, sources) : overloaded(pack, winner.level);
    }),
  );
  const packs = loaded.map(({ pack }) => pack).sort(byLevelAndName);
  const objects = packs.flatMap((pack) => loaded.find((one) => one.pack === pack)?.objects ?? []);
  return {
    packs: withLocal(packs, sources.local),
    objects: [...objects, ...sources.local.objects],
    problems: [...problems, ...packs.flatMap((pack) => pack.problems)],
  };
}

interface Loaded {
  readonly pack: Pack;
  readonly objects: readonly PackObject[];
}

/** The places packs are looked for in, in rising priority. */
function rootsOf({ shipped, data }: PackSources): { readonly level: Level; readonly directory: string }[] {
  return LEVELS.flatMap((level) => {
    const own = { level, directory: join(data, `${level}-configuration`, 'packs') };
    const isShipped = level === 'core' || level === 'global';
    return isShipped ? [{ level, directory: join(shipped, 'packs', level) }, own] : [own];
  });
}

/** Every directory that is a pack, in rising priority. */
async function describeAll(sources: PackSources): Promise<{ described: DescribedPack[]; problems: Problem[] }> {
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

function sameName({ directory, descriptor }: DescribedPack, first: DescribedPack): Problem {
  const message = `the name "${descriptor.name}" is taken by ${first.directory}; this pack is left out`;
  return { level: 'error', file: join(directory, 'package.yml'), line: 0, column: 0, key: 'name', message };
}

async function loadPack(
  pack: DescribedPack,
  inUse: ReadonlyMap<string, DescribedPack>,
  { data, rules }: PackSources,
): Promise<Loaded> {
  const { name } = pack.descriptor;
  const [own, overlays, read] = await Promise.all([
    ownParameters(pack.directory),
    parametersAbove(data, name),
    packObjects(pack, rules),
  ]);
  const problems = [...pack.problems, ...own.problems, ...overlays.problems, ...read.problems, ...unmet(pack, inUse)];
  return {
    pack: { ...shownOf(pack), parameters: merged(own.parameters, overlays.parameters), overloadedBy: null, problems },
    objects: read.objects,
  };
}

/** Parameters that were set for a pack without copying it; the more specific level counts. */
async function parametersAbove(data: string, name: string) {
  const directories = LEVELS.filter((level) => level !== 'core').map((level) => join(data, `${level}-configuration`));
  const files = directories.map((directory) => join(directory, 'parameters', `${name}.yml`));
  return readAll(await existing(files));
}

function unmet(pack: DescribedPack, inUse: ReadonlyMap<string, DescribedPack>): Problem[] {
  return Object.keys(pack.descriptor.dependencies)
    .filter((name) => name !== 'core' && !inUse.has(name))
    .map((name) => ({
      level: 'error',
      file: join(pack.directory, 'package.yml'),
      line: 0,
      column: 0,
      key: `dependencies.${name}`,
      message: `no pack is named "${name}"`,
    }));
}

async function overloaded(pack: DescribedPack, by: Level): Promise<Loaded> {
  const { parameters, problems } = await ownParameters(pack.directory);
  return {
    pack: { ...shownOf(pack), parameters, overloadedBy: by, problems: [...pack.problems, ...problems] },
    objects: [],
  };
}

function shownOf({ level, directory, descriptor }: DescribedPack) {
  const { name, version, description, keywords, topics } = descriptor;
  return { name, level, directory, version, description, keywords, topics };
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
    parameters: {},
    overloadedBy: null,
    problems: [],
  };
  return [...packs, pack];
}

/** Objects and lists come in this order on every machine, whatever the order of directories is. */
function byLevelAndName(a: Pack, b: Pack): number {
  return LEVELS.indexOf(a.level) - LEVELS.indexOf(b.level) || Buffer.compare(Buffer.from(a.name), Buffer.from(b.name));
}
