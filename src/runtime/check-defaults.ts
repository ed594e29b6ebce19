import type { PackObject, YamlMap } from '../model/pack.ts';
import type { Check } from '../plugins/kinds.ts';
import { revisionsOf } from '../plugins/plugin.ts';
import { kindsOf, type WrittenCheck, writtenCheck } from './check-plan.ts';
import { type Configuration, parametersFor } from './configuration.ts';

/** What counts for checks that do not say otherwise. */
export interface CheckDefaults {
  /** Fields of every check. */
  readonly all: YamlMap;
  /** Fields by the name of the kind; they come before those of every check. */
  readonly byKind: ReadonlyMap<string, YamlMap>;
}

/** The checks by id, each with the parameters of its pack and with what it does not say itself. */
export function writtenChecks(
  objects: readonly PackObject[],
  { packs, checkDefaults }: Configuration,
  kinds: Iterable<Check>,
): Map<string, WrittenCheck> {
  const code = revisionsOf(kinds);
  return new Map(
    objects.map((each) => {
      const parameters = parametersFor(packs, each.packName, each.packLevel);
      return [each.id, writtenCheck(withDefaults(each, checkDefaults, kinds), parameters, code)] as const;
    }),
  );
}

function withDefaults(object: PackObject, defaults: CheckDefaults | undefined, kinds: Iterable<Check>): PackObject {
  if (defaults === undefined) return object;
  const { definition } = object;
  const [kind] = kindsOf(definition, kinds);
  const ofKind = kind && defaults.byKind.get(kind.name);
  return { ...object, definition: { ...defaults.all, ...ofKind, ...definition } };
}
