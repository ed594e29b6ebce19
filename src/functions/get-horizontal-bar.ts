import { z } from 'zod';
import { fault } from '../expressions/fault.ts';
import { numberArgument } from '../plugins/arguments.ts';
import { defineFunction } from '../plugins/function.ts';

export default defineFunction({
  name: 'get_horizontal_bar',
  description: 'A bar that is filled to a share of its width.',
  group: 'display',
  reach: 'pure',
  whenMissing: 'empty-text',

  options: z.object({
    value: numberArgument('The share, as a number up to 1 or in percent.'),
    width: z.int().min(1).max(1_000).default(80).describe('Characters of the whole bar.'),
  }),

  configure:
    ({ value, width }) =>
    () => {
      const share = value > 1 ? value / 100 : value;
      if (!(share >= 0 && share <= 1)) throw fault('FUNCTION', 'get_horizontal_bar() needs a value from 0 to 100');
      const filled = Math.floor(share * width);
      return '\u2588'.repeat(filled) + '\u2592'.repeat(width - filled);
    },
});
