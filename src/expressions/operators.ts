import { ARITHMETIC, isShowable, modulo } from './arithmetic.ts';
import { areEqual, isIn, order } from './comparison.ts';
import type { Span } from './fault.ts';
import type { Meter } from './limits.ts';
import type { Code, Run } from './run.ts';
import type { ArithmeticOperator, Comparison } from './syntax.ts';
import { Missing, type Result, type Value } from './values.ts';

/** Two operands and the place of the operator's part. */
interface Pair {
  readonly left: Code;
  readonly right: Code;
  readonly at: Span;
}

/** The result of an operator on any two values. Throws TYPE, ZERO_DIVISION or LIMIT. */
export function calculate(operator: ArithmeticOperator, a: Result, b: Result, run: Run): Result {
  if (a instanceof Missing) return a;
  return b instanceof Missing ? b : ARITHMETIC[operator](a, b, run.meter);
}

// One closure for each operator: numbers, the common case, are worked out on the spot, and V8 learns each operator by itself. What goes
// wrong is worked out again by `calculate`, which says it: so the common case need not note its place.
const ARITHMETIC_CODE: Partial<Record<ArithmeticOperator, (pair: Pair) => Code>> = {
  '+':
    ({ left, right, at }) =>
    (run) => {
      const a = left(run);
      const b = right(run);
      if (typeof a === 'number' && typeof b === 'number') {
        const result = a + b;
        if (isShowable(result)) return result;
      }
      run.at = at;
      return calculate('+', a, b, run);
    },
  '-':
    ({ left, right, at }) =>
    (run) => {
      const a = left(run);
      const b = right(run);
      if (typeof a === 'number' && typeof b === 'number') {
        const result = a - b;
        if (isShowable(result)) return result;
      }
      run.at = at;
      return calculate('-', a, b, run);
    },
  '*':
    ({ left, right, at }) =>
    (run) => {
      const a = left(run);
      const b = right(run);
      if (typeof a === 'number' && typeof b === 'number') {
        const result = a * b;
        if (isShowable(result)) return result;
      }
      run.at = at;
      return calculate('*', a, b, run);
    },
  '/':
    ({ left, right, at }) =>
    (run) => {
      const a = left(run);
      const b = right(run);
      if (typeof a === 'number' && typeof b === 'number' && b !== 0) {
        const result = a / b;
        if (isShowable(result)) return result;
      }
      run.at = at;
      return calculate('/', a, b, run);
    },
  '%':
    ({ left, right, at }) =>
    (run) => {
      const a = left(run);
      const b = right(run);
      run.at = at;
      return typeof a === 'number' && typeof b === 'number' ? modulo(a, b) : calculate('%', a, b, run);
    },
};

/** The code of an arithmetic operator on two operands (formats are not handled here). */
export function arithmeticCode(operator: ArithmeticOperator, pair: Pair): Code {
  const short = ARITHMETIC_CODE[operator];
  if (short) return short(pair);
  const { left, right, at } = pair;
  return (run) => {
    const a = left(run);
    const b = right(run);
    run.at = at;
    return calculate(operator, a, b, run);
  };
}

const COMPARE: Readonly<Record<Comparison, (a: Value, b: Value, meter: Meter) => boolean>> = {
  '==': areEqual,
  '!=': (a, b, meter) => !areEqual(a, b, meter),
  '<': (a, b, meter) => order(a, b, meter) < 0,
  '<=': (a, b, meter) => order(a, b, meter) <= 0,
  '>': (a, b, meter) => order(a, b, meter) > 0,
  '>=': (a, b, meter) => order(a, b, meter) >= 0,
  in: isIn,
  'not in': (a, b, meter) => !isIn(a, b, meter),
};

/** Compares any two values. Missing data equals the empty text and nothing else is known of it. */
export function compare(operator: Comparison, a: Result, b: Result, run: Run): boolean | Missing {
  if (!(a instanceof Missing || b instanceof Missing)) return COMPARE[operator](a, b, run.meter);
  if ((operator === '==' || operator === '!=') && (a === '' || b === '')) return operator === '==';
  return a instanceof Missing ? a : (b as Missing);
}

const COMPARISON_CODE: Partial<Record<Comparison, (pair: Pair) => Code>> = {
  '<':
    ({ left, right, at }) =>
    (run) => {
      const a = left(run);
      const b = right(run);
      if (typeof a === 'number' && typeof b === 'number') return a < b;
      run.at = at;
      return compare('<', a, b, run);
    },
  '<=':
    ({ left, right, at }) =>
    (run) => {
      const a = left(run);
      const b = right(run);
      if (typeof a === 'number' && typeof b === 'number') return a <= b;
      run.at = at;
      return compare('<=', a, b, run);
    },
  '>':
    ({ left, right, at }) =>
    (run) => {
      const a = left(run);
      const b = right(run);
      if (typeof a === 'number' && typeof b === 'number') return a > b;
      run.at = at;
      return compare('>', a, b, run);
    },
  '>=':
    ({ left, right, at }) =>
    (run) => {
      const a = left(run);
      const b = right(run);
      if (typeof a === 'number' && typeof b === 'number') return a >= b;
      run.at = at;
      return compare('>=', a, b, run);
    },
  '==':
    ({ left, right, at }) =>
    (run) => {
      const a = left(run);
      const b = right(run);
      if (typeof a === typeof b && typeof a !== 'object') return a === b;
      run.at = at;
      return compare('==', a, b, run);
    },
};

/** The code of one comparison. */
export function comparisonCode(operator: Comparison, pair: Pair): Code {
  const short = COMPARISON_CODE[operator];
  if (short) return short(pair);
  const { left, right, at } = pair;
  return (run) => {
    const a = left(run);
    const b = right(run);
    run.at = at;
    return compare(operator, a, b, run);
  };
}

/** The code of `a < b < c`: each operand once, from left to right, up to the first False; else missing data wins over True. */
export function chainCode(first: Code, rest: readonly (readonly [Comparison, Code])[], at: Span): Code {
  return (run) => {
    let outcome: boolean | Missing = true;
    let left = first(run);
    for (const [operator, operand] of rest) {
      const right = operand(run);
      run.at = at;
      const step = compare(operator, left, right, run);
      if (step === false) return false;
      if (outcome === true) outcome = step;
      left = right;
    }
    return outcome;
  };
}
