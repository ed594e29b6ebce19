import { z } from 'zod';
import { nearest } from '../../base/nearest.ts';
import type { Yaml, YamlMap } from '../../model/pack.ts';
import { faultsOf } from '../fault.ts';
import { bare, docOf, fieldsOf } from '../schema-walk.ts';
import type { Path } from '../yaml-place.ts';
import { isList, isMapping } from '../yaml-value.ts';
import type { Remark } from './kind.ts';

type Schema = z.core.$ZodType;

/**
 * What is wrong with the value of a field, with places below `at`: maps of known fields and lists of them are looked at part by part, so
 * that every fault of them is told, not only the first.
 */
export function* faultsIn(schema: Schema, value: Yaml, at: Path): Iterable<Remark> {
  const inner = fitting(schema, value);
  const fields = fieldsOf(inner);
  if (fields && isMapping(value)) yield* faultsOfMap(inner, fields, value, at);
  else if (inner instanceof z.ZodArray && isList(value) && isStructured(inner.element)) {
    for (const [index, item] of value.entries()) yield* faultsIn(inner.element, item, [...at, index]);
  } else {
    const name = at.findLast((step) => typeof step === 'string');
    for (const { path, ...fault } of faultsOf(schema, value, String(name ?? ''))) {
      yield { level: 'error', at: [...at, ...path], ...fault };
    }
  }
}

type KnownFields = Readonly<Record<string, Schema>>;

function* faultsOfMap(owner: Schema, known: KnownFields, value: YamlMap, at: Path): Iterable<Remark> {
  for (const [key, part] of Object.entries(value)) {
    const schema = Object.hasOwn(known, key) ? known[key] : undefined;
    if (!schema) {
      const level = isClosed(owner) ? 'error' : 'warning';
      yield { level, at: [...at, key], message: 'unknown key', suggestion: nearest(key, Object.keys(known)) };
    } else if (part !== null) yield* faultsIn(schema, part, [...at, key]);
  }
  for (const [name, schema] of Object.entries(known)) {
    if ((value[name] ?? null) !== null || z.safeParse(schema, undefined).success) continue;
    yield { level: 'error', at: [...at, name], message: `is missing (expected ${docOf(schema).expected})` };
  }
}

/** A union stands for that of its members which is of the form of the value. */
function fitting(schema: Schema, value: Yaml): Schema {
  const inner = bare(schema);
  if (!(inner instanceof z.ZodUnion)) return inner;
  const isForm = (option: Schema) => (isList(value) ? option instanceof z.ZodArray : fieldsOf(option) !== undefined);
  return inner.options.find(isForm) ?? inner;
}

const isStructured = (schema: Schema): boolean => fieldsOf(schema) !== undefined;

/** A map that takes no other keys than its own. */
const isClosed = (schema: Schema): boolean =>
  schema instanceof z.ZodObject && schema.def.catchall instanceof z.ZodNever;
