import { lookUp, type Path } from '../expressions/paths.ts';
import type { Evaluated } from '../model/expression.ts';
import type { YamlMap } from '../model/pack.ts';

/** What an object of a pack sees beside what was collected. */
export interface ObjectData {
  /** The object as written. */
  readonly own: YamlMap;
  /** Parameters of its pack. */
  readonly parameters: YamlMap;
  /** Its variables, as far as they are worked out. */
  readonly variables: ReadonlyMap<string, Evaluated>;
}

/** The data of an expression that belongs to no object. */
export const NO_OBJECT: ObjectData = { own: {}, parameters: {}, variables: new Map() };

/** Looks for a setting in the object's own keys, then its pack's parameters, then what agent.yml says; the first that has it counts. */
export function findSetting(path: Path, { own, parameters }: ObjectData, agent: YamlMap): unknown {
  for (const place of [own, parameters, agent]) {
    const found = lookUp(place, path.segments);
    if (found !== undefined) return found;
  }
  return undefined;
}
