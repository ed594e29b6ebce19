import { z } from 'zod';

/** The schema itself, without the wrappers that say what happens when nothing is written. */
export function bare(schema: z.core.$ZodType): z.core.$ZodType {
  let at = schema;
  while (at instanceof z.ZodDefault || at instanceof z.ZodPrefault || at instanceof z.ZodOptional) at = at.unwrap();
  return at;
}

/** The fields of a schema of a map with known keys; `undefined` for any other. */
export function fieldsOf(schema: z.core.$ZodType): Readonly<Record<string, z.core.$ZodType>> | undefined {
  const inner = bare(schema);
  return inner instanceof z.ZodObject ? inner.shape : undefined;
}

/** The schema of each value of a map with free keys; `undefined` for any other. */
export function valuesOf(schema: z.core.$ZodType): z.core.$ZodType | undefined {
  const inner = bare(schema);
  return inner instanceof z.ZodRecord ? inner.valueType : undefined;
}

/** What a field says of itself, for messages and the reference page. */
interface FieldDoc {
  /** What may be written. */
  readonly expected: string;
  readonly description: string;
  /** What counts when nothing is written, as it would be written; `undefined` for nothing at all. */
  readonly default: unknown;
}

export function docOf(schema: z.core.$ZodType): FieldDoc {
  let at = schema;
  let expected: string | undefined;
  let description: string | undefined;
  let preset: unknown;
  for (;;) {
    const meta = at instanceof z.ZodType ? at.meta() : undefined;
    expected ??= meta?.expected;
    description ??= meta?.description;
    if (!(at instanceof z.ZodDefault || at instanceof z.ZodPrefault || at instanceof z.ZodOptional)) break;
    if (!(at instanceof z.ZodOptional)) preset ??= at.def.defaultValue;
    at = at.unwrap();
  }
  return { expected: expected ?? 'a map', description: description ?? '', default: preset };
}
