import { z } from 'zod';
import { fault } from '../expressions/fault.ts';
import { wholeArgument } from '../plugins/arguments.ts';
import { defineFunction } from '../plugins/function.ts';

export default defineFunction({
  name: 'randomint_between',
  description: 'A random whole number between two others, both included.',
  group: 'random',
  reach: 'pure',

  options: z.object({
    int_start: wholeArgument('The smallest.'),
    int_end: wholeArgument('The greatest.'),
  }),

  configure:
    ({ int_start, int_end }) =>
    ({ random }) => {
      if (int_start > int_end) throw fault('FUNCTION', 'randomint_between() needs a start that is not above the end');
      return int_start + Math.floor(random() * (int_end - int_start + 1));
    },
});
