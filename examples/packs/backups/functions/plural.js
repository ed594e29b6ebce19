import { defineFunction, z } from 'opsbro/plugins';

export default defineFunction({
  name: 'plural',
  description: 'A number with its noun, in the plural unless it is one.',
  group: 'string',
  // It looks at its arguments only: not at the node, the machine or the time.
  reach: 'pure',
  options: z.object({
    count: z.number().describe('How many.'),
    noun: z.string().describe('Of what, in the singular.'),
  }),

  configure:
    ({ count, noun }) =>
    () => `${count} ${noun}${count === 1 ? '' : 's'}`,
});
