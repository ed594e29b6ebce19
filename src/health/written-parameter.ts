import type { ActionParameter } from '../model/health.ts';
import type { Yaml, YamlMap } from '../model/pack.ts';

/** A parameter: its default alone, or a map with what it must be. */
export function writtenParameter(name: string, written: Yaml): ActionParameter {
  if (typeof written !== 'object' || written === null || Array.isArray(written)) {
    return { name, isRequired: written === null, defaultValue: written };
  }
  const { required, default: preset } = written as YamlMap;
  return { name, isRequired: required === true || preset === undefined, defaultValue: preset ?? null };
}
