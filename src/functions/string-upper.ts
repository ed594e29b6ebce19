import { z } from 'zod';
import { defineFunction } from '../plugins/function.ts';

export default defineFunction({
  name: 'string_upper',
  description: 'A text in upper case.',
  group: 'string',
  reach: 'pure',

  options: z.object({
    s: z.string().describe('The text.'),
  }),

  configure:
    ({ s }) =>
    () =>
      s.toUpperCase(),
});
