import { z } from 'zod';
import { itemsArgument } from '../plugins/arguments.ts';
import { defineFunction } from '../plugins/function.ts';

export default defineFunction({
  name: 'reverse',
  description: 'A new list with the elements in reverse order.',
  group: 'basic',
  reach: 'pure',

  options: z.object({
    list: itemsArgument('What to reverse.'),
  }),

  configure:
    ({ list }) =>
    () =>
      [...list].reverse(),
});
