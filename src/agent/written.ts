import { cpus } from 'node:os';
import { join } from 'node:path';
import type { Home } from '../base/home.ts';
import type { AgentConfig } from '../config/agent-schema.ts';
import { type LoadedConfig, loadConfig } from '../config/load.ts';
import type { PackSet, Problem, Yaml } from '../model/pack.ts';
import type { PackCode } from '../packs/code.ts';
import { type BuiltIn, findPacks, loadPacks, packsInUse } from '../packs/load.ts';
import type { CheckDefaults } from '../runtime/check-defaults.ts';
import type { CollectorSettings, Configuration } from '../runtime/configuration.ts';
import { alertingProblems } from './alerting-problems.ts';
import { gatherDoubts } from './gather-doubts.ts';
import { rulesOf } from './object-rules.ts';
import type { Plugins } from './plugins.ts';
import { unknownNames } from './unknown-names.ts';

/** What people wrote for this agent, read as a whole. */
export interface Written {
  readonly loaded: LoadedConfig;
  readonly packs: PackSet;
}

/** Where to read it. */
export interface WrittenSources {
  readonly home: Home;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** What the command line sets, by dotted key. */
  readonly flags: ReadonlyMap<string, Yaml>;
  readonly plugins: Plugins;
  /** The code of packs, which comes to the plugins before anything is read that uses it. */
  readonly code: PackCode;
}

/** Reads configuration and packs; what is wrong is in the problems of the answer. */
export async function readWritten({ home, env, flags, plugins, code }: WrittenSources): Promise<Written> {
  const found = await findPacks(home);
  const faults = await code.use(packsInUse(found));
  const rules = rulesOf(plugins);
  const localDirectory = join(home.data, 'local-configuration');
  const loaded = await loadConfig({
    ...{ directory: home.config, localDirectory, shipped: home.shipped, env, references: env, flags, rules },
  });
  const { objects, variables } = loaded;
  const local = { directory: home.config, objects, variables, parameters: byPack(loaded.parameters) };
  const { shipped, data } = home;
  const packs = await loadPacks({ shipped, data, local, rules, env, builtIn: builtIn(plugins), found });
  const doubts = [
    ...alertingProblems({ ...loaded, packs }, plugins),
    ...(await gatherDoubts(home, loaded)),
    ...unknownNames({ ...loaded, packs }, plugins),
  ];
  const problems = [...loaded.problems, ...doubts];
  return { loaded: { ...loaded, problems }, packs: withFaults(packs, faults) };
}

/** The packs with what is wrong in their code, by their directories. */
function withFaults(set: PackSet, faults: ReadonlyMap<string, readonly Problem[]>): PackSet {
  if (faults.size === 0) return set;
  const packs = set.packs.map((pack) => ({
    ...pack,
    problems: [...pack.problems, ...(faults.get(pack.directory) ?? [])],
  }));
  return { ...set, packs, problems: [...set.problems, ...[...faults.values()].flat()] };
}

function byPack(written: LoadedConfig['parameters']): ReadonlyMap<string, LoadedConfig['parameters']> {
  const packs = new Set(written.map(({ pack }) => pack));
  return new Map(Array.from(packs, (name) => [name, written.filter(({ pack }) => pack === name)]));
}

/** A collector or pollster takes the parameters of its pack, a handler those of the pack of its name. */
export function builtIn({ collectors, pollsters, handlers, checks, hosting, functions }: Plugins): BuiltIn {
  const options = new Map([
    ...[...handlers].flatMap(({ name, pack, options }) => (pack === null ? [] : [[name, options] as const])),
    ...[...collectors, ...pollsters].map((plugin) => [plugin.pack ?? plugin.name, plugin.options] as const),
  ]);
  const plugins = [...collectors, ...pollsters, ...handlers, ...checks, ...hosting, ...functions];
  return { options, names: new Set(plugins.map(({ name }) => name)) };
}

/** Everything that is wrong in what was written. */
export function problemsOf({ loaded, packs }: Written): Problem[] {
  const packOf = new Map(packs.packs.flatMap(({ name, problems }) => problems.map((problem) => [problem, name])));
  return [...loaded.problems, ...packs.problems.map((problem) => ({ pack: packOf.get(problem), ...problem }))];
}

/** What was written, as the runtime wants it. */
export function configurationOf({ loaded: { config, variables }, packs }: Written): Configuration {
  return {
    packs,
    variables,
    alerting: config.alerting,
    staticGroups: config.groups,
    collectors: new Map(
      Object.entries(config.collectors).map(([name, settings]) => [name, collectorSettings(settings)]),
    ),
    topics: {
      automaticDetection: config.automatic_detection_topic_enabled,
      monitoring: config.monitoring_topic_enabled,
      metrology: config.metrology_topic_enabled,
    },
    dependencyWaitMs: config.alerting.dependency_wait,
    checkDefaults: checkDefaultsOf(config.checks),
    maxParallel: config.checks.max_parallel ?? Math.max(4, 2 * cpus().length),
    scripts: { pluginPath: config.checks.plugin_path, trustsPaths: config.checks.trust_paths },
  };
}

function checkDefaultsOf({ max_attempts: attempts, defaults }: AgentConfig['checks']): CheckDefaults {
  const byKind = Object.entries(defaults).map(([kind, { interval, timeout, retry_interval: retry, ...counts }]) => {
    const times = Object.entries({ interval, timeout, retry_interval: retry });
    const written = times.flatMap(([key, ms]) => (ms === undefined ? [] : [[key, `${ms}ms`] as const]));
    const counted = Object.entries(counts).flatMap(([key, count]) =>
      count === undefined ? [] : [[key, count] as const],
    );
    return [kind, Object.fromEntries([...written, ...counted])] as const;
  });
  return { all: { max_attempts: attempts }, byKind: new Map(byKind) };
}

function collectorSettings({ interval, timeout, enabled }: AgentConfig['collectors'][string]): CollectorSettings {
  return {
    ...(interval === undefined ? {} : { intervalMs: interval }),
    ...(timeout === undefined ? {} : { timeoutMs: timeout }),
    ...(enabled === undefined ? {} : { enabled }),
  };
}
