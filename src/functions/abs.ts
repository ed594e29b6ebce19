import { z } from 'zod';
import { numberArgument } from '../plugins/arguments.ts';
import { defineFunction } from '../plugins/function.ts';

export default defineFunction({
  name: 'abs',
  description: 'The size of a number, without its sign.',
  group: 'basic',
  reach: 'pure',

  options: z.object({
    x: numberArgument('The number.'),
  }),

  configure:
    ({ x }) =>
    () =>
      Math.abs(x),
});
