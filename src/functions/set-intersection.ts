import { z } from 'zod';
import { ValueSet } from '../expressions/values.ts';
import { itemsArgument } from '../plugins/arguments.ts';
import { defineFunction } from '../plugins/function.ts';

export default defineFunction({
  name: 'set_intersection',
  description: 'The elements that two lists have in common.',
  group: 'basic',
  reach: 'pure',

  options: z.object({
    a: itemsArgument('The elements to choose from.'),
    b: itemsArgument('The elements to compare with.'),
  }),

  configure: ({ a, b }) => {
    const other = new ValueSet(b);
    return () => new ValueSet([...new ValueSet(a)].filter((item) => other.has(item)));
  },
});
