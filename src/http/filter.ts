import { z } from 'zod';
import type { Clock } from '../base/clock.ts';
import { OpsbroError } from '../base/errors.ts';
import { compile } from '../expressions/compile.ts';
import type { FunctionTable, Scope } from '../expressions/contract.ts';

/** The parameters of a read that can be narrowed, for the schema of its query. */
export const FILTER = {
  filter: z
    .string()
    .min(1)
    .max(4_096)
    .optional()
    .describe("an expression over the fields of a record: state == 'alive' and 'redis' in groups"),
};

/** Functions that see their arguments only. */
export type PureFunctions = FunctionTable<never>;

type JsonRecord = Readonly<Record<string, unknown>>;

interface Language {
  readonly functions: PureFunctions;
  readonly clock: Clock;
}

const PURE: ReadonlySet<'pure'> = new Set(['pure']);
/** Records are plain data: nothing in a filter waits. */
const ENDLESS = new AbortController().signal;

/**
 * A test of records by an expression in which the fields stand as bare names; a field that is null or absent makes no record fit. Throws
 * `expression` when the text cannot be read, as the test does when it cannot be worked out for a record.
 */
export function filterOf(
  text: string,
  fields: readonly string[],
  { functions, clock }: Language,
): (record: JsonRecord) => boolean {
  const compiled = compile(text, { functions, fields: new Set(fields), allowed: PURE });
  return (record) => {
    const scope: Scope = {
      read: () => ({ found: false, reason: 'a filter sees the fields of a record only' }),
      record: withoutNulls(record),
      clock,
      signal: ENDLESS,
    };
    // Pure functions do not look at the scope, whatever they were declared for.
    const outcome = compiled.evaluate(scope as never, 'condition');
    if (outcome instanceof Promise || outcome.type === 'missing') return false;
    if (outcome.type === 'value') return outcome.truth;
    const { message, code, offset, length } = outcome;
    throw new OpsbroError('expression', `query filter: ${message}`, { details: { code, offset, length } });
  };
}

const withoutNulls = (record: JsonRecord): JsonRecord =>
  Object.fromEntries(Object.entries(record).filter(([, value]) => value !== null));
