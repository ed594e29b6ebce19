import { z } from 'zod';
import { defineFunction } from '../plugins/function.ts';

export default defineFunction({
  name: 'string_lower',
  description: 'A text in lower case.',
  group: 'string',
  reach: 'pure',

  options: z.object({
    s: z.string().describe('The text.'),
  }),

  configure:
    ({ s }) =>
    () =>
      s.toLowerCase(),
});
