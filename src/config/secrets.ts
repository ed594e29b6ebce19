import type { Yaml, YamlMap } from '../model/pack.ts';
import { isList, isMapping } from './yaml-value.ts';

const SECRET = /password|passwd|token|secret|api_?key|key_priv|private|authorization|customer_key/i;
const MASK = '******';

/** Whether a key of this name, or the last part of a dotted one, holds something that is never shown. */
export const isSecret = (key: string): boolean => SECRET.test(key.slice(key.lastIndexOf('.') + 1));

/** Whether a line of a file looks as if it held something that is never shown. */
export const mentionsSecret = (line: string): boolean => SECRET.test(line);

/** What may be shown of the value of a key: stars in place of a secret, also in what is in the value. */
export const shownOf = (key: string, value: Yaml): Yaml =>
  key.split('.').some(isSecret) && isWritten(value) ? MASK : maskedValue(value);

/** The same map with stars in place of every secret. */
export function masked(map: YamlMap): YamlMap {
  const copy: Record<string, Yaml> = Object.create(null);
  for (const [key, value] of Object.entries(map)) copy[key] = shownOf(key, value);
  return copy;
}

/** Whether something in it is not shown. */
export const isMasked = (value: unknown): boolean => typeof value === 'string' && value.includes(MASK);

const isWritten = (value: Yaml) => value !== null && value !== '';

/** The same value with stars in place of every secret in it, such as the password of a URI. */
export function maskedValue(value: Yaml): Yaml {
  if (isMapping(value)) return masked(value);
  if (isList(value)) return value.map(maskedValue);
  return typeof value === 'string' ? withoutPassword(value) : value;
}

/** A text with stars in place of the password of every URI in it. One that has an @ itself ends at the last before the path. */
export const withoutPassword = (text: string): string =>
  text.replace(/(:\/\/[^\s/?#@:]*:)[^\s/?#]+(?=@)/g, `$1${MASK}`);
