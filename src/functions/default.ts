import { z } from 'zod';
import { Missing } from '../expressions/values.ts';
import { resultArgument } from '../plugins/arguments.ts';
import { defineFunction } from '../plugins/function.ts';

export default defineFunction({
  name: 'default',
  description: 'The first value unless it is missing, else the second.',
  group: 'basic',
  reach: 'pure',
  whenMissing: 'call',

  options: z.object({
    x: resultArgument('Data that may be missing.'),
    y: resultArgument('What to use instead.'),
  }),

  configure:
    ({ x, y }) =>
    () =>
      x instanceof Missing ? y : x,
});
