import { z } from 'zod';
import { textOf } from '../expressions/text.ts';
import { valueArgument } from '../plugins/arguments.ts';
import { defineFunction } from '../plugins/function.ts';
import { colored, rainbow } from './support/colors.ts';

export default defineFunction({
  name: 'colorize',
  description: 'A text in one of 64 colours of the rainbow, where colours can be shown.',
  group: 'display',
  reach: 'pure',
  whenMissing: 'empty-text',

  options: z.object({
    s: valueArgument('The text, or any value by its text.'),
    color: z.int().min(1).max(64).describe('The colour, 1 to 64.'),
  }),

  configure:
    ({ s, color }) =>
    ({ style }) =>
      style === 'colored' ? colored(textOf(s), rainbow((color - 1) / 64)) : textOf(s),
});
