import type { Code } from './run.ts';
import { isTrue, Missing, type Result } from './values.ts';

/** `and` and `or` as Python has them, over three values: a deciding operand decides even if another is missing. */
export function logicalCode(type: 'and' | 'or', operands: readonly Code[]): Code {
  const [first, second] = operands;
  if (operands.length === 2 && first && second) return type === 'and' ? andCode(first, second) : orCode(first, second);
  const decides = type === 'or';
  return (run) => {
    let missing: Missing | undefined;
    let last: Result = decides;
    for (const operand of operands) {
      last = operand(run);
      if (last instanceof Missing) missing ??= last;
      else if (isTrue(last) === decides) return last;
    }
    return missing ?? last;
  };
}

const andCode =
  (left: Code, right: Code): Code =>
  (run) => {
    const a = left(run);
    if (a === false) return a;
    const isKnown = !(a instanceof Missing);
    if (isKnown && !isTrue(a)) return a;
    const b = right(run);
    return isKnown || (!(b instanceof Missing) && !isTrue(b)) ? b : a;
  };

const orCode =
  (left: Code, right: Code): Code =>
  (run) => {
    const a = left(run);
    if (a === true) return a;
    const isKnown = !(a instanceof Missing);
    if (isKnown && isTrue(a)) return a;
    const b = right(run);
    return isKnown || (!(b instanceof Missing) && isTrue(b)) ? b : a;
  };

/** `not x`. */
export const notCode =
  (operand: Code): Code =>
  (run) => {
    const value = operand(run);
    return value instanceof Missing ? value : !isTrue(value);
  };

/** `yes if test else no`: only the chosen branch is evaluated. */
export const conditionalCode =
  (test: Code, yes: Code, no: Code): Code =>
  (run) => {
    const value = test(run);
    if (value instanceof Missing) return value;
    return isTrue(value) ? yes(run) : no(run);
  };
