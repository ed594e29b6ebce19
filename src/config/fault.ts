import { z } from 'zod';
import { shown } from '../base/shown.ts';
import type { Yaml } from '../model/pack.ts';
import { docOf } from './schema-walk.ts';
import { isSecret, masked } from './secrets.ts';
import { isList, isMapping } from './yaml-value.ts';

/** What is wrong with a value that stands for `key`, in one clause; `undefined` when nothing is. */
export function faultOf(schema: z.core.$ZodType, value: Yaml, key: string): string | undefined {
  const checked = z.safeParse(schema, value);
  if (checked.success) return undefined;
  const [issue] = checked.error.issues;
  const path = (issue?.path ?? []).filter((part) => typeof part === 'string');
  const name = [key, ...path].join('.');
  if (issue?.code === 'custom' && issue.message !== '' && !isSecret(name)) return [...path, issue.message].join(': ');
  const got = isSecret(name) ? '******' : kindShown(value);
  return [...path, `wrong value (expected ${docOf(schema).expected}, got ${got})`].join(': ');
}

function kindShown(value: Yaml): string {
  if (isMapping(value)) return `the map ${shown(masked(value))}`;
  return isList(value) ? `the list ${shown(value)}` : shown(value);
}
