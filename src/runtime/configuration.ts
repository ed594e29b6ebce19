import type { AlertingSettings } from '../config/alerting-schema.ts';
import type { Level, PackObject, PackSet, YamlMap } from '../model/pack.ts';
import type { ScriptRules } from '../plugins/script-command.ts';
import type { CheckDefaults } from './check-defaults.ts';

/** What agent.yml says of a collector. */
export interface CollectorSettings {
  readonly intervalMs?: number;
  readonly timeoutMs?: number;
  readonly enabled?: boolean;
}

/** Kinds of work that can be switched off as a whole. */
export interface Topics {
  readonly automaticDetection: boolean;
  readonly monitoring: boolean;
  readonly metrology: boolean;
}

/** All that people wrote for this node's work, as it is in effect; a reload brings another. */
export interface Configuration {
  readonly packs: PackSet;
  /** Free keys of agent.yml, for expressions and macros. */
  readonly variables: YamlMap;
  readonly staticGroups: readonly string[];
  readonly collectors: ReadonlyMap<string, CollectorSettings>;
  readonly topics: Topics;
  /** Checks that start programs or use the network, at once. */
  readonly maxParallel: number;
  /** What counts for checks that do not say otherwise; the usual when left out. */
  readonly checkDefaults?: CheckDefaults;
  /** How programs are run; as usual when left out. */
  readonly scripts?: ScriptRules;
  /** Milliseconds that a problem waits for what it depends on to be looked at; a minute when left out. */
  readonly dependencyWaitMs?: number;
  /** Who is told of what; everybody of everything when left out. */
  readonly alerting?: AlertingSettings;
}

/** Counts of what a reload did to objects and plugins. */
export interface Difference {
  readonly added: number;
  readonly changed: number;
  readonly removed: number;
  readonly unchanged: number;
}

/** What the reload of several parts did in all. */
export function sumOf(differences: readonly Difference[]): Difference {
  const sum = { added: 0, changed: 0, removed: 0, unchanged: 0 };
  for (const each of differences) {
    sum.added += each.added;
    sum.changed += each.changed;
    sum.removed += each.removed;
    sum.unchanged += each.unchanged;
  }
  return sum;
}

/** Something that runs, and the text by which a reload knows whether what it was made of is still the same. */
export interface Digested {
  readonly digest: string;
}

interface Changes<Written> {
  readonly added: ReadonlyMap<string, Written>;
  readonly changed: ReadonlyMap<string, Written>;
  readonly removed: readonly string[];
  readonly difference: Difference;
}

/** What has to be done to what runs, so that it becomes what is written. */
export function compare<Written extends Digested>(
  running: ReadonlyMap<string, Digested>,
  written: ReadonlyMap<string, Written>,
): Changes<Written> {
  const added = new Map([...written].filter(([key]) => !running.has(key)));
  const changed = new Map([...written].filter(([key, { digest }]) => digest !== (running.get(key)?.digest ?? digest)));
  const removed = [...running.keys()].filter((key) => !written.has(key));
  const unchanged = written.size - added.size - changed.size;
  const difference = { added: added.size, changed: changed.size, removed: removed.length, unchanged };
  return { added, changed, removed, difference };
}

/** Parameters of the pack in use under that name; none when there is no such pack. */
export function parametersOf({ packs }: PackSet, name: string): YamlMap {
  return packs.find((pack) => pack.name === name && pack.overloadedBy === null)?.parameters ?? {};
}

/** Parameters of the very pack that an object is written in. */
export function parametersFor({ packs }: PackSet, packName: string, level: Level): YamlMap {
  const isInUse = (pack: PackSet['packs'][number]) => pack.level === level && pack.overloadedBy === null;
  return packs.find((pack) => pack.name === packName && isInUse(pack))?.parameters ?? {};
}

/** The objects of one type by id; of two with one id, the last counts. */
export function objectsOf({ objects }: PackSet, type: PackObject['type']): ReadonlyMap<string, PackObject> {
  return new Map(objects.filter((each) => each.type === type).map((each) => [each.id, each]));
}
