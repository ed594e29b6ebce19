import type { FunctionGroup, RenderFunction } from './function.ts';
import type { Param, Value } from './params.ts';
import { FUNCTIONS } from './table.ts';

/** A parameter as query editors know it. */
export interface ListedParam {
  readonly name: string;
  readonly type: string;
  readonly required?: true;
  readonly multiple?: true;
  readonly default?: Value;
  readonly options?: readonly string[];
  readonly suggestions?: readonly (string | number)[];
}

/** A function as query editors know it. */
export interface ListedFunction {
  readonly name: string;
  readonly function: string;
  readonly description: string;
  readonly module: 'opsbro';
  readonly group: FunctionGroup;
  readonly params: readonly ListedParam[];
}

/** Every function, by its name. */
export const listedFunctions = (): ReadonlyMap<string, ListedFunction> =>
  new Map(Array.from(FUNCTIONS, ([name, each]) => [name, listed(name, each)]));

function listed(name: string, { group, description, params }: RenderFunction): ListedFunction {
  const list = Object.entries(params).map(([key, param]) => listedParam(key, param));
  const texts = list.map(({ name: key, multiple, default: preset }) => {
    if (multiple) return `*${key}`;
    return preset === undefined ? key : `${key}=${typeof preset === 'string' ? `'${preset}'` : preset}`;
  });
  return { name, function: `${name}(${texts.join(', ')})`, description, module: 'opsbro', group, params: list };
}

function listedParam(
  name: string,
  { type, isRequired, isMultiple, preset, options, suggestions }: Param<unknown>,
): ListedParam {
  return {
    name,
    type,
    ...(isRequired && { required: true }),
    ...(isMultiple && { multiple: true }),
    ...(preset !== undefined && { default: preset }),
    ...(options && { options }),
    ...(suggestions && { suggestions }),
  };
}

const INFINITE = '\u0000infinity';

/** JSON in which infinity is a number too great for any reader, as JSON has no other. */
export const functionsJson = (value: unknown): string =>
  JSON.stringify(value, (_, each: unknown) => (each === Number.POSITIVE_INFINITY ? INFINITE : each)).replaceAll(
    JSON.stringify(INFINITE),
    '1e9999',
  );
