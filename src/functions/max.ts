import { z } from 'zod';
import { valueArgument } from '../plugins/arguments.ts';
import { defineFunction } from '../plugins/function.ts';
import { extreme } from './support/extreme.ts';

export default defineFunction({
  name: 'max',
  description: 'The greatest element of a list, or the greatest of several values.',
  group: 'basic',
  reach: 'pure',
  variadic: true,

  options: z.object({
    values: z.array(valueArgument('A value.')).min(1).describe('One list, or the values themselves.'),
  }),

  configure:
    ({ values }) =>
    () =>
      extreme('max', values, (order) => order > 0),
});
