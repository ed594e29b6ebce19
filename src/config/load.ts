import { basename, join } from 'node:path';
import { didYouMean } from '../base/nearest.ts';
import {
  OBJECT_TYPES,
  type PackObject,
  type PackObjectType,
  type Problem,
  type Yaml,
  type YamlMap,
} from '../model/pack.ts';
import type { ZoneTree } from '../model/zone-tree.ts';
import { AgentConfig } from './agent-schema.ts';
import { nested, readEnvironment } from './environment.ts';
import { readYamlFile, yamlFilesBelow } from './files.ts';
import { type ObjectRules, readObjects } from './objects.ts';
import { OLD_PARAMETERS, oldParameters, type WrittenParameters } from './old-parameters.ts';
import { placeOf } from './origin.ts';
import { referredSettings } from './setting-references.ts';
import { Settlement } from './settle.ts';
import { expandTabs, parseYaml, type YamlText } from './yaml.ts';
import { isMapping } from './yaml-value.ts';
import { loadZones, readZones, type WrittenZone } from './zones.ts';

/** Where the agent's configuration comes from. */
export interface ConfigSources {
  /** The directory of `agent.yml`. */
  readonly directory: string;
  /** What is shipped with the program. */
  readonly shipped: string;
  /** A further directory whose own files may hold objects; `<data>/local-configuration`. */
  readonly localDirectory?: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Where values of `${env:NAME}` are; without it no value that stands elsewhere is looked up. */
  readonly references?: Readonly<Record<string, string | undefined>>;
  /** What the command line sets, by dotted key of the schema. */
  readonly flags?: ReadonlyMap<string, Yaml>;
  readonly rules: ObjectRules;
  /** The only files to read, instead of all that the directories hold. */
  readonly only?: readonly string[];
}

/** Everything that was written for this agent, with what was wrong left out. */
export interface LoadedConfig {
  readonly config: AgentConfig;
  /** The same with `${env:NAME}` and `${file:/path}` as they stand there: what may be shown. */
  readonly shown: AgentConfig;
  /** Who set a key: `FILE:LINE`, `environment` or `command line`; keys that are not named have their default. */
  readonly origins: ReadonlyMap<string, string>;
  /** Free variables, those at the top level and those below `variables`. */
  readonly variables: YamlMap;
  /** Objects of the configuration directory; they belong to the pack `local`. */
  readonly objects: readonly PackObject[];
  /** Parameters that objects of the early days set for packs. */
  readonly parameters: readonly WrittenParameters[];
  readonly zones: ZoneTree;
  readonly problems: readonly Problem[];
  /** The errors that forbid to start: those of `agent.yml`, the environment, the command line and the zones. */
  readonly fatal: readonly Problem[];
  readonly files: readonly string[];
}

const LOCAL_TYPES: readonly PackObjectType[] = OBJECT_TYPES.filter(
  (type) => type !== 'tutorial' && type !== 'collector',
);
/** Keys of the top level that are no settings. */
const NO_SETTINGS: readonly string[] = [...LOCAL_TYPES, ...OLD_PARAMETERS, 'zone'];

/** Objects and settings of the early days, whose documentation was itself indented by tabs. */
const OLD_KEYS = new Set(['detector', 'check', 'handler', 'dns', 'statsd', 'graphite', 'websocket', 'shinken']);

/** Directories with rules of their own. */
const SKIPPED = new Set(['packs', 'templates', 'zones', 'zone_keys']);
const SKIPPED_FILES = new Set(['tokens.yml', 'executors.yml']);

/** Where the settings come from of an agent that nobody has configured. */
export const UNCONFIGURED_ORIGIN = 'no configuration file';
/** What such an agent does: a store and a name server for itself. */
const UNCONFIGURED: YamlMap = { groups: ['kv', 'dns-listener'] };

/**
 * Reads all configuration, with all problems of all files at once. Of one key the command line counts before the environment, that
 * before files, later files before earlier ones, and all before the default. Reading again is calling again. Does not throw.
 */
