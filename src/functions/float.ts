import { z } from 'zod';
import { fault } from '../expressions/fault.ts';
import { numberOf, typeName } from '../expressions/values.ts';
import { valueArgument } from '../plugins/arguments.ts';
import { defineFunction } from '../plugins/function.ts';

const NUMBER = /^\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\s*$/;

export default defineFunction({
  name: 'float',
  description: 'The number in a number or a text.',
  group: 'basic',
  reach: 'pure',

  options: z.object({
    x: valueArgument('A number, or a text that holds one.'),
  }),

  configure:
    ({ x }) =>
    () => {
      const number = typeof x === 'string' && NUMBER.test(x) ? Number(x) : numberOf(x);
      if (number === undefined) throw fault('FUNCTION', `float() cannot convert this ${typeName(x)}`);
      return number;
    },
});
