import type { Yaml, YamlMap } from '../model/pack.ts';
import type { YamlDocument } from './yaml.ts';
import type { Path, Place } from './yaml-place.ts';
import { isList, isMapping } from './yaml-value.ts';

/** Parameters of a pack that are written outside it. */
export interface WrittenParameters {
  readonly pack: string;
  readonly file: string;
  readonly values: YamlMap;
  placeOf(path: Path): Place;
}

/** Objects of the early days that are parameters of the pack of their name today, and what they say by being there. */
const PACKS: ReadonlyMap<string, YamlMap> = new Map([['shinken', { enabled: true }]]);

/** Keys of the top level that are such objects. */
export const OLD_PARAMETERS: readonly string[] = [...PACKS.keys()];

/** What the objects of the early days in a document set for packs. */
export function oldParameters({ value, placeOf }: YamlDocument, file: string): WrittenParameters[] {
  if (!isMapping(value)) return [];
  return [...PACKS].flatMap(([pack, implied]) =>
    objectsAt(value, pack).map(({ at, object }) => ({
      pack,
      file,
      values: { ...implied, ...object },
      placeOf: (path: Path) => placeOf([...at, ...path]),
    })),
  );
}

/** One object, or a list of them. */
function objectsAt(top: YamlMap, key: string): { readonly at: Path; readonly object: YamlMap }[] {
  const written: Yaml | undefined = Object.hasOwn(top, key) ? top[key] : undefined;
  const items = isList(written)
    ? written.map((item, index) => [[key, index], item] as const)
    : [[[key], written] as const];
  return items.flatMap(([at, object]) => (isMapping(object) ? [{ at, object }] : []));
}
