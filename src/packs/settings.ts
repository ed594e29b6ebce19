import type { z } from 'zod';
import { didYouMean, nearest } from '../base/nearest.ts';
import { shown } from '../base/shown.ts';
import { isReference } from '../config/references.ts';
import { fieldsOf } from '../config/schema-walk.ts';
import { isSecret, maskedValue } from '../config/secrets.ts';
import { isMapping } from '../config/yaml-value.ts';
import type { PackParameter, Problem, Yaml, YamlMap } from '../model/pack.ts';
import { declaredType, type ParameterType, presetOf, typeOf } from './parameter-types.ts';
import { leavesOf, type ParameterSource, united } from './parameters.ts';

/** Where the parameters of one pack come from. */
export interface Written {
  /** What the pack brings itself. */
  readonly own: readonly ParameterSource[];
  /** What is set above it, least specific first. */
  readonly above: readonly ParameterSource[];
  /** The options of the plugin that takes them. */
  readonly options: z.core.$ZodType | undefined;
}

/** Keys that every pack with a plugin has. */
const SWITCHES = ['enabled', 'enabled_if_group', 'interval'];

const ANY = typeOf(undefined);

/** Every parameter of a pack, by name: those that are written and those that its plugin would take. */
export function settingsOf({ own, above, options }: Written): PackParameter[] {
  const origins = originsOf([...own, ...above]);
  const brought = new Map([...leavesOf(united(own))].map(([path, value]) => [path.join('.'), value] as const));
  const written = [...leavesOf(united([...own, ...above]))].map(([path, value]) => [path.join('.'), value] as const);
  const settings = written.map(([key, value]) => {
    const type = typeIn(options, brought, key);
    const defaultValue = presetOf(options, key) ?? brought.get(key);
    const isValid = isReference(value) || type.takes(value);
    const { name, description } = type;
    return { key, value, defaultValue, isValid, source: origins.get(key) ?? 'default', type: name, description };
  });
  const known = new Set(written.map(([key]) => key.split('.')[0]));
  const unset = Object.keys((options && fieldsOf(options)) ?? {}).filter((key) => !known.has(key));
  return [...settings, ...unset.map((key) => unsetParameter(options, key))].sort((a, b) => (a.key < b.key ? -1 : 1));
}

function unsetParameter(options: z.core.$ZodType | undefined, key: string): PackParameter {
  const preset = presetOf(options, key);
  const type = declaredType(options, key) ?? typeOf(undefined);
  // An option that may be left out takes nothing at all.
  const isValid = preset !== undefined || type.takes(undefined as unknown as Yaml);
  const { name, description } = type;
  return { key, value: preset, defaultValue: preset, isValid, source: 'default', type: name, description };
}

/** What is wrong with parameters: options that do not fit their plugin, so that it cannot start, and doubts about what was set above. */
export function* parameterFaults(written: Written): Iterable<Problem> {
  const { enabled, enabled_if_group: group = '' } = united([...written.own, ...written.above]);
  const isOff = enabled === false && (group === '' || group === null);
  // What is never started needs no options yet, such as somebody to write to.
  if (!isOff) yield* unfitOptions(written);
  yield* doubtsAbove(written, isOff ? undefined : written.options);
}

/** Options of the plugin that have to be set and are not, or that are of the wrong type. */
function* unfitOptions({ own, above, options }: Written): Iterable<Problem> {
  const sources = [...own, ...above];
  const values = united(sources);
  for (const key of Object.keys((options && fieldsOf(options)) ?? {})) {
    const value = values[key] ?? undefined;
    const type = declaredType(options, key) ?? typeOf(undefined);
    const source = sources.findLast((each) => Object.hasOwn(each.values, key));
    const place = { file: source?.file ?? '', ...(source?.placeOf([key]) ?? { line: 0, column: 0 }) };
    const fault = value === undefined ? missingOption(options, key, type) : faultIn(key, value, type);
    if (fault !== undefined) yield { level: 'error', ...place, key, message: fault };
  }
}

function missingOption(options: Written['options'], key: string, type: ParameterType): string | undefined {
  return unsetParameter(options, key).isValid ? undefined : `is missing (expected ${type.name})`;
}

/** A value of another type than the pack's own, a name close to one of its own. */
function* doubtsAbove({ own, above, options }: Written, judged: Written['options']): Iterable<Problem> {
  const brought = new Map([...leavesOf(united(own))].map(([path, value]) => [path.join('.'), value] as const));
  const known = [...brought.keys(), ...Object.keys((options && fieldsOf(options)) ?? {}), ...SWITCHES];
  for (const { file, values, placeOf } of above) {
    for (const [path, value] of leavesOf(values)) {
      const key = path.join('.');
      const type = declaredType(judged, path[0] ?? '') ? ANY : typeIn(options, brought, key);
      const message = doubt(key, value, { type, known });
      if (message !== undefined) yield { level: 'warning', file, ...placeOf(path), key, message };
    }
  }
}

function doubt(key: string, value: Yaml, { type, known }: { type: ParameterType; known: readonly string[] }) {
  if (!known.includes(key) && nearest(key, known) !== undefined) {
    return `this pack has no parameter of that name${didYouMean(key, known)}`;
  }
  return faultIn(key, value, type);
}

const faultIn = (key: string, value: Yaml, type: ParameterType): string | undefined =>
  isReference(value) ? undefined : wrongValue(key, value, type);

/** What is wrong with a value for a parameter of this type, if anything is. */
export function wrongValue(key: string, value: Yaml, type: ParameterType): string | undefined {
  if (type.takes(value)) return undefined;
  const got = isSecret(key) ? '******' : shown(maskedValue(value));
  return `wrong value (expected ${type.name}, got ${got})`;
}

/** The type of a parameter, by the options of its plugin or by what its pack brings. */
export function typeIn(
  options: z.core.$ZodType | undefined,
  brought: ReadonlyMap<string, Yaml>,
  key: string,
): ParameterType {
  return declaredType(options, key) ?? typeOf(brought.get(key));
}

/** `FILE:LINE` of every value that counts. */
function originsOf(sources: readonly ParameterSource[]): ReadonlyMap<string, string> {
  const origins = new Map<string, string>();
  for (const { file, values, placeOf } of sources) {
    for (const [path] of leavesOf(values)) {
      const { line } = placeOf(path);
      origins.set(path.join('.'), line > 0 ? `${file}:${line}` : file);
    }
  }
  return origins;
}

/** The value at a dotted key; `undefined` when there is none. */
export function valueAt(values: YamlMap, key: string): Yaml | undefined {
  let at: Yaml | undefined = values;
  for (const step of key.split('.')) at = isMapping(at) && Object.hasOwn(at, step) ? at[step] : undefined;
  return at;
}
