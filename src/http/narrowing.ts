import { z } from 'zod';
import { OpsbroError } from '../base/errors.ts';
import { FILTER, filterOf } from './filter.ts';
import type { ApiParts } from './parts.ts';

/** The parameters of a read of which only some records, and of these only some fields, can be had, for the schema of its query. */
export const NARROWING = {
  ...FILTER,
  fields: z.string().min(1).max(500).optional().describe('only these fields of each record: name,state'),
};

interface Asked {
  readonly filter?: string | undefined;
  readonly fields?: string | undefined;
}

interface Narrowing {
  /** Whether the record is asked for. */
  fits(record: Readonly<Record<string, unknown>>): boolean;
  /** What is asked for of a record; its type is that of the whole one, as clients that name fields know what they get. */
  pick<JsonRecord extends Readonly<Record<string, unknown>>>(record: JsonRecord): JsonRecord;
}

/** Leaves of records with these fields what was asked for. Throws `expression` at a filter that cannot be read, `bad_request` at a field that no record has. */
export function narrowingOf(
  { filter, fields }: Asked,
  known: readonly string[],
  filtering: ApiParts['filtering'],
): Narrowing {
  return {
    fits: filter === undefined ? () => true : filterOf(filter, known, filtering),
    pick: fields === undefined ? (record) => record : pickerOf(fields.split(','), known),
  };
}

function pickerOf(wanted: readonly string[], known: readonly string[]): Narrowing['pick'] {
  const odd = wanted.find((name) => !known.includes(name));
  if (odd !== undefined)
    throw new OpsbroError('bad_request', `query fields: "${odd}" is no field; possible: ${known.join(', ')}`);
  const kept = new Set(wanted);
  return <JsonRecord extends object>(record: JsonRecord) =>
    Object.fromEntries(Object.entries(record).filter(([name]) => kept.has(name))) as JsonRecord;
}
