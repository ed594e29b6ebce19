import { z } from 'zod';
import { isTrue } from '../expressions/values.ts';
import { valueArgument } from '../plugins/arguments.ts';
import { defineFunction } from '../plugins/function.ts';

export default defineFunction({
  name: 'bool',
  description: 'Whether a value counts as true.',
  group: 'basic',
  reach: 'pure',

  options: z.object({
    x: valueArgument('Any value.'),
  }),

  configure:
    ({ x }) =>
    () =>
      isTrue(x),
});
