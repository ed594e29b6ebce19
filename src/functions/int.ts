import { z } from 'zod';
import { fault } from '../expressions/fault.ts';
import { numberOf, typeName } from '../expressions/values.ts';
import { valueArgument } from '../plugins/arguments.ts';
import { defineFunction } from '../plugins/function.ts';

export default defineFunction({
  name: 'int',
  description: 'The whole number in a number or a text; digits behind the point are cut off.',
  group: 'basic',
  reach: 'pure',

  options: z.object({
    x: valueArgument('A number, or a text of digits.'),
  }),

  configure:
    ({ x }) =>
    () => {
      const number = typeof x === 'string' && /^\s*[+-]?\d+\s*$/.test(x) ? Number(x) : numberOf(x);
      if (number === undefined) throw fault('FUNCTION', `int() cannot convert this ${typeName(x)}`);
      return Math.trunc(number);
    },
});
