import type { ObjectRules } from '../config/objects.ts';
import type { ExpressionFunction, Scope } from '../expressions/contract.ts';
import { expressionFaults, groupFault, parametersIn } from '../packs/expression-fault.ts';

/** What is asked of plugins to judge what uses them: not what they do, but what they are called and what they take. */
export interface Judged<S extends Scope = Scope> {
  readonly checks: Iterable<{ readonly name: string; readonly fields: readonly string[]; readonly order: number }>;
  readonly functions: Iterable<ExpressionFunction<S>>;
}

/** What readers of objects have to know of these plugins. */
export function rulesOf<S extends Scope>({ checks, functions }: Judged<S>): ObjectRules {
  const table = new Map(Array.from(functions, (one) => [one.name, one]));
  return {
    checkFields: [...checks].flatMap(({ fields }) => fields),
    checkKinds: [...checks].sort((a, b) => a.order - b.order),
    expressionFaults: expressionFaults(table),
    parametersIn: parametersIn(table),
    groupFault,
  };
}
