import { z } from 'zod';
import { isTrue } from '../expressions/values.ts';
import { itemsArgument } from '../plugins/arguments.ts';
import { defineFunction } from '../plugins/function.ts';

export default defineFunction({
  name: 'all',
  description: 'Whether every element of a list is true.',
  group: 'basic',
  reach: 'pure',

  options: z.object({
    list: itemsArgument('What to look through.'),
  }),

  configure:
    ({ list }) =>
    () =>
      list.every(isTrue),
});
