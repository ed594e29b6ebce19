import { parseDuration } from '../base/duration.ts';
import { messageOf, OpsbroError } from '../base/errors.ts';
import type { GroupTest } from '../expressions/group-test.ts';
import type { DetectorRecord } from '../model/detector.ts';
import type { PackObject, YamlMap } from '../model/pack.ts';
import type { Detect, Detector } from '../plugins/kinds.ts';
import type { Registry } from '../plugins/registry.ts';
import { applicability } from './applicability.ts';
import { collectorsIn } from './collectors-in.ts';
import type { Digested } from './configuration.ts';
import type { ObjectData } from './object-data.ts';

/** The plugin that YAML rules are for. */
const RULE = 'expression';
const INTERVAL_MS = 10_000;
const LEAST_INTERVAL_MS = 1_000;

/** A detector as it is written. */
export interface DetectorPlan extends Digested {
  readonly object: PackObject;
  readonly parameters: YamlMap;
}

/** The plan of a detector object of a pack with these parameters. `code` tells versions of the code of packs apart that detectors run. */
export const detectorPlan = (object: PackObject, parameters: YamlMap, code = ''): DetectorPlan => ({
  object,
  parameters,
  digest: JSON.stringify([object.definition, parameters, code]),
});

/** A detector at work. Its groups are kept by the node's groups; here is how its last run ended. */
export class DetectorRun implements Digested {
  readonly digest: string;
  readonly intervalMs: number;
  /** Names of the collectors it reads. */
  readonly collectors: ReadonlySet<string>;
  /** Other groups of the node may change what it gives. */
  readonly isAboutGroups: boolean;
  readonly data: ObjectData;
  readonly #object: PackObject;
  readonly #detect: Detect;
  readonly #appliesIn: GroupTest;
  #log = '';
  #lastRun: number | null = null;

  /** Throws when the object cannot be understood. */
  constructor({ object, parameters, digest }: DetectorPlan, plugins: Registry<Detector>) {
    const { definition } = object;
    const { interval = INTERVAL_MS / 1_000, type = RULE, if_group = '*', apply_if = '' } = definition;
    this.digest = digest;
    this.#object = object;
    this.data = { own: definition, parameters, variables: new Map() };
    this.intervalMs = Math.max(LEAST_INTERVAL_MS, parseDuration(textOf(interval)));
    this.collectors = collectorsIn(definition);
    this.isAboutGroups = if_group !== '*' || /group/.test(textOf(apply_if));
    this.#appliesIn = applicability(if_group);
    this.#detect = plugins.get(textOf(type)).configure(definition);
  }

  get id(): string {
    return this.#object.id;
  }

  get detect(): Detect {
    return this.#detect;
  }

  /** Why its last run gave nothing, when that is not plain. */
  get log(): string {
    return this.#log;
  }

  appliesIn(groups: ReadonlySet<string>): boolean {
    return this.#appliesIn(groups);
  }

  /** Notes how a run ended. Tells whether it says something new. */
  end(log: string, wall: number): boolean {
    const changed = this.#log !== log;
    this.#log = log;
    this.#lastRun = wall;
    return changed;
  }

  record(groups: readonly string[]): DetectorRecord {
    const { id, packName, packLevel, definition } = this.#object;
    const { apply_if, add_groups, groups: oldGroups } = definition;
    return {
      id,
      packName,
      packLevel,
      applyIf: apply_if === undefined ? '' : textOf(apply_if),
      addGroups: [add_groups ?? oldGroups ?? []].flat().map(textOf),
      intervalMs: this.intervalMs,
      groups,
      log: this.#log,
      lastRun: this.#lastRun,
    };
  }
}

/** A run for a plan, or why it cannot be made. */
export function detectorRun(plan: DetectorPlan, plugins: Registry<Detector>): DetectorRun | { readonly fault: string } {
  try {
    return new DetectorRun(plan, plugins);
  } catch (error) {
    if (!(error instanceof OpsbroError)) throw error;
    return { fault: messageOf(error) };
  }
}

const textOf = (written: unknown): string => (typeof written === 'object' ? JSON.stringify(written) : String(written));
