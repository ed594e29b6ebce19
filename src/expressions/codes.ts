import { emptied } from './calls.ts';
import { fault, type Span } from './fault.ts';
import { type FormatValues, format, formatValues } from './format.ts';
import { calculate } from './operators.ts';
import type { Code, Run } from './run.ts';
import { holeText } from './text.ts';
import { type Key, keyOf, Missing, numberOf, type Result, typeName, type Value } from './values.ts';

/** The code of a value that is written in the expression. */
export const constantCode =
  (value: Value): Code =>
  () =>
    value;

/** The code of a written format that is filled with values. In a text, missing values become nothing. */
export function formatCode(template: Code, values: (run: Run) => FormatValues | Missing, at: Span): Code {
  return (run) => {
    const text = template(run);
    if (typeof text !== 'string') return text;
    const given = values(run);
    if (given instanceof Missing) return given;
    const missing = firstMissing(given);
    if (missing && !run.isText) return missing;
    if (missing) emptied(run, missing);
    run.at = at;
    return format(text, given, run.meter);
  };
}

/** The code of `%` where the left operand may be a number or a format. */
export function percentCode(left: Code, right: Code, at: Span): Code {
  return (run) => {
    const a = left(run);
    const b = right(run);
    run.at = at;
    if (typeof a !== 'string' || (b instanceof Missing && !run.isText)) return calculate('%', a, b, run);
    const values = b instanceof Missing ? { positional: [b], keyed: undefined } : formatValues(b);
    if (b instanceof Missing) emptied(run, b);
    return format(a, values, run.meter);
  };
}

/** The code of a minus or plus before an operand. */
export function signCode(operator: '-' | '+', operand: Code, at: Span): Code {
  return (run) => {
    const value = operand(run);
    if (value instanceof Missing) return value;
    const number = numberOf(value);
    run.at = at;
    if (number === undefined) throw fault('TYPE', `cannot put ${operator} before a ${typeName(value)}`);
    return operator === '-' ? -number : number;
  };
}

/** The text of a value in a hole; missing data becomes nothing in a text and stays missing elsewhere. */
export function holeOf(value: Result, run: Run): string | Missing {
  if (!(value instanceof Missing)) return holeText(value);
  return run.isText ? emptied(run, value) : value;
}

/** The key that a value of a dict display stands for. Throws TYPE when it cannot be one. */
export function neededKey(value: Value): Key {
  const key = keyOf(value);
  if (key === undefined) throw fault('TYPE', `a ${typeName(value)} cannot be a key`);
  return key;
}

function firstMissing({ positional, keyed }: FormatValues): Missing | undefined {
  const isMissing = (value: Result): value is Missing => value instanceof Missing;
  return positional.find(isMissing) ?? (keyed && [...keyed.values()].find(isMissing));
}
