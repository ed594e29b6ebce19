import { messageOf } from '../base/errors.ts';
import { compile } from '../expressions/compile.ts';
import type { FunctionTable, Scope } from '../expressions/contract.ts';

/** Says of an expression what is wrong with it, as far as that can be known before it is evaluated; `undefined` when nothing is. */
export function expressionFaults<S extends Scope>(
  functions: FunctionTable<S>,
): (expression: string) => string | undefined {
  return (expression) => {
    try {
      return compile(expression, { functions }).warnings[0]?.message;
    } catch (error) {
      return messageOf(error);
    }
  };
}