export async function loadConfig(sources: ConfigSources): Promise<LoadedConfig> {
  const settlement = new Settlement(AgentConfig, NO_SETTINGS);
  const objects: PackObject[] = [];
  const parameters: WrittenParameters[] = [];
  const written: WrittenZone[] = [];
  const zoneProblems: Problem[] = [];
  const problems: Problem[] = [];
  const { files, problems: scanProblems } = await filesOf(sources);
  const agentFile = join(sources.directory, 'agent.yml');
  problems.push(...scanProblems);
  for (const file of files) {
    const text = await readWithOldTabs(file);
    const read = readObjects(text.documents, LOCAL_TYPES, originOf(file), sources.rules);
    const { zones, problems: ofZones } = readZones(text.documents, file);
    objects.push(...read.objects);
    parameters.push(...text.documents.flatMap((document) => oldParameters(document, file)));
    written.push(...zones);
    zoneProblems.push(...ofZones);
    problems.push(...text.problems, ...read.problems, ...takeSettings(text, file, settlement));
  }
  if (!files.includes(agentFile) && !settlement.origins.has('groups')) {
    settlement.take(UNCONFIGURED, { name: UNCONFIGURED_ORIGIN, placeOf: nowhere }, 'replace');
  }
  readEnvironment(sources.env, settlement);
  for (const [key, value] of sources.flags ?? []) {
    settlement.take(nested(key.split('.'), value), { name: 'command line', placeOf: nowhere }, 'replace');
  }
  const {
    config,
    shown,
    problems: ofReferences,
  } = await referredSettings(settlement.settings, settlement.origins, sources.references);
  const zones = await loadZones(sources, written);
  zoneProblems.push(...zones.problems, ...unknownZone(config.node_zone, zones.tree, settlement.origins));
  problems.push(...settlement.problems, ...zoneProblems);
  const isFatal = ({ file }: Problem) => file === agentFile || !files.includes(file);
  return {
    config,
    shown,
    origins: settlement.origins,
    variables: { ...settlement.variables, ...config.variables },
    objects,
    parameters,
    zones: zones.tree,
    // A secret that cannot be had is no reason not to start.
    problems: [...problems, ...ofReferences],
    fatal: problems.filter((each) => each.level === 'error' && (isFatal(each) || zoneProblems.includes(each))),
    files,
  };
}

const nowhere = () => ({ line: 0, column: 0 });

/** The own zone has to be one of those that are defined. */
function unknownZone(zone: string, tree: ZoneTree, origins: ReadonlyMap<string, string>): Problem[] {
  if (tree.has(zone)) return [];
  const known = [...tree.names].sort().join(', ');
  const message = `no zone "${zone}" is defined in zones/ (expected one of ${known})${didYouMean(zone, tree.names)}`;
  return [{ level: 'error', ...placeOf(origins, ['node_zone'], 'default'), key: 'node_zone', message }];
}

/** `agent.yml` first, then the others in the order of their paths. */
async function filesOf({ directory, localDirectory, only }: ConfigSources) {
  if (only) return { files: only, problems: [] };
  const scans = [await yamlFilesBelow({ directory, skip: SKIPPED })];
  const main = scans.flatMap(({ files }) => files).filter((file) => !SKIPPED_FILES.has(file));
  const ordered = [...main.filter((file) => file === 'agent.yml'), ...main.filter((file) => file !== 'agent.yml')];
  const files = ordered.map((file) => join(directory, file));
  if (localDirectory !== undefined) {
    const local = await yamlFilesBelow({ directory: localDirectory, skip: new Set(['packs', 'parameters']) });
    files.push(...local.files.filter((file) => !file.includes('/')).map((file) => join(localDirectory, file)));
    scans.push(local);
  }
  return { files, problems: scans.flatMap((scan) => scan.problems) };
}

/** A text that only holds objects of the early days may be indented by tabs. */
async function readWithOldTabs(file: string): Promise<YamlText> {
  const read = await readYamlFile(file);
  if (read.documents.length > 0 || !/^[ ]*\t/m.test(read.text)) return read;
  const expanded = parseYaml(expandTabs(read.text), file);
  const keys = expanded.documents.flatMap(({ value }) => (isMapping(value) ? Object.keys(value) : []));
  if (keys.length === 0 || !keys.every((key) => OLD_KEYS.has(key))) return read;
  const warnings = read.problems.slice(0, 1).map((problem) => ({
    ...problem,
    level: 'warning' as const,
    message: 'tab used for indentation; read as 4 columns, as the objects of the early days were written',
  }));
  return { documents: expanded.documents, problems: [...warnings, ...expanded.problems] };
}

const originOf = (file: string) => ({
  packName: 'local',
  packLevel: 'local' as const,
  file,
  id: `local/${basename(file).replace(/\.[^.]+$/, '')}`,
  withoutGroup: 'everywhere' as const,
});

function takeSettings({ documents }: YamlText, file: string, settlement: Settlement): Problem[] {
  const problems: Problem[] = [];
  for (const { value, placeOf } of documents) {
    if (value === null) continue;
    if (!isMapping(value)) {
      problems.push({
        level: 'error',
        file,
        ...placeOf([]),
        key: '',
        message: 'wrong content (expected a map of keys)',
      });
      continue;
    }
    const settings: Record<string, Yaml> = Object.create(null);
    for (const [key, part] of Object.entries(value)) {
      if (!NO_SETTINGS.includes(key)) settings[key] = part;
    }
    settlement.take(settings, { name: file, placeOf }, 'unite');
  }
  return problems;
}
