import { z } from 'zod';
import { order } from '../expressions/comparison.ts';
import { Meter } from '../expressions/limits.ts';
import { itemsArgument } from '../plugins/arguments.ts';
import { defineFunction } from '../plugins/function.ts';

export default defineFunction({
  name: 'sorted',
  description: 'A new list with the elements in order.',
  group: 'basic',
  reach: 'pure',

  options: z.object({
    list: itemsArgument('What to sort: numbers, or texts, or lists of these.'),
  }),

  configure:
    ({ list }) =>
    () => {
      const meter = new Meter();
      return [...list].sort((a, b) => order(a, b, meter));
    },
});
