import { z } from 'zod';
import { AgentConfig } from '../../src/config/agent-schema.ts';
import { OBJECT_KINDS, OBJECT_SCHEMAS } from '../../src/config/object-schemas.ts';
import { Zone } from '../../src/config/zones.ts';
import type { PackObjectType } from '../../src/model/pack.ts';
import { PackDescriptor } from '../../src/packs/descriptor.ts';
import type { GeneratedFile } from './page.ts';

type Json = Readonly<Record<string, unknown>>;

const DIALECT = 'https://json-schema.org/draft/2020-12/schema';

/** JSON Schemas of every kind of file people write, so that editors complete and check them. */
export async function schemaFiles(): Promise<readonly GeneratedFile[]> {
  const types = Object.keys(OBJECT_SCHEMAS) as PackObjectType[];
  const objects = new Map(types.map((type) => [type, one(objectSchema(type))]));
  const zone = one(withDashes(schemaOf(Zone)));
  const files = new Map<string, Json>([
    ...[...objects].map(([type, schema]): [string, Json] => [type, fileOf(type, { [type]: schema }, [type])]),
    ['zone', fileOf('zone', { zone }, ['zone'])],
    ['package', schemaOf(PackDescriptor)],
    ['parameters', { type: 'object', description: 'Parameters of a pack, by name.' }],
    ['agent', agentSchema({ ...Object.fromEntries(objects), zone })],
  ]);
  return [...files].map(([name, schema]) => ({
    path: `schemas/${name}.json`,
    content: `${JSON.stringify({ $schema: DIALECT, title: `opsbro ${name}`, ...withDefinitionsOnTop(schema) }, undefined, 2)}\n`,
  }));
}

/** A file that holds objects of a type under their top key, and perhaps others beside them. */
const fileOf = (type: string, properties: Json, required: readonly string[]): Json => ({
  type: 'object',
  description: `A file with objects of the type ${type}.`,
  properties,
  required,
});

/** One of it, or a list of them. */
const one = (schema: Json): Json => ({ anyOf: [schema, { type: 'array', items: schema }] });

/** Free variables may stand beside the settings, and objects as well. */
function agentSchema(others: Json): Json {
  const { properties, ...schema } = withDashes(schemaOf(AgentConfig));
  return { ...schema, properties: { ...(properties as Json), ...others }, additionalProperties: true };
}

/** The old name of a field is as good as the new one. */
function objectSchema(type: PackObjectType): Json {
  const { properties, required = [], ...schema } = renamed(schemaOf(OBJECT_SCHEMAS[type]), type);
  const fields = new Map(Object.entries(properties as Json));
  const needed = (required as readonly string[]).map((name) => [name]);
  for (const [old, name] of OBJECT_KINDS[type].oldNames ?? []) {
    fields.set(old, fields.get(name));
    for (const names of needed) if (names.includes(name)) names.push(old);
  }
  const demands = needed.map((names) => ({ anyOf: names.map((name) => ({ required: [name] })) }));
  return { ...schema, properties: Object.fromEntries(fields), ...(demands.length > 0 && { allOf: demands }) };
}

const schemaOf = (schema: z.ZodType): Json => {
  const { $schema: _dialect, ...made } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  return described(made) as Json;
};

/** What a schema refers to by name gets names that no other schema has. */
const renamed = (schema: Json, type: string): Json =>
  JSON.parse(JSON.stringify(schema).replaceAll('__schema', `${type}-`)) as Json;

/** References are looked up from the top of a file, so definitions that stand anywhere in it are moved there. */
function withDefinitionsOnTop(schema: Json): Json {
  const definitions = new Map<string, unknown>();
  const lifted = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(lifted);
    if (typeof value !== 'object' || value === null) return value;
    const { $defs = {}, ...rest } = value as Json;
    for (const [name, definition] of Object.entries($defs as Json)) definitions.set(name, lifted(definition));
    return Object.fromEntries(Object.entries(rest).map(([key, part]) => [key, lifted(part)]));
  };
  const body = lifted(schema) as Json;
  return definitions.size === 0 ? body : { ...body, $defs: Object.fromEntries(definitions) };
}

/** Words for what may be written become part of the description, which is what editors show. */
function described(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(described);
  if (typeof value !== 'object' || value === null) return value;
  const { expected, ...rest } = value as { readonly expected?: unknown };
  const parts = Object.fromEntries(Object.entries(rest).map(([key, part]) => [key, described(part)]));
  if (typeof expected !== 'string') return parts;
  const { description } = parts;
  return {
    ...parts,
    description: `${typeof description === 'string' ? `${description} ` : ''}Written as ${expected}.`,
  };
}

/** Keys of settings may be written with dashes as well. */
function withDashes(schema: Json): Json {
  const { properties } = schema;
  if (typeof properties !== 'object' || properties === null) return schema;
  const all = Object.entries(properties).flatMap(([key, part]): [string, Json][] => {
    const inner = withDashes(part as Json);
    return key.includes('_')
      ? [
          [key, inner],
          [key.replaceAll('_', '-'), inner],
        ]
      : [[key, inner]];
  });
  const { required: _demanded, ...rest } = schema;
  return { ...rest, properties: Object.fromEntries(all) };
}
