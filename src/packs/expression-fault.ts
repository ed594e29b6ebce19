import { messageOf, OpsbroError } from '../base/errors.ts';
import type { ExpressionFault } from '../config/objects.ts';
import { compile } from '../expressions/compile.ts';
import type { FunctionTable, Scope } from '../expressions/contract.ts';
import { groupTest } from '../expressions/group-test.ts';
import { parseExpression } from '../expressions/parser.ts';
import type { Call, Node } from '../expressions/syntax.ts';

/** Functions that look for the first argument in the file that the second names. */
const SEARCHES = new Set(['grep', 'grep_file']);

/** Says of an expression everything that is wrong with it, as far as that can be known before it is evaluated. */
export function expressionFaults<S extends Scope>(
  functions: FunctionTable<S>,
): (expression: string) => readonly ExpressionFault[] {
  return (expression) => {
    try {
      const warnings = compile(expression, { functions }).warnings.map(({ message, offset }) => ({ message, offset }));
      return [...warnings, ...swappedArguments(expression)];
    } catch (error) {
      return [{ message: messageOf(error), ...offsetOf(error) }];
    }
  };
}

/** The parameters that an expression cannot do without; none when it cannot be read. */
export function parametersIn<S extends Scope>(functions: FunctionTable<S>): (expression: string) => readonly string[] {
  return (expression) => {
    if (!expression.includes('parameters.')) return [];
    try {
      const needed = compile(expression, { functions }).references.filter(({ hasDefault }) => !hasDefault);
      return needed.filter(({ kind }) => kind === 'parameters').map(({ path }) => path.text);
    } catch {
      return [];
    }
  };
}

/** What is wrong with a test of groups; `undefined` when it can be read. */
export function groupFault(test: string): string | undefined {
  try {
    groupTest(test);
    return undefined;
  } catch (error) {
    return `${messageOf(error)} (expected a group, a test such as "linux and not docker-container", or "*")`;
  }
}

/** A file to search that stands where the text belongs is never found, and nothing else says so. */
function swappedArguments(expression: string): readonly ExpressionFault[] {
  if (!expression.includes('grep')) return [];
  for (const call of callsIn(parseExpression(expression))) {
    const [first, second] = call.positional.map((node) => (node.type === 'constant' ? node.value : undefined));
    const isSwapped = isPath(first) && typeof second === 'string' && !isPath(second);
    if (SEARCHES.has(call.name) && isSwapped) {
      return [
        { message: `the arguments of ${call.name} are swapped; did you mean ${call.name}('${second}', '${first}')?` },
      ];
    }
  }
  return [];
}

const isPath = (value: unknown): value is string => typeof value === 'string' && value.startsWith('/');

function* callsIn(node: Node): Iterable<Call> {
  if (node.type === 'call') yield node;
  for (const part of Object.values(node)) yield* callsInPart(part);
}

/** Parts of an expression lie in fields, lists and maps of a part. */
function* callsInPart(part: unknown): Iterable<Call> {
  if (typeof part !== 'object' || part === null) return;
  if ('type' in part && 'height' in part) yield* callsIn(part as Node);
  else if (part instanceof Map || Array.isArray(part)) for (const each of part.values()) yield* callsInPart(each);
}

function offsetOf(error: unknown): { readonly offset?: number } {
  const offset = error instanceof OpsbroError ? error.details?.['offset'] : undefined;
  return typeof offset === 'number' ? { offset } : {};
}
