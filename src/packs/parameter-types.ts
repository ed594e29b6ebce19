import { z } from 'zod';
import { bare, docOf, fieldsOf } from '../config/schema-walk.ts';
import { isList, isMapping } from '../config/yaml-value.ts';
import type { Yaml } from '../model/pack.ts';

type Schema = z.core.$ZodType;

/** What is known of a parameter beside its value. */
export interface ParameterType {
  readonly name: string;
  readonly description: string;
  /** Whether a value may stand there. */
  takes(value: Yaml): boolean;
}

/** The type that the options of a plugin give a parameter; `undefined` when they do not name it. */
export function declaredType(options: Schema | undefined, key: string): ParameterType | undefined {
  const fields = options && fieldsOf(options);
  const schema = fields && Object.hasOwn(fields, key) ? fields[key] : undefined;
  if (!schema) return undefined;
  return {
    name: nameOf(schema),
    description: docOf(schema).description,
    takes: (value) => z.safeParse(schema, value).success,
  };
}

/** What counts for an option when nothing is written; `undefined` when it has to be written or is simply absent. */
export function presetOf(options: Schema | undefined, key: string): Yaml | undefined {
  const schema = options && fieldsOf(options)?.[key];
  return schema && (docOf(schema).default as Yaml | undefined);
}

/** Parameters that no plugin names are of the type of the value their pack brings; any type if that is null. */
export function typeOf(value: Yaml | undefined): ParameterType {
  const name = kindOf(value ?? null);
  const isAny = name === 'any';
  const takes = (other: Yaml) => isAny || kindOf(other) === name || (name === 'float' && kindOf(other) === 'int');
  return { name, description: '', takes };
}

function kindOf(value: Yaml): string {
  if (value === null) return 'any';
  if (typeof value === 'number') return Number.isInteger(value) ? 'int' : 'float';
  if (typeof value === 'boolean') return 'bool';
  if (isList(value)) return 'list';
  return isMapping(value) ? 'map' : 'string';
}

function nameOf(schema: Schema): string {
  const inner = bare(schema);
  if (inner instanceof z.ZodString) return 'string';
  if (inner instanceof z.ZodNumber) return inner.isInt ? 'int' : 'float';
  if (inner instanceof z.ZodBoolean) return 'bool';
  if (inner instanceof z.ZodEnum) return `one of ${inner.options.join(', ')}`;
  if (inner instanceof z.ZodArray) return 'list';
  const { expected } = docOf(schema);
  return expected === 'a map' && !(inner instanceof z.ZodObject) ? 'any' : expected;
}
