import { z } from 'zod';
import { shuffled } from '../base/random.ts';
import { itemsArgument } from '../plugins/arguments.ts';
import { defineFunction } from '../plugins/function.ts';

export default defineFunction({
  name: 'shuffle',
  description: 'A new list with the elements in random order.',
  group: 'random',
  reach: 'pure',

  options: z.object({
    list: itemsArgument('What to shuffle.'),
  }),

  configure:
    ({ list }) =>
    ({ random }) =>
      shuffled(list, random),
});
