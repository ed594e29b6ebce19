import { z } from 'zod';
import { ValueSet } from '../expressions/values.ts';
import { itemsArgument } from '../plugins/arguments.ts';
import { defineFunction } from '../plugins/function.ts';

export default defineFunction({
  name: 'set',
  description: 'The different elements of a list, in order of their first appearance.',
  group: 'basic',
  reach: 'pure',

  options: z.object({
    x: itemsArgument('A text or a container.').default([]),
  }),

  configure:
    ({ x }) =>
    () =>
      new ValueSet(x),
});
