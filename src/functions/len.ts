import { z } from 'zod';
import { itemsArgument } from '../plugins/arguments.ts';
import { defineFunction } from '../plugins/function.ts';

export default defineFunction({
  name: 'len',
  description: 'The number of elements of a container, or of characters of a text.',
  group: 'basic',
  reach: 'pure',

  options: z.object({
    x: itemsArgument('A text or a container.'),
  }),

  configure:
    ({ x }) =>
    () =>
      x.length,
});
