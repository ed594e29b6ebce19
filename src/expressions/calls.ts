import { messageOf, OpsbroError } from '../base/errors.ts';
import { nearest } from '../base/nearest.ts';
import { checkNumber } from './arithmetic.ts';
import type { ExpressionFunction, FunctionTable } from './contract.ts';
import { fault } from './fault.ts';
import { checkElements, checkTextSize } from './limits.ts';
import type { RecentCalls } from './recent-calls.ts';
import { type Code, type Run, Suspension } from './run.ts';
import type { Call, Node } from './syntax.ts';
import { reprOf } from './text.ts';
import { Missing, type Result, sizeOf, type Value } from './values.ts';

/** A parameter and the code that gives it; a parameter that is not given is not listed. */
type Binding = readonly [string, Code];

/** `no function is named "f", did you mean "g"?` */
export function unknownFunction(name: string, functions: FunctionTable): string {
  return `no function is named "${name}"${suggestion(name, functions.keys())}`;
}

/** `, did you mean "X"?`, or nothing when no candidate is close. */
export function suggestion(word: string, candidates: Iterable<string>): string {
  const close = nearest(word, candidates);
  return close === undefined ? '' : `, did you mean "${close}"?`;
}

/** Which argument of a call goes to which parameter. Throws FUNCTION when they do not fit. */
export function bindArguments(
  fn: ExpressionFunction,
  { positional, keywords }: Call,
): ReadonlyMap<string, readonly Node[]> {
  const names = fn.parameters.map(({ name }) => name);
  if (fn.variadic) return bindVariadic(fn, positional, keywords);
  if (positional.length > names.length) {
    throw fault('FUNCTION', `${fn.name}() takes at most ${names.length} arguments, got ${positional.length}`);
  }
  const bound = new Map<string, readonly Node[]>();
  for (const [place, node] of positional.entries()) bound.set(names[place] ?? '', [node]);
  for (const [name, node] of keywords) {
    if (!names.includes(name)) {
      throw fault('FUNCTION', `${fn.name}() has no argument "${name}"${suggestion(name, names)}`);
    }
    if (bound.has(name)) throw fault('FUNCTION', `${fn.name}() got argument "${name}" twice`);
    bound.set(name, [node]);
  }
  const absent = fn.parameters.find(({ name, isRequired }) => isRequired && !bound.has(name));
  if (absent) throw fault('FUNCTION', `${fn.name}() needs argument "${absent.name}"`);
  return bound;
}

function bindVariadic(
  fn: ExpressionFunction,
  positional: readonly Node[],
  keywords: ReadonlyMap<string, Node>,
): ReadonlyMap<string, readonly Node[]> {
  const [keyword] = keywords.keys();
  if (keyword !== undefined) throw fault('FUNCTION', `${fn.name}() has no argument "${keyword}"`);
  if (positional.length === 0) throw fault('FUNCTION', `${fn.name}() needs an argument`);
  return new Map([[fn.parameters[0]?.name ?? '', positional]]);
}

/** The code of a call whose arguments fit. */
export function callCode(
  fn: ExpressionFunction,
  bindings: readonly Binding[],
  place: Call,
  recent?: RecentCalls,
): Code {
  const isRemote = fn.reach === 'host' || fn.reach === 'net';
  return (run) => {
    const answer = isRemote ? run.answerAt(place) : undefined;
    if (answer !== undefined) return answer;
    const given = argumentsOf(bindings, run, fn.whenMissing === 'call');
    if (given instanceof Missing) return fn.whenMissing === 'empty-text' && run.isText ? emptied(run, given) : given;
    run.at = place;
    const call = configured(fn, given);
    if (isRemote) {
      const ask = async (signal: AbortSignal) => call({ ...run.scope, signal });
      throw new Suspension(place, () => (recent ? recent.answer(textOfCall(fn, given), ask) : ask(run.scope.signal)));
    }
    const result = call(run.scope);
    if (result instanceof Promise) throw fault('FUNCTION', `${fn.name}() may not wait for anything`);
    return admitted(result, run);
  };
}

/** Notes that missing data became empty text. */
export function emptied(run: Run, missing: Missing): string {
  run.emptied ??= missing;
  return '';
}

/** The arguments by name, which come from the function and not from the expression; the first missing one unless these are wanted. */
function argumentsOf(bindings: readonly Binding[], run: Run, wantsMissing: boolean): Record<string, Result> | Missing {
  const given: Record<string, Result> = {};
  for (const [name, code] of bindings) {
    const value = code(run);
    if (value instanceof Missing && !wantsMissing) return value;
    if (!(value instanceof Missing)) charge(value, run);
    given[name] = value;
  }
  return given;
}

function configured(
  fn: ExpressionFunction,
  given: Record<string, Result>,
): ReturnType<ExpressionFunction['configure']> {
  try {
    return fn.configure(given);
  } catch (error) {
    if (error instanceof OpsbroError && error.code === 'expression') throw error;
    throw fault('FUNCTION', messageOf(error).replace(/^function /, ''));
  }
}

/** Equal for identical calls. */
function textOfCall({ name }: ExpressionFunction, given: Record<string, Result>): string {
  const values = Object.values(given).filter((value): value is Value => !(value instanceof Missing));
  return `${name} ${Object.keys(given).join()} ${reprOf(values)}`;
}

function charge(value: Value, run: Run): void {
  if (typeof value === 'string') run.meter.characters(value.length);
  else if (typeof value === 'object' && value !== null) run.meter.elements(sizeOf(value));
}

/** A result within the limits. */
export function admitted(result: Result, run: Run): Result {
  if (typeof result === 'number') return checkNumber(result);
  if (result instanceof Missing) return result;
  if (typeof result === 'string') checkTextSize(result.length);
  else checkElements(sizeOf(result));
  charge(result, run);
  return result;
}
