import { z } from 'zod';
import { isTrue } from '../expressions/values.ts';
import { itemsArgument } from '../plugins/arguments.ts';
import { defineFunction } from '../plugins/function.ts';

export default defineFunction({
  name: 'any',
  description: 'Whether at least one element of a list is true.',
  group: 'basic',
  reach: 'pure',

  options: z.object({
    list: itemsArgument('What to look through.'),
  }),

  configure:
    ({ list }) =>
    () =>
      list.some(isTrue),
});
