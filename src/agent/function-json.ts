import type { PureFunctions } from '../http/filter.ts';
import type { FunctionJson } from '../http/schemas.ts';
import { type FunctionPlugin, functionTable } from '../plugins/function.ts';

const NO_DEFAULT = '__NO_DEFAULT__';

/** A function of expressions, as the API lists it. */
export const functionJson = ({ name, group, reach, description, parameters }: FunctionPlugin): FunctionJson => ({
  name,
  group,
  class: reach,
  doc: description,
  prototype: parameters.map((parameter) => [parameter.name, parameter.isRequired ? NO_DEFAULT : parameter.preset]),
});

/** The functions that see their arguments only, for expressions over records. */
export const pureFunctions = (functions: Iterable<FunctionPlugin>): PureFunctions =>
  functionTable([...functions].filter(({ reach }) => reach === 'pure'));
