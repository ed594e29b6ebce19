import { messageOf, OpsbroError } from '../base/errors.ts';
import type { RenderFunction } from './function.ts';
import type { Param, Value } from './params.ts';

/** What a call gives: by place, and by name. */
export interface Given {
  readonly args: readonly Value[];
  readonly named: ReadonlyMap<string, Value>;
}

/** Checks what a call gives and puts it under the names of the parameters. Throws `bad_request`, naming function and parameter. */
export function bound(
  name: string,
  { params }: RenderFunction,
  { args, named }: Given,
): Readonly<Record<string, unknown>> {
  const entries = Object.entries(params);
  const unknown = [...named.keys()].find((key) => !Object.hasOwn(params, key));
  if (unknown !== undefined)
    throw bad(name, `it has no parameter "${unknown}"; it has ${Object.keys(params).join(', ')}`);
  const takesAll = entries.some(([, { isMultiple }]) => isMultiple);
  if (!takesAll && args.length > entries.length)
    throw bad(name, `it takes ${entries.length} arguments, not ${args.length}`);
  return Object.fromEntries(
    entries.map(([key, param], at) => {
      const rest = args.slice(at);
      const given = param.isMultiple ? (rest.length > 0 ? (rest as unknown as Value) : undefined) : args[at];
      return [key, readOne({ name, key }, param, given ?? named.get(key))];
    }),
  );
}

function readOne(
  { name, key }: { readonly name: string; readonly key: string },
  param: Param<unknown>,
  given: Value | undefined,
): unknown {
  const value = given ?? param.preset;
  if (value === undefined || value === null) {
    if (param.isRequired) throw bad(name, `${key} is missing`);
    return param.preset === undefined ? undefined : param.read(param.preset);
  }
  try {
    return param.read(value);
  } catch (error) {
    throw bad(name, `${key}: ${messageOf(error)}`, error);
  }
}

const bad = (name: string, text: string, cause?: unknown): OpsbroError =>
  new OpsbroError('bad_request', `${name}: ${text}`, { cause });
