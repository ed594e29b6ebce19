import { isDeepStrictEqual } from 'node:util';
import { shownOf } from '../config/secrets.ts';
import { OBJECT_TYPES, type Pack, type PackParameter, type PackSet } from '../model/pack.ts';
import { jsonObject, problemJson } from './records.ts';
import type { PackJson } from './schemas/packs.ts';

/** A pack without what it keeps secret, and with the counts of its objects. */
export function packJson(pack: Pack, { objects }: Pick<PackSet, 'objects'>): PackJson {
  const problems = pack.problems.map(problemJson);
  const own = pack.overloadedBy === null ? objects.filter(({ packName }) => packName === pack.name) : [];
  const counts = OBJECT_TYPES.map((type) => [type, own.filter((object) => object.type === type).length] as const);
  return {
    name: pack.name,
    level: pack.level,
    dir: pack.directory,
    version: pack.version,
    types: [...pack.types],
    description: pack.description,
    keywords: [...pack.keywords],
    topics: [...pack.topics],
    author: pack.author,
    license: pack.license,
    homepage: pack.homepage,
    overloaded_by: pack.overloadedBy,
    parameters: jsonObject(
      pack.settings.map((setting) => [setting.key, setting] as const),
      parameterJson,
    ),
    objects: jsonObject(
      counts.filter(([, count]) => count > 0),
      (count) => count,
    ),
    problems,
    errors: problems.filter(({ level }) => level === 'error'),
  };
}

function parameterJson({ key, value, defaultValue, isValid, source, type, description }: PackParameter) {
  return {
    value: shownOf(key, value ?? null),
    default_value: shownOf(key, defaultValue ?? null),
    have_default: defaultValue !== undefined,
    is_default: value !== undefined && isDeepStrictEqual(value, defaultValue),
    is_missing: value === undefined && !isValid,
    is_valid: isValid,
    source,
    type,
    description,
  };
}
