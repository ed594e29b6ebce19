import { z } from 'zod';
import { shown } from '../base/shown.ts';
import type { Yaml } from '../model/pack.ts';
import { docOf, fieldsOf, valuesOf } from './schema-walk.ts';
import { isSecret, maskedValue } from './secrets.ts';
import type { Path } from './yaml-place.ts';
import { isList, isMapping } from './yaml-value.ts';

/** Something wrong in a value. */
export interface Fault {
  /** From the value down to what is wrong. */
  readonly path: Path;
  /** What is wrong and what would be right, in one clause. */
  readonly message: string;
  /** What was probably meant. */
  readonly suggestion?: string;
}

/** What is wrong with a value that stands for `key`, in one clause; `undefined` when nothing is. */
export function faultOf(schema: z.core.$ZodType, value: Yaml, key: string): string | undefined {
  const [fault] = faultsOf(schema, value, key);
  if (!fault) return undefined;
  const hint = fault.suggestion === undefined ? '' : `; did you mean "${fault.suggestion}"?`;
  return `${[...fault.path, fault.message].join(': ')}${hint}`;
}

/** Everything that is wrong with a value that stands for `key`, each part of it named once. */
export function faultsOf(schema: z.core.$ZodType, value: Yaml, key: string): readonly Fault[] {
  const checked = z.safeParse(schema, value);
  if (checked.success) return [];
  const faults = new Map<string, Fault>();
  for (const issue of checked.error.issues) {
    const part = partAt({ schema, value, path: [] }, issue.path);
    const place = JSON.stringify(part.path);
    // To judge a part is to show it, which for a long list with many wrong items is done once.
    if (!faults.has(place)) faults.set(place, judged(issue, part, key));
  }
  return [...faults.values()];
}

/** A part of a value, with what is expected there. */
interface Part {
  readonly schema: z.core.$ZodType;
  readonly value: Yaml;
  readonly path: Path;
}

function judged(issue: z.core.$ZodIssue, part: Part, key: string): Fault {
  const { schema, value, path } = part;
  const names = path.filter((step) => typeof step === 'string');
  const hidden = [key, ...names].some(isSecret);
  if (issue.code === 'custom' && issue.message !== '' && !hidden) {
    const suggestion: unknown = issue.params?.['suggestion'];
    return { path, message: issue.message, ...(typeof suggestion === 'string' ? { suggestion } : {}) };
  }
  const got = hidden ? '******' : kindShown(value);
  const suggestion = hidden ? undefined : suggestionIn(issue);
  const message = `wrong value (expected ${docOf(schema).expected}, got ${got})`;
  return { path, message, ...(suggestion !== undefined && { suggestion }) };
}

/** What one of several forms would have suggested for the value as a whole. */
function suggestionIn(issue: z.core.$ZodIssue): string | undefined {
  if (issue.code !== 'invalid_union') return undefined;
  for (const inner of issue.errors.flat()) {
    const suggestion: unknown = inner.code === 'custom' && inner.path.length === 0 && inner.params?.['suggestion'];
    if (typeof suggestion === 'string') return suggestion;
  }
  return undefined;
}

/** The part an issue is about, as far down as the schema says what is expected there. */
function partAt(whole: Part, path: readonly PropertyKey[]): Part {
  let part = whole;
  for (const step of path) {
    const { schema, value } = part;
    if (typeof step !== 'string' || !isMapping(value) || !Object.hasOwn(value, step)) break;
    const fields = fieldsOf(schema);
    const inner = fields && Object.hasOwn(fields, step) ? fields[step] : valuesOf(schema);
    if (!inner) break;
    part = { schema: inner, value: value[step] ?? null, path: [...part.path, step] };
  }
  return part;
}

function kindShown(value: Yaml): string {
  const text = shown(maskedValue(value));
  if (isMapping(value)) return `the map ${text}`;
  return isList(value) ? `the list ${text}` : text;
}
