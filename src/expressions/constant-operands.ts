import { isShowable } from './arithmetic.ts';
import type { Span } from './fault.ts';
import { calculate, compare } from './operators.ts';
import type { Code } from './run.ts';
import type { ArithmeticOperator, Comparison } from './syntax.ts';

// `100 - x`, `2 * x`, `x > 5`: a number that is written in the expression need not be asked for. That saves a call through a site that V8
// cannot foresee, which is most of what an operator costs. One closure for each operator and side, as in the general code.

/** A written number, the operand beside it, and the place of the operator's part. */
interface Beside {
  readonly number: number;
  readonly operand: Code;
  readonly at: Span;
}

type Codes<Operator extends string> = Partial<Record<Operator, (beside: Beside) => Code>>;

const NUMBER_FIRST: Codes<ArithmeticOperator> = {
  '+':
    ({ number, operand, at }) =>
    (run) => {
      const value = operand(run);
      if (typeof value === 'number') {
        const result = number + value;
        if (isShowable(result)) return result;
      }
      run.at = at;
      return calculate('+', number, value, run);
    },
  '-':
    ({ number, operand, at }) =>
    (run) => {
      const value = operand(run);
      if (typeof value === 'number') {
        const result = number - value;
        if (isShowable(result)) return result;
      }
      run.at = at;
      return calculate('-', number, value, run);
    },
  '*':
    ({ number, operand, at }) =>
    (run) => {
      const value = operand(run);
      if (typeof value === 'number') {
        const result = number * value;
        if (isShowable(result)) return result;
      }
      run.at = at;
      return calculate('*', number, value, run);
    },
};

const NUMBER_LAST: Codes<ArithmeticOperator> = {
  '+':
    ({ number, operand, at }) =>
    (run) => {
      const value = operand(run);
      if (typeof value === 'number') {
        const result = value + number;
        if (isShowable(result)) return result;
      }
      run.at = at;
      return calculate('+', value, number, run);
    },
  '-':
    ({ number, operand, at }) =>
    (run) => {
      const value = operand(run);
      if (typeof value === 'number') {
        const result = value - number;
        if (isShowable(result)) return result;
      }
      run.at = at;
      return calculate('-', value, number, run);
    },
  '*':
    ({ number, operand, at }) =>
    (run) => {
      const value = operand(run);
      if (typeof value === 'number') {
        const result = value * number;
        if (isShowable(result)) return result;
      }
      run.at = at;
      return calculate('*', value, number, run);
    },
  '/':
    ({ number, operand, at }) =>
    (run) => {
      const value = operand(run);
      if (typeof value === 'number' && number !== 0) {
        const result = value / number;
        if (isShowable(result)) return result;
      }
      run.at = at;
      return calculate('/', value, number, run);
    },
};

const COMPARED: Codes<Comparison> = {
  '<':
    ({ number, operand, at }) =>
    (run) => {
      const value = operand(run);
      if (typeof value === 'number') return value < number;
      run.at = at;
      return compare('<', value, number, run);
    },
  '<=':
    ({ number, operand, at }) =>
    (run) => {
      const value = operand(run);
      if (typeof value === 'number') return value <= number;
      run.at = at;
      return compare('<=', value, number, run);
    },
  '>':
    ({ number, operand, at }) =>
    (run) => {
      const value = operand(run);
      if (typeof value === 'number') return value > number;
      run.at = at;
      return compare('>', value, number, run);
    },
  '>=':
    ({ number, operand, at }) =>
    (run) => {
      const value = operand(run);
      if (typeof value === 'number') return value >= number;
      run.at = at;
      return compare('>=', value, number, run);
    },
};

/** The code of an arithmetic operator behind a written number; `undefined` where the general code is as good. */
export const behindNumber = (operator: ArithmeticOperator, beside: Beside): Code | undefined =>
  NUMBER_FIRST[operator]?.(beside);

/** The code of an arithmetic operator before a written number; `undefined` where the general code is as good. */
export const beforeNumber = (operator: ArithmeticOperator, beside: Beside): Code | undefined =>
  NUMBER_LAST[operator]?.(beside);

/** The code of a comparison with a written number; `undefined` where the general code is as good. */
export const comparedWithNumber = (operator: Comparison, beside: Beside): Code | undefined =>
  COMPARED[operator]?.(beside);
