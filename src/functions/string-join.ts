import { z } from 'zod';
import { Meter } from '../expressions/limits.ts';
import { callMethod } from '../expressions/methods.ts';
import { itemsArgument } from '../plugins/arguments.ts';
import { defineFunction } from '../plugins/function.ts';

export default defineFunction({
  name: 'string_join',
  description: 'One text of a list of texts, with a separator between them.',
  group: 'string',
  reach: 'pure',

  options: z.object({
    list: itemsArgument('The texts.').pipe(z.array(z.string())).describe('The texts.'),
    join_character: z.string().describe('The separator.'),
  }),

  configure:
    ({ list, join_character }) =>
    () =>
      callMethod(join_character, 'join', [list], new Meter()),
});
