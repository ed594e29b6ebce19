import { z } from 'zod';
import { defineFunction } from '../plugins/function.ts';

export default defineFunction({
  name: 'string_split',
  description: 'The parts of a text between separators.',
  group: 'string',
  reach: 'pure',

  options: z.object({
    s: z.string().describe('The text.'),
    split_character: z.string().min(1).describe('The separator.'),
  }),

  configure:
    ({ s, split_character }) =>
    () =>
      s.split(split_character),
});
