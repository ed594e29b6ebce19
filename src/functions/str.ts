import { z } from 'zod';
import { textOf } from '../expressions/text.ts';
import { valueArgument } from '../plugins/arguments.ts';
import { defineFunction } from '../plugins/function.ts';

export default defineFunction({
  name: 'str',
  description: 'The text of a value.',
  group: 'basic',
  reach: 'pure',

  options: z.object({
    x: valueArgument('Any value.'),
  }),

  configure:
    ({ x }) =>
    () =>
      textOf(x),
});
