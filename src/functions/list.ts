import { z } from 'zod';
import { itemsArgument } from '../plugins/arguments.ts';
import { defineFunction } from '../plugins/function.ts';

export default defineFunction({
  name: 'list',
  description: 'A list of the elements of anything that has elements.',
  group: 'basic',
  reach: 'pure',

  options: z.object({
    x: itemsArgument('A text or a container.').default([]),
  }),

  configure:
    ({ x }) =>
    () =>
      x,
});
