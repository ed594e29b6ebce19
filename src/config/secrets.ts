import type { Yaml, YamlMap } from '../model/pack.ts';
import { isList, isMapping } from './yaml-value.ts';

const SECRET = /password|passwd|token|secret|api_?key|key_priv|private|authorization|customer_key/i;
const MASK = '******';

/** Whether a key of this name, or the last part of a dotted one, holds something that is never shown. */
export const isSecret = (key: string): boolean => SECRET.test(key.slice(key.lastIndexOf('.') + 1));

/** Whether a line of a file looks as if it held something that is never shown. */
export const mentionsSecret = (line: string): boolean => SECRET.test(line);

/** The same map with stars in place of every secret. */
export function masked(map: YamlMap): YamlMap {
  const copy: Record<string, Yaml> = Object.create(null);
  for (const [key, value] of Object.entries(map))
    copy[key] = isSecret(key) && isWritten(value) ? MASK : maskedValue(value);
  return copy;
}

const isWritten = (value: Yaml) => value !== null && value !== '';

function maskedValue(value: Yaml): Yaml {
  if (isMapping(value)) return masked(value);
  return isList(value) ? value.map(maskedValue) : value;
}
